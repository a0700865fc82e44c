package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The jar as it is delivered, in a process of its own: whole, and extracted beside its libraries as the image has it. */
class PackagedJarIT {

    private static final Path JAR = Path.of("target", "pasar.jar").toAbsolutePath();
    private static final Duration START = Duration.ofMinutes(3);

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    @Test
    void startsWholeAndTakesEpollOnLinux() throws Exception {
        // When
        start("-jar", JAR.toString());

        // Then
        assertThat(transport()).isEqualTo(OS.LINUX.isCurrentOs() ? "epoll" : "java");
    }

    @Test
    void startsExtractedAndWithoutEpoll() throws Exception {
        // Given
        Process extraction = java("-Djarmode=tools", "-jar", JAR.toString(), "extract", "--destination", "app");
        assertThat(extraction.waitFor()).isZero();

        // When
        start(
                "-Dio.netty.transport.noNative=true",
                "-jar",
                directory.resolve("app/pasar.jar").toString());

        // Then
        assertThat(transport()).isEqualTo("java");
    }

    @Test
    void readsApplicationYamlBesideTheJarAndTheWorkingDirectorysAboveIt() throws Exception {
        // Given: started from elsewhere, as a service manager does; a comma would divide a list of places
        Path installed = Files.createDirectory(directory.resolve("installed, here"));
        Path jar = Files.copy(JAR, installed.resolve("pasar.jar"));
        Files.writeString(
                installed.resolve("application.yaml"), "pasar: {shoes: 1, ingest: {port: besides, max-body: many}}");
        Files.writeString(directory.resolve("application.yaml"), "pasar: {ingest: {port: nearby}}");

        // When
        Process gateway = java("-jar", jar.toString());

        // Then
        assertThat(gateway.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(gateway.exitValue()).isNotZero();
        assertThat(Files.readString(log()))
                .contains(
                        "pasar.shoes: is not known", "pasar.ingest.port: \"nearby\"", "pasar.ingest.max-body: \"many\"")
                .doesNotContain("besides");
    }

    private void start(String... jar) throws Exception {
        int management = Ports.free();
        int ingest = Ports.free();
        Stream<String> settings = Stream.of(
                "--server.port=" + management,
                "--pasar.ingest.port=" + ingest,
                // No balancer has to look elsewhere when it ends
                "--pasar.ingest.close-after=0s",
                "--pasar.kafka.embedded.port=0");
        Process gateway = java(Stream.concat(Arrays.stream(jar), settings).toArray(String[]::new));
        try {
            await().atMost(START).untilAsserted(() -> {
                assertThat(gateway.isAlive()).isTrue();
                assertThat(status("GET", management, "/actuator/health/liveness"))
                        .isEqualTo(200);
                assertThat(status("POST", ingest, "/webhooks/tiki/nobody/order"))
                        .isEqualTo(404);
            });
        } finally {
            gateway.destroy();
            gateway.waitFor();
        }
    }

    private Path log() {
        return directory.resolve("log.txt");
    }

    /** As the log names it. */
    private String transport() throws IOException {
        Matcher transport =
                Pattern.compile("Ingest is open .*transport=\"(\\w+)\"").matcher(Files.readString(log()));
        assertThat(transport.find()).isTrue();
        return transport.group(1);
    }

    private int status(String method, int port, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(5))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        try {
            HttpResponse<Void> response = client.send(request, BodyHandlers.discarding());
            return response.statusCode();
        } catch (IOException notYet) {
            return 0;
        }
    }

    private Process java(String... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String[] command = Stream.concat(
                        Stream.concat(Stream.of(java), GatewayProcess.JVM_OPTIONS.stream()), Arrays.stream(arguments))
                .toArray(String[]::new);
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }
}
