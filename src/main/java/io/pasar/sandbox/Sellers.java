package io.pasar.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Every seller of the configuration, of all marketplaces: those of application.yaml, and those of the files beside it.
 * The files are read again when somebody is not found, so that an account exists at its marketplace as soon as the
 * gateway, which reads the same files, speaks for it. Safe for use by many threads.
 */
final class Sellers {

    private static final Logger LOGGER = LoggerFactory.getLogger(Sellers.class);

    private final Environment environment;
    private final Path folder;
    private final List<Seller> configured;

    /** What a file said when it could last be read. */
    private final Map<Path, ReadFile> files = new HashMap<>();

    private volatile Map<String, Market> markets = Map.of();

    private Sellers(Environment environment, List<Seller> configured) {
        this.environment = environment;
        this.folder = Path.of(environment.getProperty("pasar.accounts-dir", "accounts"));
        this.configured = configured;
        readAgain();
    }

    static Sellers from(Environment environment) {
        List<Seller> configured = Binder.get(environment)
                .bind("pasar.accounts", Bindable.listOf(Seller.class))
                .orElse(List.of());
        return new Sellers(environment, configured);
    }

    List<Seller> all() {
        return markets.values().stream()
                .flatMap(market -> market.byId.values().stream())
                .toList();
    }

    List<Seller> of(String marketplace) {
        return List.copyOf(market(marketplace).byId.values());
    }

    Optional<Seller> find(String marketplace, String id) {
        if (!market(marketplace).byId.containsKey(id)) {
            readAgain();
        }
        return Optional.ofNullable(market(marketplace).byId.get(id));
    }

    /** The sellers whose app this client is. */
    List<Seller> ofClient(String marketplace, String client) {
        return market(marketplace).byClient.getOrDefault(client, List.of());
    }

    /** Reads the files that have changed. What cannot be read, or is half written, keeps what it said. */
    synchronized void readAgain() {
        Map<Path, ReadFile> found = new LinkedHashMap<>();
        try (Stream<Path> paths = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            paths.filter(this::isAccountFile).sorted().forEach(path -> found.put(path, read(path)));
        } catch (IOException | UncheckedIOException e) {
            found.putAll(files);
        }
        files.clear();
        files.putAll(found);
        List<Seller> all = new ArrayList<>(configured);
        found.values().forEach(file -> all.addAll(file.sellers));
        markets = all.stream()
                .collect(Collectors.groupingBy(
                        Seller::marketplace,
                        LinkedHashMap::new,
                        Collectors.collectingAndThen(Collectors.toList(), Market::of)));
    }

    private boolean isAccountFile(Path path) {
        for (Path part : folder.relativize(path)) {
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        String name = path.toString().toLowerCase(Locale.ROOT);
        return (name.endsWith(".yaml") || name.endsWith(".yml")) && Files.isRegularFile(path);
    }

    private ReadFile read(Path path) {
        ReadFile before = files.get(path);
        try {
            List<Object> stamp = List.of(Files.getLastModifiedTime(path), Files.size(path), path.toRealPath());
            if (before != null && before.stamp.equals(stamp)) {
                return before;
            }
            try (InputStream content = Files.newInputStream(path)) {
                return new ReadFile(stamp, sellers(content));
            }
        } catch (IOException | YAMLException | IllegalArgumentException e) {
            // The gateway tells what is wrong with it
            LOGGER.atDebug().addKeyValue("file", path).log("No sellers can be read here");
            return before == null ? new ReadFile(List.of(), List.of()) : before;
        }
    }

    private List<Seller> sellers(InputStream content) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        options.setMaxAliasesForCollections(Integer.MAX_VALUE);
        List<Seller> sellers = new ArrayList<>();
        for (Object document : yaml(options).loadAll(content)) {
            Object listed =
                    document instanceof Map<?, ?> map && map.get("accounts") != null ? map.get("accounts") : document;
            for (Object account :
                    listed instanceof List<?> list ? list : listed == null ? List.of() : List.of(listed)) {
                if (account instanceof Map<?, ?> keys) {
                    sellers.add(seller(keys));
                }
            }
        }
        return sellers;
    }

    private static Yaml yaml(LoaderOptions options) {
        DumperOptions none = new DumperOptions();
        return new Yaml(new SafeConstructor(options), new Representer(none), none, options, new AsWritten());
    }

    private Seller seller(Map<?, ?> account) {
        Map<String, String> texts = new HashMap<>();
        account.forEach((key, value) -> texts.put(
                String.valueOf(key).replaceAll("[-_]", "").toLowerCase(Locale.ROOT),
                value == null ? "" : environment.resolvePlaceholders(value.toString())));
        return new Seller(
                texts.getOrDefault("marketplace", ""),
                texts.getOrDefault("id", ""),
                texts.getOrDefault("clientid", ""),
                texts.getOrDefault("clientsecret", ""),
                "body".equalsIgnoreCase(texts.get("tokenauth")) ? Seller.TokenAuth.BODY : Seller.TokenAuth.BASIC);
    }

    private Market market(String marketplace) {
        return markets.getOrDefault(marketplace, Market.EMPTY);
    }

    /** Makes neither numbers nor truths of texts, as little as the gateway does. */
    private static final class AsWritten extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.MERGE, MERGE, "<");
            addImplicitResolver(Tag.NULL, NULL, "~nN\0");
            addImplicitResolver(Tag.NULL, EMPTY, null);
        }
    }

    private record ReadFile(List<Object> stamp, List<Seller> sellers) {}

    private record Market(Map<String, Seller> byId, Map<String, List<Seller>> byClient) {

        static final Market EMPTY = new Market(Map.of(), Map.of());

        static Market of(List<Seller> sellers) {
            Map<String, Seller> byId = new LinkedHashMap<>();
            sellers.forEach(seller -> byId.putIfAbsent(seller.id(), seller));
            return new Market(
                    byId, byId.values().stream().collect(Collectors.groupingBy(Seller::clientId, Collectors.toList())));
        }
    }
}
