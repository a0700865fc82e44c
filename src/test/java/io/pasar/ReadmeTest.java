package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.pasar.account.Secret;
import io.pasar.configuration.PasarConfiguration;
import java.io.IOException;
import java.lang.reflect.Method;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.ValueConstants;

/** The tables of README.md say what the code says. */
class ReadmeTest {

    private static final Pattern ROW = Pattern.compile("^\\| (`.+) \\|$", Pattern.MULTILINE);

    private static final Pattern CALL = Pattern.compile("`([A-Z]+ /[^`?\\[]*)([^`]*)`");
    private static final Pattern PARAMETER = Pattern.compile("[?&]([a-z-]+=[0-9]*)");

    private static final Pattern SAMPLE =
            Pattern.compile("^(pasar_\\w+?)(?:_(?:bucket|count|sum|max))?(?:\\{(.*)})? ", Pattern.MULTILINE);

    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

    private static final Pattern METRIC =
            Pattern.compile("(?:Counter|Gauge|Timer)\\.builder\\(\\s*\"(pasar\\.[a-z.]+)\"");

    @Test
    void listsEveryConfigurationKeyWithItsDefault() throws IOException {
        // Given
        Map<String, String> keys = new LinkedHashMap<>();
        collect("pasar", ResolvableType.forClass(PasarConfiguration.class), keys);

        // Then
        assertThat(rows("Configuration", 1)).containsExactlyInAnyOrderEntriesOf(keys);
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
                            item.at("/route/description").asText() + " | " + nameOf(file));
                }
            }
        }

        // Then
        assertThat(rows("Routes", 2)).containsExactlyInAnyOrderEntriesOf(routes);
    }

    @Test
    void listsEveryEventKindWithItsRecordKeyAndHowFarItsIdentityCanBeTrusted() throws IOException {
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
                            recordKey(parameters) + " | " + parameters.getOrDefault("identityStrength", "weak"));
                }
            }
        }

        // Then
        assertThat(rows("Event kinds", 2)).containsExactlyInAnyOrderEntriesOf(kinds);
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
        assertThat(rows("Metrics", 1).keySet().stream().map(name -> name.replaceFirst("_(total|seconds|bytes)$", "")))
                .containsExactlyInAnyOrderElementsOf(metrics)
                .hasSizeGreaterThan(25);
    }

    @Test
    void listsEveryCallOfTheApiWithItsParameters() throws IOException {
        // Given
        Set<String> calls = new TreeSet<>();
        ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(RestController.class));
        for (BeanDefinition found : scanner.findCandidateComponents("io.pasar.api")) {
            calls.addAll(calls(ClassUtils.resolveClassName(found.getBeanClassName(), null)));
        }

        // When
        Set<String> listed = new TreeSet<>();
        CALL.matcher(String.join("\n", rows("HTTP API", 0).keySet()))
                .results()
                .forEach(call -> listed.add(call.group(1) + " " + found(PARAMETER, call.group(2))));

        // Then
        assertThat(listed).isEqualTo(calls).hasSizeGreaterThan(10);
    }

    /** Every sample of this scrape has the labels that the table gives its metric. */
    static void assertLabels(String scrape) throws IOException {
        Map<String, Set<String>> labels = new TreeMap<>();
        SAMPLE.matcher(scrape).results().forEach(sample -> {
            Set<String> found = found(LABEL, sample.group(2) == null ? "" : sample.group(2));
            found.remove("le");
            labels.put(sample.group(1), found);
        });
        Map<String, Set<String>> told = new TreeMap<>();
        rows("Metrics", 1).forEach((name, cell) -> told.put(name, found(Pattern.compile("(\\w+)"), cell)));
        told.keySet().retainAll(labels.keySet());
        assertThat(told).containsExactlyInAnyOrderEntriesOf(labels).hasSizeGreaterThan(20);
    }

    /** As {@code GET /path [parameter=default]}. */
    private static Set<String> calls(Class<?> controller) {
        String root = AnnotatedElementUtils.findMergedAnnotation(controller, RequestMapping.class)
                .path()[0];
        Set<String> calls = new TreeSet<>();
        for (Method method : controller.getDeclaredMethods()) {
            RequestMapping mapping = AnnotatedElementUtils.findMergedAnnotation(method, RequestMapping.class);
            if (mapping != null) {
                String path = mapping.path().length == 0 ? "" : mapping.path()[0];
                calls.add(mapping.method()[0] + " " + root + path + " " + parameters(method));
            }
        }
        return calls;
    }

    private static Set<String> parameters(Method method) {
        Set<String> parameters = new TreeSet<>();
        for (Parameter parameter : method.getParameters()) {
            RequestParam annotation = parameter.getAnnotation(RequestParam.class);
            if (annotation != null) {
                boolean none = annotation.defaultValue().equals(ValueConstants.DEFAULT_NONE);
                parameters.add(annotation.name() + "=" + (none ? "" : annotation.defaultValue()));
            }
        }
        return parameters;
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String nameOf(Path routeFile) {
        return Path.of("routes").relativize(routeFile).toString().replace(".camel.yaml", "");
    }

    private static String recordKey(Map<String, String> parameters) {
        return Stream.of(parameters.getOrDefault("entity", "account").split(","))
                .map(pointer -> pointer.substring(pointer.lastIndexOf('/') + 1).trim())
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
    }

    /** First column to so many of the others of the table under this heading. */
    private static Map<String, String> rows(String heading, int columns) throws IOException {
        Map<String, String> rows = new LinkedHashMap<>();
        Matcher row = ROW.matcher(section(heading));
        while (row.find()) {
            List<String> cells =
                    Stream.of(row.group(1).split("\\|")).map(String::trim).toList();
            String others = cells.stream().skip(1).limit(columns).collect(Collectors.joining(" | "));
            rows.put(columns == 0 ? cells.get(0) : cells.get(0).replace("`", ""), others.replace("`", ""));
        }
        return rows;
    }

    private static String section(String heading) throws IOException {
        Matcher section = Pattern.compile("^#+ " + heading + "\n(.*?)(?=^##+ |\\z)", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(Path.of("README.md")));
        assertThat(section.find()).as("README.md has a heading " + heading).isTrue();
        return section.group(1);
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
