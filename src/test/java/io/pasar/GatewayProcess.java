package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** The packed jar in a process of its own, on free ports, as one replica of a gateway. Small, for several of them. */
final class GatewayProcess implements AutoCloseable {

    /** For a process that does not live long enough for a better compiler, or for more threads of a collector. */
    static final List<String> JVM_OPTIONS = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private static final Path JAR = Path.of("target", "pasar.jar").toAbsolutePath();
    private static final Duration START = Duration.ofMinutes(3);

    /** Long enough for a machine that is busy. */
    private static final Duration ANSWER = Duration.ofMinutes(1);

    private static final String TOKEN = "token-of-the-process-tests";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final ProcessBuilder builder;
    private final Path log;
    private final int management;
    private final int ingest;
    private Process process;

    private GatewayProcess(ProcessBuilder builder, Path log, int management, int ingest) throws IOException {
        this.builder = builder;
        this.log = log;
        this.management = management;
        this.ingest = ingest;
        this.process = builder.start();
    }

    /**
     * @param name what it calls itself at marketplaces, in {@code User-Agent}; also the name of its log
     * @param configuration its {@code application.yaml}, beside which it is started
     */
    static GatewayProcess start(String name, Path directory, String bootstrapServers, String configuration)
            throws IOException {
        Path home = Files.createDirectories(directory.resolve(name));
        Files.writeString(home.resolve("application.yaml"), configuration);
        int management = Ports.free();
        int ingest = Ports.free();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx300m"));
        command.addAll(JVM_OPTIONS);
        command.addAll(List.of(
                "-jar",
                JAR.toString(),
                "--server.port=" + management,
                "--pasar.ingest.port=" + ingest,
                "--camel.component.http.user-agent=" + name));
        Path log = home.resolve("log.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("PASAR_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
        builder.environment().put("PASAR_API_TOKEN", TOKEN);
        return new GatewayProcess(builder, log, management, ingest);
    }

    int ingest() {
        return ingest;
    }

    void awaitStarted() {
        awaitHealth("liveness");
    }

    void awaitReady() {
        awaitHealth("readiness");
    }

    /** As a balancer asks; false also if there is no answer. */
    boolean isReady() {
        try {
            return get("/actuator/health/readiness").statusCode() == 200;
        } catch (Exception notThere) {
            return false;
        }
    }

    /** The answer of a call that may take long. */
    CompletableFuture<HttpResponse<String>> apply(String key) {
        HttpRequest request = asked("/api/registrations/" + key + "/apply")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return CLIENT.sendAsync(request, BodyHandlers.ofString());
    }

    private void awaitHealth(String group) {
        await().atMost(START).ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> {
            assertThat(process.isAlive()).as(() -> tail()).isTrue();
            assertThat(get("/actuator/health/" + group).statusCode()).isEqualTo(200);
        });
    }

    /** By SIGTERM; waits for the end. */
    void stop() {
        stopWithin(START);
    }

    void stopWithin(Duration time) {
        process.destroy();
        assertThat(process.onExit()).as(() -> tail()).succeedsWithin(time);
    }

    /** On the same ports, with what it has left on its disk. */
    void startAgain() throws IOException {
        process = builder.start();
    }

    /** State by {@code <marketplace>/<account>}. */
    Map<String, String> states() throws Exception {
        JsonNode answer = new ObjectMapper().readTree(get("/api/registrations").body());
        Map<String, String> states = new TreeMap<>();
        answer.path("registrations")
                .forEach(one -> states.put(
                        one.path("marketplace").asText() + "/"
                                + one.path("account").asText(),
                        one.path("state").asText()));
        return states;
    }

    JsonNode registration(String key) throws Exception {
        return new ObjectMapper().readTree(get("/api/registrations/" + key).body());
    }

    /** The API's answer, whatever it is. */
    JsonNode ask(String method, String path) throws Exception {
        return new ObjectMapper()
                .readTree(CLIENT.send(
                                asked(path)
                                        .method(method, BodyPublishers.noBody())
                                        .build(),
                                BodyHandlers.ofString())
                        .body());
    }

    /** Lines with this text, which begin with their time, in their order. */
    List<String> logged(String text) throws IOException {
        return Files.readAllLines(log).stream()
                .filter(line -> line.contains(text))
                .toList();
    }

    /** As {@code kill -9} does. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return CLIENT.send(asked(path).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder asked(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management + path))
                .timeout(ANSWER)
                .header("Authorization", "Bearer " + TOKEN);
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return "no log";
        }
    }
}
