package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as it is delivered, as the command line of a gateway that runs elsewhere. */
class PackagedCommandLineIT extends GatewayTest {

    private static final Path JAR = Path.of("target", "pasar.jar").toAbsolutePath();

    @TempDir
    private Path directory;

    @TempDir
    private Path elsewhere;

    @BeforeEach
    void theGatewayTakesCommands() {
        await().atMost(Duration.ofMinutes(1)).until(this::plannedOverHttp, status -> status == 200);
    }

    @AfterEach
    void noGatewayWasStarted() throws IOException {
        // A gateway without configuration would have started a broker, which keeps its records in data/
        try (Stream<Path> made = Files.list(directory)) {
            assertThat(made).isEmpty();
        }
    }

    @Test
    void plans() throws Exception {
        // When
        Ran planned = pasar(WRITE_TOKEN, "plan", "--marketplace", "tiki", "--account", "p78", "--url", url());

        // Then
        assertThat(planned.err()).isEmpty();
        assertThat(planned.exitCode()).isEqualTo(2);
        assertThat(planned.out())
                .startsWith("tiki/p78: never-registered, to change:\n  FIELD ")
                .contains("https://gw.example/webhooks/tiki/p78/order");
    }

    @Test
    void tellsOfEveryAccountAtAMarketplaceThatIsAway() throws Exception {
        // When
        Ran applied = pasar(WRITE_TOKEN, "apply", "--json", "--url", url());

        // Then
        assertThat(applied.exitCode()).isEqualTo(1);
        JsonNode document = new ObjectMapper().readTree(applied.out());
        assertThat(document.findValuesAsText("account")).containsExactlyInAnyOrder("p77", "13004", "p78");
        assertThat(document.findValuesAsText("type")).containsOnly("urn:pasar:problem:marketplace-failed");
        assertThat(applied.err()).contains("pasar: tokopedia/13004: The marketplace did not do what it was asked");
        assertThat(applied.out() + applied.err()).doesNotContain(WRITE_TOKEN, "\tat ");
    }

    @Test
    void isNoGatewayForAWordThatItDoesNotKnow() throws Exception {
        // When
        Ran misspelt = pasar(WRITE_TOKEN, "aplly");

        // Then
        assertThat(misspelt.exitCode()).isEqualTo(1);
        assertThat(misspelt.out()).isEmpty();
        assertThat(misspelt.err()).startsWith("pasar: There is no command 'aplly'\n");
    }

    private String url() {
        return "http://127.0.0.1:" + managementPort;
    }

    private int plannedOverHttp() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(url() + "/api/registrations/tiki/p78/apply?dry-run=true"))
                .header("Authorization", "Bearer " + WRITE_TOKEN)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    private Ran pasar(String token, String... arguments) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path out = elsewhere.resolve("out");
        Path err = elsewhere.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(Stream.of(
                                Stream.of(java),
                                GatewayProcess.JVM_OPTIONS.stream(),
                                Stream.of("-jar", JAR.toString()),
                                Stream.of(arguments))
                        .flatMap(each -> each)
                        .toList())
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("PASAR_API_TOKEN", token);
        // The Java runtime tells on standard error that it has found these
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES))
                    .as("ends by itself")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private record Ran(int exitCode, String out, String err) {}
}
