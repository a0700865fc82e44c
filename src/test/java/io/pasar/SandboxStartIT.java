package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The sandbox as it is shipped, but for its ports, in a process of its own: what it prints, and what it leaves. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SandboxStartIT {

    private static final Duration START = Duration.ofMinutes(3);
    private static final String RECORDS = "/api/topics/pasar.tiki.order/records?last=100";

    private static final Pattern COMMAND = Pattern.compile("^  (\\S.*):\n    (curl .*)$", Pattern.MULTILINE);
    private static final Pattern TOKEN = Pattern.compile("^API token of this run: (\\S+)$", Pattern.MULTILINE);

    private static final int MANAGEMENT_PORT = Ports.free();
    private static final int INGEST_PORT = Ports.free();

    @TempDir
    private static Path directory;

    private static Path log;
    private static Process sandbox;

    @BeforeAll
    static void start() throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx300m"));
        command.addAll(GatewayProcess.JVM_OPTIONS);
        command.addAll(List.of(
                "-jar",
                Path.of("target", "pasar.jar").toAbsolutePath().toString(),
                "--spring.profiles.active=sandbox",
                "--server.port=" + MANAGEMENT_PORT,
                "--pasar.ingest.port=" + INGEST_PORT,
                "--pasar.kafka.embedded.port=0"));
        log = Files.createTempFile(directory, "log", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PASAR_"));
        sandbox = builder.start();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        sandbox.destroy();
        sandbox.waitFor();
    }

    @Test
    @Order(1)
    void printsCommandsThatDoWhatTheySay() throws Exception {
        assumeTrue(output("command -v curl").contains("curl"), "Nothing can be copied to a shell without curl");

        // Given
        await().atMost(START).untilAsserted(() -> assertThat(printed()).hasSize(9));

        // Then
        Map<String, String> answers = new LinkedHashMap<>();
        answers.put("what is registered", "\"account\":\"13004\"");
        answers.put("the last events of a topic", "\"ce_type\"");
        answers.put("send a webhook as .*, signed", "HTTP/1.1 200");
        answers.put("the same, signed with a wrong secret", "HTTP/1.1 401");
        answers.put("break a registration; it is repaired within 15s", "{\"pending\":[]}");
        for (MatchResult line : printed()) {
            String answer = answers.entrySet().stream()
                    .filter(entry -> line.group(1).matches(entry.getKey()))
                    .findFirst()
                    .orElseThrow()
                    .getValue();
            await().atMost(START)
                    .untilAsserted(() -> assertThat(output(line.group(2))).contains(answer));
        }
    }

    @Test
    @Order(2)
    void keepsItsRecordsWhenItIsStoppedAndStartedAgain() throws Exception {
        // Given
        await().atMost(START).until(() -> !records().isEmpty());
        List<JsonNode> before = records();

        // When
        stop();
        start();

        // Then
        await().atMost(START).untilAsserted(() -> assertThat(records()).containsAll(before));
    }

    private static List<MatchResult> printed() throws IOException {
        return COMMAND.matcher(Files.readString(log)).results().toList();
    }

    private static String output(String command) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", command).start();
        return new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** None while nobody answers. */
    private static List<JsonNode> records() throws Exception {
        Matcher token = TOKEN.matcher(Files.readString(log));
        if (!token.find()) {
            return List.of();
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + MANAGEMENT_PORT + RECORDS))
                .header("Authorization", "Bearer " + token.group(1))
                .build();
        String answer = HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body();
        List<JsonNode> records = new ArrayList<>();
        new JsonMapper().readTree(answer).path("records").forEach(records::add);
        return records;
    }
}
