package io.pasar.sandbox;

import io.pasar.sandbox.StandIn.Example;
import io.pasar.sandbox.StandIn.Signing;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.TaskScheduler;

/**
 * Tells whoever has started the sandbox what happens and what to try, in a few plain lines. Prints instead of logging:
 * this is the sandbox's user interface, and it stays readable whatever the logs look like. The API token is shown here
 * once; nothing else that is secret is.
 *
 * <p>Used by the schedule's thread alone.
 */
final class SandboxGuide {

    private static final Duration GLANCE = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SUMMARY = Duration.ofMinutes(1);

    /** Enough for what the sandbox is shipped with; a load test's thousands would drown everything else. */
    private static final int MOST_ACCOUNTS = 10;

    private final Environment environment;
    private final Courier courier;
    private final List<StandIn> standIns;
    private final PrintStream out;

    /** What was last told of each account: event kind to URL. */
    private final Map<String, Map<String, String>> told = new LinkedHashMap<>();

    private final Set<StandIn> exampled = new HashSet<>();
    private final Set<String> toldOutcomes = new HashSet<>();
    private boolean introduced;
    private boolean complained;
    private long glances;
    private long lastTotal;

    SandboxGuide(Environment environment, Courier courier, List<StandIn> standIns, PrintStream out) {
        this.environment = environment;
        this.courier = courier;
        this.standIns = standIns;
        this.out = out;
    }

    void start(TaskScheduler scheduler) {
        scheduler.scheduleAtFixedRate(this::glance, GLANCE);
    }

    /** Looks at what has changed and tells it. */
    void glance() {
        glances++;
        if (!introduced) {
            if (missing().isEmpty() || after(PATIENCE)) {
                introduce();
            }
            return;
        }
        tellChangedRegistrations();
        tellExamples();
        tellNewOutcomes();
        if (!complained && after(PATIENCE.multipliedBy(2)) && accepted() == 0) {
            complained = true;
            line("No webhook has been answered 200 yet. What the gateway says: the log above, or "
                    + api("/actuator/health"));
        }
        if (GLANCE.multipliedBy(glances).toMillis() % SUMMARY.toMillis() == 0) {
            summarize();
        }
    }

    private boolean after(Duration time) {
        return GLANCE.multipliedBy(glances).compareTo(time) >= 0;
    }

