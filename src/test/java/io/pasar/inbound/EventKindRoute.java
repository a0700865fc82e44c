package io.pasar.inbound;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** One inbound route as its file in {@code routes/marketplaces} declares it. */
record EventKindRoute(Map<String, String> parameters) {

    static final List<EventKindRoute> ALL = read();

    String marketplace() {
        return parameters.get("marketplace");
    }

    String eventKind() {
        return parameters.get("eventKind");
    }

    SignatureModel signatures() {
        return SignatureModel.of(marketplace());
    }

    String entity() {
        return parameters.getOrDefault("entity", "");
    }

    String identity() {
        return parameters.getOrDefault("identity", "body");
    }

    String strength() {
        return parameters.getOrDefault("identityStrength", "weak");
    }

    String occurredAt() {
        return parameters.getOrDefault("occurredAt", "");
    }

    static List<Path> files() {
        try (Stream<Path> files = Files.list(Path.of("routes", "marketplaces"))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The inbound routes alone: what registration calls needs more than the ingest side. */
    static List<Map<String, Object>> templatedRoutes(Path file) {
        try {
            List<Map<String, Object>> all = new Yaml().load(Files.readString(file));
            return all.stream()
                    .filter(entry -> entry.containsKey("templatedRoute"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<EventKindRoute> read() {
        return files().stream()
                .flatMap(file -> templatedRoutes(file).stream())
                .map(entry -> new EventKindRoute(parameters(entry)))
                .toList();
    }

    private static Map<String, String> parameters(Map<String, Object> entry) {
        Map<?, ?> route = (Map<?, ?>) entry.get("templatedRoute");
        return ((List<?>) route.get("parameters"))
                .stream()
                        .map(Map.class::cast)
                        .collect(Collectors.toMap(
                                parameter -> (String) parameter.get("name"),
                                parameter -> String.valueOf(parameter.get("value"))));
    }
}
