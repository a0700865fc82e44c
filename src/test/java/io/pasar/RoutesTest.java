package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The promises that the files in {@code routes/} make to whoever edits them. */
class RoutesTest {

    private static final Path ROUTES = Path.of("routes");
    private static final int MAX_STEPS = 8;
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
            .getSchema(RoutesTest.class.getResourceAsStream("/schema/camelYamlDsl.json"));

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(ROUTES)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void isNamedSoThatCamelLoadsItAndKaotoOpensIt(Path file) {
        assertThat(file.getFileName().toString()).matches("[a-z0-9-]+\\.camel\\.yaml");
    }

    @ParameterizedTest
    @MethodSource("files")
    void isValidAgainstCamelsSchema(Path file) throws IOException {
        // Then
        assertThat(SCHEMA.validate(read(file))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void beginsBySayingWhatItIs(Path file) throws IOException {
        assertThat(Files.readString(file)).startsWith("# ");
    }

    @ParameterizedTest
    @MethodSource("files")
    void quotesNumbers(Path file) throws IOException {
        // Given
        List<String> bare = new ArrayList<>();
        collectBareNumbers(read(file), file.toString(), bare);

        // Then
        assertThat(bare).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void putsNoParameterIntoAUri(Path file) throws IOException {
        assertThat(read(file).findValuesAsText("uri"))
                .allSatisfy(uri -> assertThat(uri).doesNotContain("?"));
    }

    @Test
    void givesEveryRouteAnIdADescriptionAndFewSteps() {
        assertThat(all("route")).isNotEmpty().allSatisfy(route -> {
            assertThat(route.path("id").asText()).matches("[a-z0-9]+(-[a-z0-9]+)*");
            assertThat(route.path("description").asText())
                    .as(route.path("id").asText())
                    .isNotBlank();
            assertThat(route.path("from").path("steps").size())
                    .as(route.path("id").asText())
                    .isBetween(1, MAX_STEPS);
        });
        assertThat(all("routeTemplate")).isNotEmpty().allSatisfy(template -> {
            assertThat(template.path("description").asText()).isNotBlank();
            assertThat(template.path("route").path("description").asText()).isNotBlank();
            assertThat(template.path("route").path("from").path("steps").size()).isBetween(1, MAX_STEPS);
        });
        assertThat(all("templatedRoute"))
                .allSatisfy(route -> assertThat(route.path("routeId").asText()).isNotBlank());
    }

    @Test
    void usesNoIdTwice() {
        List<String> ids = Stream.concat(
                        all("route").stream().map(route -> route.path("id").asText()),
                        all("templatedRoute").stream()
                                .map(route -> route.path("routeId").asText()))
                .toList();
        assertThat(ids).doesNotHaveDuplicates();
    }

    /** Camel's messages and tools name a step by its id; one that Camel makes up changes with every edit. */
    @ParameterizedTest
    @MethodSource("files")
    void givesEveryStepThatCallsSomethingAnId(Path file) throws IOException {
        assertThat(calls(read(file)))
                .allSatisfy(step -> assertThat(step.path("id").asText())
                        .as(step.toString())
                        .matches("(\\{\\{marketplace}}-\\{\\{eventKind}}-)?[a-z]+(-[a-z]+)*"));
    }

    @Test
    void describesEveryTemplateParameter() {
        assertThat(all("routeTemplate"))
                .flatExtracting(RoutesTest::parameters)
                .isNotEmpty()
                .allSatisfy(
                        parameter -> assertThat(parameter.path("description").asText())
                                .as(parameter.path("name").asText())
                                .isNotBlank());
    }

    @Test
    void givesTemplatesOnlyParametersThatTheyHave() {
        // Given
        Set<String> known = all("routeTemplate").stream()
                .flatMap(template -> template.path("parameters").findValuesAsText("name").stream())
                .collect(Collectors.toSet());

        // Then
        assertThat(all("templatedRoute"))
                .flatExtracting(route -> route.path("parameters").findValuesAsText("name"))
                .isSubsetOf(known);
    }

    @Test
    void opensIngestOnlyToPostAndOnNoPathThatCamelTakesForAProxy() {
        assertThat(consumers("platform-http:")).isNotEmpty().allSatisfy(from -> {
            assertThat(from.path("uri").asText()).startsWith("platform-http:/webhooks/");
            assertThat(from.path("parameters").path("httpMethodRestrict").asText())
                    .isEqualTo("POST");
            assertThat(from.path("parameters").has("muteException")).isFalse();
        });
    }

    @Test
    void wipesAllHeadersBeforeEveryCallToAMarketplaceAndBeforeEveryEvent() {
        assertThat(flows()).isNotEmpty().allSatisfy(steps -> {
            boolean wiped = false;
            for (JsonNode step : steps) {
                wiped |= step.path("removeHeaders").path("pattern").asText().equals("*");
                String uri = step.path("to").path("uri").asText()
                        + step.path("toD").path("uri").asText();
                if (uri.startsWith("http")
                        || uri.contains("api-url")
                        || uri.contains("token-url")
                        || uri.equals("direct:publish")
                        || uri.equals("direct:kafka")) {
                    assertThat(wiped).as("headers wiped before " + uri).isTrue();
                }
            }
        });
    }

    @Test
    void writesToKafkaOnlyInOnePlaceForIngest() {
        assertThat(flows().stream()
                        .flatMap(List::stream)
                        .map(step -> step.path("to").path("uri").asText())
                        .filter(uri -> uri.startsWith("kafka:pasar.quarantine")))
                .hasSize(1);
    }

    /**
     * A replica that dies is replaced within 30 s: of these, 10 s until it is missed, and 10 s each for a run under way
     * to have its turn and its answer. With more than one record at a time the others would wait for more than one run.
     */
    @Test
    void missesAReplicaThatDiesSoonEnough() {
        assertThat(consumers("kafka:pasar.commands")).hasSize(1).allSatisfy(from -> {
            assertThat(from.path("parameters").path("sessionTimeoutMs").asInt()).isBetween(1, 10_000);
            assertThat(from.path("parameters").path("maxPollRecords").asText()).isEqualTo("1");
        });
    }

    /** On Camel's own pool, a tap runs on its caller's thread once that pool is full; here that is an event loop. */
    @Test
    void tapsOnlyOnAPoolThatIsKeptFromFilling() {
        assertThat(all("routeConfiguration").stream()
                        .flatMap(configuration -> configuration.findValues("wireTap").stream()))
                .isNotEmpty()
                .allSatisfy(
                        tap -> assertThat(tap.path("executorService").asText()).isEqualTo("quarantinePool"));
    }

    /** What waits for Kafka in it is counted by its id, and bounded. */
    @Test
    void tapsIntoTheRouteThatIsCounted() {
        assertThat(all("route"))
                .filteredOn(route -> route.path("from").path("uri").asText().equals("direct:quarantine"))
                .extracting(route -> route.path("id").asText())
                .containsExactly("quarantine");
    }

    /** The steps of every route and template. */
    private static List<List<JsonNode>> flows() {
        return Stream.concat(
                        all("route").stream(), all("routeTemplate").stream().map(template -> template.path("route")))
                .map(route -> {
                    List<JsonNode> steps = new ArrayList<>();
                    route.path("from").path("steps").forEach(steps::add);
                    return steps;
                })
                .toList();
    }

    private static List<JsonNode> calls(JsonNode node) {
        return Stream.of("bean", "process", "to", "toD", "wireTap")
                .flatMap(kind -> node.findValues(kind).stream())
                .toList();
    }

    private static List<JsonNode> parameters(JsonNode template) {
        List<JsonNode> parameters = new ArrayList<>();
        template.path("parameters").forEach(parameters::add);
        return parameters;
    }

    private static List<JsonNode> consumers(String scheme) {
        return Stream.concat(
                        all("route").stream(), all("routeTemplate").stream().map(template -> template.path("route")))
                .map(route -> route.path("from"))
                .filter(from -> from.path("uri").asText().startsWith(scheme))
                .toList();
    }

    private static List<JsonNode> all(String kind) {
        try {
            List<JsonNode> found = new ArrayList<>();
            for (Path file : files()) {
                for (JsonNode item : read(file)) {
                    if (item.has(kind)) {
                        found.add(item.get(kind));
                    }
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void collectBareNumbers(JsonNode node, String where, List<String> bare) {
        if (node.isNumber()) {
            bare.add(where + ": " + node);
        }
        node.properties().forEach(entry -> collectBareNumbers(entry.getValue(), where + "/" + entry.getKey(), bare));
        if (node.isArray()) {
            node.forEach(item -> collectBareNumbers(item, where + "[]", bare));
        }
    }

    private static JsonNode read(Path file) throws IOException {
        return YAML.readTree(Files.readString(file));
    }
}
