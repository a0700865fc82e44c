package io.pasar.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.account.EventKind;
import io.pasar.account.Mistake;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.system.ApplicationHome;
import org.springframework.context.ConfigurableApplicationContext;

class RouteFilesTest {

    private static final String TWO_MARKETPLACES = "classpath:configuration/routes/**/*.camel.yaml";

    @TempDir
    Path folder;

    private Path jar;
    private String besideJar;

    @BeforeEach
    void placeAJar() throws IOException {
        jar = Files.createFile(folder.resolve("pasar.jar"));
        besideJar = "file:" + folder.toAbsolutePath() + "/routes/**/*.camel.yaml";
    }

    @Test
    void findsEveryEventKindOfTheInboundTemplate() {
        // When
        RouteFiles files = RouteFiles.read(TWO_MARKETPLACES);

        // Then
        assertThat(files.mistakes()).isEmpty();
        assertThat(files.eventKinds().marketplaces()).containsExactly("tiki", "tokopedia");
        assertThat(files.eventKinds().of("tiki")).containsExactly("order", "stock");
        assertThat(files.eventKinds().of("lazada")).isEmpty();
        assertThat(files.eventKinds().stream())
                .containsExactly(
                        new EventKind("tiki", "order"),
                        new EventKind("tiki", "stock"),
                        new EventKind("tokopedia", "chat-notification"),
                        new EventKind("tokopedia", "order-status"));
    }

    @Test
    void takesTheFolderBesideTheJarInPlaceOfThePackedFiles() throws IOException {
        // Given
        assertThat(RouteFiles.pattern(home(jar)).split(",")).containsExactlyInAnyOrderElementsOf(packed());

        // When
        Files.createDirectory(folder.resolve("routes"));

        // Then
        assertThat(RouteFiles.pattern(home(jar))).isEqualTo(besideJar);
        assertThat(RouteFiles.pattern(home(folder)).split(",")).containsExactlyInAnyOrderElementsOf(packed());
        assertThat(RouteFiles.pattern(home(null)).split(",")).containsExactlyInAnyOrderElementsOf(packed());
    }

    @Test
    void camelLoadsTheSameFiles() throws IOException {
        // Given
        String route = "- route: {id: %s, from: {uri: 'direct:%s', steps: [{log: {message: x}}]}}";
        Path routes = Files.createDirectories(folder.resolve("routes/marketplaces"));
        Files.writeString(routes.resolve("deep.camel.yaml"), route.formatted("deep", "deep"));
        Files.writeString(routes.resolveSibling("flat.camel.yaml"), route.formatted("flat", "flat"));
        Files.writeString(routes.resolveSibling("other.yaml"), route.formatted("other", "other"));

        // When
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Camel.class)
                .web(WebApplicationType.NONE)
                .run("--" + RouteFiles.PATTERN + "=" + RouteFiles.pattern(home(jar)), "--spring.config.name=none")) {
            // Then
            assertThat(context.getBean(CamelContext.class).getRoutes())
                    .extracting(Route::getRouteId)
                    .containsExactlyInAnyOrder("deep", "flat");
        }
    }

    @Test
    void refusesARouteIdThatIsUsedTwice() throws IOException {
        // Given
        write("a.camel.yaml", route("same", "tiki", "order"), route("same", "tiki", "returns"));

        // Then
        assertThat(mistakes())
                .containsExactly(
                        "route same of a.camel.yaml: has a routeId that another route has too; write one of its own");
    }

    @Test
    void refusesAParameterThatTheTemplateDoesNotHave() throws IOException {
        // Given
        write(
                "inbound.camel.yaml",
                "- routeTemplate: {id: inbound, parameters: [{name: marketplace}, {name: eventKind}, {name: identity}]}");
        write(
                "tiki.camel.yaml",
                "- templatedRoute: {routeTemplateRef: inbound, routeId: one, parameters: ["
                        + "{name: marketplace, value: tiki}, {name: eventKind, value: order}, {name: identty, value: /x}]}");

        // Then
        assertThat(mistakes())
                .containsExactly("route one of tiki.camel.yaml: has the unknown parameter identty;"
                        + " inbound takes eventKind, identity, marketplace");
    }

    @Test
    void refusesNamesThatFitNoUrlAndNoTopic() throws IOException {
        // Given
        write("a.camel.yaml", route("one", "Tiki", "order"), route("two", "tiki", "order_status"));
        write("b.camel.yaml", route("three", "proxyshop", "order"), "- templatedRoute: {routeTemplateRef: inbound}");

        // Then
        assertThat(mistakes())
                .containsExactlyInAnyOrder(
                        "route one of a.camel.yaml: needs the parameters marketplace and eventKind, in small letters,"
                                + " digits and dashes",
                        "route two of a.camel.yaml: needs the parameters marketplace and eventKind, in small letters,"
                                + " digits and dashes",
                        "route three of b.camel.yaml: must have a marketplace that does not begin with proxy",
                        "route null of b.camel.yaml: needs the parameters marketplace and eventKind, in small letters,"
                                + " digits and dashes");
    }

    @Test
    void refusesTwoRoutesForOneEventKind() throws IOException {
        // Given
        write("a.camel.yaml", route("one", "tiki", "order"), route("two", "tiki", "order"));

        // Then
        assertThat(mistakes())
                .containsExactly(
                        "route two of a.camel.yaml: receives tiki/order like route one of a.camel.yaml; take one"
                                + " out");
    }

    @Test
    void namesTheLineThatIsNotYaml() throws IOException {
        // Given
        write("a.camel.yaml", "- route: x", "  from: [", "");

        // Then
        assertThat(mistakes()).singleElement().asString().startsWith("a.camel.yaml: is not YAML; correct line ");
    }

    @Test
    void makesNoObjectThatAFileAsksFor() throws IOException {
        // Given
        write("a.camel.yaml", "- !!java.net.URL [\"https://gateway.shop.example\"]");

        // Then
        assertThat(mistakes()).singleElement().asString().startsWith("a.camel.yaml: is not YAML");
    }

    @Test
    void refusesAFolderWithoutRouteFiles() {
        assertThat(mistakes()).containsExactly(RouteFiles.PATTERN + ": finds no route file at " + besideJar);
    }

    private List<String> mistakes() {
        return RouteFiles.read(besideJar).mistakes().stream()
                .map(Mistake::toString)
                .toList();
    }

    private void write(String file, String... lines) throws IOException {
        Files.write(Files.createDirectories(folder.resolve("routes")).resolve(file), List.of(lines));
    }

    private static String route(String id, String marketplace, String eventKind) {
        return "- templatedRoute: {routeTemplateRef: inbound, routeId: %s, parameters: [{name: marketplace, value: %s}, {name: eventKind, value: %s}]}"
                .formatted(id, marketplace, eventKind);
    }

    /** Where the running application was started from: a jar, a folder of classes, or (in tests) nowhere. */
    private ApplicationHome home(Path source) {
        return new ApplicationHome() {
            @Override
            public File getSource() {
                return source == null ? null : source.toFile();
            }

            @Override
            public File getDir() {
                return folder.toFile();
            }
        };
    }

    @ImportAutoConfiguration(CamelAutoConfiguration.class)
    static class Camel {}

    /** File by file, since Camel loses the subfolders of a pattern in a jar that Spring Boot has extracted. */
    private static List<String> packed() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("routes"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> "classpath:" + file)
                    .toList();
        }
    }
}
