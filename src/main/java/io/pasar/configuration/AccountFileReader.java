package io.pasar.configuration;

import io.pasar.account.Account;
import io.pasar.account.Mistake;
import java.io.ByteArrayInputStream;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.bind.PlaceholdersResolver;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.UnicodeReader;

/**
 * Makes accounts of a file's content: one account, a list of them, or {@code accounts:} with a list. Keys, values and
 * rules are those of {@code pasar.accounts}. Used by one thread at a time.
 */
final class AccountFileReader {

    private static final Pattern STEP = Pattern.compile("([^.\\[]+)|\\[(\\d+)]");

    private static final LoaderOptions LIMITS = limits();

    private final PlaceholdersResolver placeholders;
    private final ConfigurationRules rules;
    private final PasarConfiguration configuration;
    private final Yaml yaml = new Yaml(LIMITS);

    /** @param configuration what the accounts must fit to */
    AccountFileReader(PlaceholdersResolver placeholders, ConfigurationRules rules, PasarConfiguration configuration) {
        this.placeholders = placeholders;
        this.rules = rules;
        this.configuration = configuration;
    }

    /** @param name what the file is called in messages */
    Content read(String name, byte[] bytes) {
        Reading reading = new Reading(name);
        try {
            for (Node document : yaml.composeAll(new UnicodeReader(new ByteArrayInputStream(bytes)))) {
                reading.document(document);
            }
        } catch (MarkedYAMLException e) {
            // Not what the parser says: it quotes the line, which may hold a secret
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            return Content.broken(new Mistake(name + ":" + line, "is not YAML; correct this line or the one before"));
        } catch (YAMLException e) {
            return Content.broken(new Mistake(name, unreadable(e)));
        }
        if (reading.isEmpty) {
            // A file that is being written is empty for a moment
            reading.refuse(null, "holds no account; write one, or [] for none, or delete the file");
        }
        return new Content(List.copyOf(reading.entries), List.copyOf(reading.mistakes));
    }

    /** Of what has no line. The parser's own words are not told: they may quote the file. */
    private static String unreadable(YAMLException e) {
        if (e.getCause() instanceof CharacterCodingException) {
            return "is not text in UTF-8; save it as such";
        }
        if (e instanceof ReaderException) {
            return "holds a character that no text has; save it as text in UTF-8";
        }
        return "is nested deeper than " + LIMITS.getNestingDepthLimit() + " levels; close every bracket and brace";
    }

    /** As Spring Boot reads application.yaml. Its limits are meant for documents from strangers. */
    private static LoaderOptions limits() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        options.setMaxAliasesForCollections(Integer.MAX_VALUE);
        return options;
    }

    /**
     * @param entries the accounts that could be made
     * @param mistakes if there are any, no account may be used
     */
    record Content(List<Entry> entries, List<Mistake> mistakes) {
        static Content broken(Mistake mistake) {
            return new Content(List.of(), List.of(mistake));
        }
    }

    /** @param place file and line, to be shown */
    record Entry(Account account, String place) {}

    private final class Reading {

        private final String name;
        private final List<Entry> entries = new ArrayList<>();
        private final List<Mistake> mistakes = new ArrayList<>();
        private final Map<String, String> places = new HashMap<>();
        private boolean isEmpty = true;

        Reading(String name) {
            this.name = name;
        }

        void document(Node root) {
            if (YamlRecords.isNull(root)) {
                return;
            }
            isEmpty = false;
            if (root instanceof SequenceNode list) {
                list.getValue().forEach(this::account);
            } else if (root instanceof MappingNode mapping && YamlRecords.child(mapping, "accounts") != null) {
                accountsKey(mapping);
            } else if (root instanceof MappingNode mapping && YamlRecords.child(mapping, "pasar") != null) {
                refuse(root, "begins with pasar; write only what stands below pasar.accounts");
            } else {
                account(root);
            }
        }

        private void accountsKey(MappingNode mapping) {
            for (NodeTuple entry : mapping.getValue()) {
                // Beside accounts others may lie that only anchors refer to, as in a compose file
                String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
                if (key.equals("accounts")) {
                    accountsList(entry.getValueNode());
                } else if (!key.startsWith("x-")) {
                    refuse(entry.getKeyNode(), "is not known beside accounts; take it out, or begin it with x-");
                }
            }
        }

        private void accountsList(Node list) {
            if (list instanceof SequenceNode sequence) {
                sequence.getValue().forEach(this::account);
            } else {
                refuse(list, "accounts must be a list; begin each account with a dash, or write [] for none");
            }
        }

        private void account(Node node) {
            if (!(node instanceof MappingNode mapping)) {
                refuse(node, "is not an account; write its keys, marketplace, id and so on");
                return;
            }
            Set<String> refused = new HashSet<>();
            List<Mistake> found = new ArrayList<>();
            Account account = YamlRecords.bind(mapping, Account.class, placeholders, found);
            add(node, found, refused);
            add(node, relative(Violations.of(account, "account")), refused);
            add(node, relative(rules.mistakes(account, configuration)), refused);
            if (account.id() != null && account.marketplace() != null) {
                String place = place(node);
                String earlier = places.putIfAbsent(account.key(), place);
                if (earlier != null) {
                    add(node, List.of(new Mistake("id", again(earlier))), refused);
                }
                entries.add(new Entry(account, place));
            }
        }

        /** Of a key that an earlier check has refused nothing more is told, as in application.yaml. */
        private void add(Node account, List<Mistake> found, Set<String> refused) {
            Set<String> before = Set.copyOf(refused);
            for (Mistake mistake : found) {
                refused.add(mistake.key());
                if (mistake.key().startsWith(ConfigurationBinder.ROOT + ".")) {
                    if (!mistakes.contains(mistake)) {
                        mistakes.add(mistake);
                    }
                } else if (!before.contains(mistake.key())) {
                    mistakes.add(new Mistake(place(at(account, mistake.key())) + " " + mistake.key(), mistake.text()));
                }
            }
        }

        private void refuse(Node node, String text) {
            mistakes.add(new Mistake(node == null ? name : place(node), text));
        }

        private String place(Node node) {
            return name + ":" + (node.getStartMark().getLine() + 1);
        }
    }

    static String again(String earlier) {
        return "is the account of " + earlier + " again; give each account once";
    }

    private static List<Mistake> relative(List<Mistake> found) {
        return found.stream()
                .map(mistake -> new Mistake(mistake.key().replaceFirst("^account\\.", ""), mistake.text()))
                .toList();
    }

    /** The node that a key such as {@code webhook-secrets[0]} stands for, or as near to it as there is one. */
    private static Node at(Node account, String key) {
        Node node = account;
        Matcher step = STEP.matcher(key);
        while (step.find()) {
            Node next = null;
            if (step.group(1) != null && node instanceof MappingNode mapping) {
                next = YamlRecords.child(mapping, step.group(1));
            } else if (step.group(2) != null && node instanceof SequenceNode list) {
                int index = Integer.parseInt(step.group(2));
                next = index < list.getValue().size() ? list.getValue().get(index) : null;
            }
            if (next == null) {
                return node;
            }
            node = next;
        }
        return node;
    }
}
