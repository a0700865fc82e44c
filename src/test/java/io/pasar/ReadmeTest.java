package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.pasar.account.Secret;
import java.io.IOException;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.ResolvableType;

/** The tables of README.md say what the code says. */
class ReadmeTest {

    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|([^|]*)\\|.*$", Pattern.MULTILINE);

    private static final Pattern METRIC =
            Pattern.compile("(?:Counter|Gauge|Timer)\\.builder\\(\\s*\"(pasar\\.[a-z.]+)\"");

    @Test
    void listsEveryConfigurationKeyWithItsDefault() throws IOException {
        // Given
        Map<String, String> keys = new LinkedHashMap<>();
        collect("pasar", ResolvableType.forClass(PasarConfiguration.class), keys);

        // Then
        assertThat(rows("Configuration")).containsExactlyInAnyOrderEntriesOf(keys);
    }

    @Test
    void listsEveryRouteOfEveryFile() throws IOException {
        // Given
        Map<String, String> routes = new TreeMap<>();
        for (Path file : RoutesTest.files()) {
            for (JsonNode item : new YAMLMapper().readTree(Files.readString(file))) {
                if (item.has("route")) {
                    routes.put(
                            item.at("/route/id").asText(),
                            item.at("/route/description").asText());
                }
            }
        }

        // Then
        assertThat(rows("Routes")).containsExactlyInAnyOrderEntriesOf(routes);
    }

    @Test
    void listsEveryEventKindWithItsRecordKey() throws IOException {
        // Given
        Map<String, String> kinds = new TreeMap<>();
        for (Path file : RoutesTest.files()) {
            for (JsonNode item : new YAMLMapper().readTree(Files.readString(file))) {
                if (item.has("templatedRoute")) {
                    Map<String, String> parameters = new TreeMap<>();
                    item.at("/templatedRoute/parameters")
                            .forEach(parameter -> parameters.put(
                                    parameter.get("name").asText(),
                                    parameter.get("value").asText()));
                    kinds.put(
                            "pasar." + parameters.get("marketplace") + "." + parameters.get("eventKind"),
                            recordKey(parameters));
                }
            }
        }

        // Then
        assertThat(rows("Event kinds")).containsExactlyInAnyOrderEntriesOf(kinds);
    }

    @Test
    void listsEveryMetric() throws IOException {
        // Given
        Set<String> metrics = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                METRIC.matcher(Files.readString(file))
                        .results()
                        .forEach(found -> metrics.add(found.group(1).replace('.', '_')));
            }
        }

        // Then
        assertThat(rows("Metrics").keySet().stream().map(name -> name.replaceFirst("_(total|seconds|bytes)$", "")))
                .containsExactlyInAnyOrderElementsOf(metrics)
                .hasSizeGreaterThan(25);
    }

    private static String recordKey(Map<String, String> parameters) {
        return Stream.of(parameters.getOrDefault("entity", "account").split(","))
                .map(pointer -> pointer.substring(pointer.lastIndexOf('/') + 1).trim())
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
    }

    /** First column to second of the table under this heading. */
    private static Map<String, String> rows(String heading) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        Matcher section = Pattern.compile("^#+ " + heading + "\n(.*?)(?=^#+ |\\z)", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(readme);
        assertThat(section.find()).as("README.md has a heading " + heading).isTrue();
        Map<String, String> rows = new LinkedHashMap<>();
        Matcher row = ROW.matcher(section.group(1));
        while (row.find()) {
            rows.put(row.group(1), row.group(2).replace("`", "").trim());
        }
        return rows;
    }

    private static void collect(String key, ResolvableType type, Map<String, String> keys) {
        Parameter[] parameters = type.toClass().getDeclaredConstructors()[0].getParameters();
        RecordComponent[] components = type.toClass().getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            String name = key + "." + DataObjectPropertyName.toDashedForm(component.getName());
            ResolvableType componentType = ResolvableType.forType(component.getGenericType());
            Class<?> raw = componentType.toClass();
            if (raw == List.class && isOurs(componentType.getGeneric(0))) {
                collect(name + "[]", componentType.getGeneric(0), keys);
            } else if (raw == Map.class && isOurs(componentType.getGeneric(1))) {
                collect(name + ".<name>", componentType.getGeneric(1), keys);
            } else if (isOurs(componentType)) {
                collect(name, componentType, keys);
            } else {
                keys.put(name, defaultOf(parameters[i]));
            }
        }
    }

    private static String defaultOf(Parameter parameter) {
        DefaultValue annotation = parameter.getAnnotation(DefaultValue.class);
        return annotation == null ? "" : String.join(", ", annotation.value());
    }

    private static boolean isOurs(ResolvableType type) {
        return type.toClass().isRecord() && type.toClass() != Secret.class;
    }
}