    /** Accounts that the gateway has not registered yet: nothing of theirs lies at our URL. */
    private List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (StandIn standIn : standIns) {
            for (Seller seller : standIn.sellers()) {
                if (ours(standIn.urls(seller.id())).isEmpty()) {
                    missing.add(seller.toString());
                }
            }
        }
        return missing;
    }

    private void introduce() {
        introduced = true;
        line("");
        line("Pasar's sandbox is running. It plays the marketplaces, at " + base() + "/sandbox; events go to " + kafka()
                + ".");
        line("");
        line("Registered at the marketplaces, over their own API:");
        tellRegistrations();
        List<String> missing = missing();
        if (!missing.isEmpty()) {
            line("  NOT registered after " + PATIENCE.toSeconds() + " s: " + abridged(missing)
                    + ". Why: the log above, or " + api("/api/registrations"));
        }
        line("");
        environment(SandboxToken.GENERATED).ifPresent(token -> line("API token of this run: " + token));
        line("");
        tellCommands();
        line("");
        line("Webhooks arriving, one line for the first of each kind:");
    }

    private void tellRegistrations() {
        int lines = 0;
        int untold = 0;
        for (StandIn standIn : standIns) {
            for (String account : standIn.registered()) {
                Map<String, String> urls = standIn.urls(account);
                told.put(key(standIn, account), urls);
                if (lines < MOST_ACCOUNTS) {
                    lines++;
                    tellRegistration(standIn, account, urls);
                } else {
                    untold++;
                }
            }
        }
        if (untold > 0) {
            line("  ... and " + untold + " more accounts");
        }
    }

    private void tellRegistration(StandIn standIn, String account, Map<String, String> urls) {
        Map<String, String> ours = ours(urls);
        if (!ours.isEmpty()) {
            line("  " + standIn.name() + " " + account + ": " + String.join(", ", ours.keySet()));
            String url = ours.values().iterator().next();
            line("    at " + url.substring(0, url.lastIndexOf('/')) + "/<event-kind>");
        }
        urls.forEach((eventKind, url) -> {
            if (!ours.containsKey(eventKind)) {
                line("  " + standIn.name() + " " + account + ": " + eventKind
                        + " belongs to somebody else and stays at " + url);
            }
        });
    }

    private void tellCommands() {
        line("Try, in another terminal:");
        command("what is registered", api("/api/registrations"));
        tellExamples();
        line("  Other things to \"do\" to a marketplace in this way, see README.md: "
                + String.join(", ", Control.WORDS));
    }

    /** Those that have become possible: an example needs its event kind registered, which may come late. */
    private void tellExamples() {
        for (StandIn standIn : standIns) {
            if (!exampled.contains(standIn)) {
                tellExample(standIn);
            }
        }
    }

    private void tellExample(StandIn standIn) {
        Example example = standIn.example();
        for (String account : standIn.registered()) {
            String url = ours(standIn.urls(account)).get(example.eventKind());
            if (url != null) {
                byte[] body = example.body().getBytes(StandardCharsets.UTF_8);
                Webhook right = standIn.webhook(account, example.eventKind(), url, body, Signing.RIGHT);
                Webhook wrong = standIn.webhook(account, example.eventKind(), url, body, Signing.WRONG);
                command(
                        "the last events of a topic",
                        api("/api/topics/" + topic(standIn.name(), example.eventKind()) + "/records?last=3"));
                command("send a webhook as " + standIn.name() + ", signed", curl(right, example));
                command("the same, signed with a wrong secret", curl(wrong, example));
                command(
                        "break a registration; it is repaired within "
                                + environment("pasar.registration.every").orElse("a while"),
                        "curl -X POST -H 'Content-Type: application/json' " + base() + "/sandbox/" + standIn.name()
                                + "/control -d '{\"do\":\"blank\",\"account\":\"" + account + "\",\"event-kind\":\""
                                + example.eventKind() + "\"}'");
                exampled.add(standIn);
                return;
            }
        }
    }

    private void tellChangedRegistrations() {
        for (StandIn standIn : standIns) {
            for (String account : standIn.registered()) {
                Map<String, String> now = standIn.urls(account);
                Map<String, String> before = told.put(key(standIn, account), now);
                if (!now.equals(before) && told.size() <= MOST_ACCOUNTS) {
                    tellDifference(standIn, account, before == null ? Map.of() : before, now);
                }
            }
        }
    }

    private void tellDifference(StandIn standIn, String account, Map<String, String> before, Map<String, String> now) {
        Set<String> eventKinds = new TreeSet<>(before.keySet());
        eventKinds.addAll(now.keySet());
        eventKinds.forEach(eventKind -> {
            String url = now.get(eventKind);
            if (url == null) {
                line("  " + standIn.name() + " " + account + ": " + eventKind + " is no longer registered");
            } else if (!url.equals(before.get(eventKind))) {
                line("  " + standIn.name() + " " + account + ": " + eventKind + " is now registered at " + url);
            }
        });
    }

    private void tellNewOutcomes() {
        courier.tally()
                .forEach((kind, outcomes) -> outcomes.forEach((outcome, count) -> {
                    if (toldOutcomes.add(kind + " " + outcome)) {
                        String[] words = kind.split(" ", 2);
                        boolean accepted = outcome.startsWith("2");
                        line("  " + kind + " -> " + outcome
                                + (accepted ? " -> topic " + topic(words[0], words[1]) : ""));
                    }
                }));
    }

    private void summarize() {
        Map<String, Long> outcomes = new LinkedHashMap<>();
        courier.tally()
                .values()
                .forEach(counts -> counts.forEach((outcome, n) -> outcomes.merge(outcome, n, Long::sum)));
        long total = outcomes.values().stream().mapToLong(Long::longValue).sum();
        if (total > lastTotal) {
            lastTotal = total;
            line("  " + total + " webhooks sent so far, answered: "
                    + outcomes.entrySet().stream()
                            .map(outcome -> outcome.getKey() + " (" + outcome.getValue() + ")")
                            .collect(Collectors.joining(", ")));
        }
    }

    private long accepted() {
        return courier.tally().values().stream()
                .flatMap(outcomes -> outcomes.entrySet().stream())
                .filter(outcome -> outcome.getKey().startsWith("2"))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private Map<String, String> ours(Map<String, String> urls) {
        String prefix = environment("pasar.public-url").orElse("") + "/";
        Map<String, String> ours = new LinkedHashMap<>(urls);
        ours.values().removeIf(url -> !url.startsWith(prefix));
        return ours;
    }

    private static String abridged(List<String> accounts) {
        String shown = accounts.stream().limit(MOST_ACCOUNTS).collect(Collectors.joining(", "));
        return accounts.size() > MOST_ACCOUNTS ? shown + " and " + (accounts.size() - MOST_ACCOUNTS) + " more" : shown;
    }

    private static String topic(String marketplace, String eventKind) {
        return "pasar." + marketplace + "." + eventKind;
    }

    private static String key(StandIn standIn, String account) {
        return standIn.name() + "/" + account;
    }

    private static String curl(Webhook webhook, Example example) {
        return "curl -i -H 'Content-Type: application/json' -H '" + webhook.signatureHeader() + ": "
                + webhook.signature() + "' " + webhook.url() + " -d '" + example.body() + "'";
    }

    private String api(String path) {
        // A token that the user chose is the user's to know: only the generated one is ever printed
        String token = environment(SandboxToken.GENERATED).orElse("$PASAR_API_TOKEN");
        return "curl -H \"Authorization: Bearer " + token + "\" '" + base() + path + "'";
    }

    private String base() {
        return "http://localhost:" + environment("local.server.port").orElse("8081");
    }

    private String kafka() {
        return environment("pasar.kafka.bootstrap-servers")
                .map(servers -> "the Kafka at " + servers)
                .orElseGet(() -> "its own Kafka, at localhost:"
                        + environment("pasar.kafka.embedded.port").orElse("9092"));
    }

    private Optional<String> environment(String key) {
        return Optional.ofNullable(environment.getProperty(key)).filter(text -> !text.isBlank());
    }

    private void command(String what, String command) {
        line("  " + what + ":");
        line("    " + command);
    }

    private void line(String text) {
        out.println(text);
    }
}
