package io.pasar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pasar.kafka.KafkaClients;
import io.pasar.observation.Observations;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.autoconfigure.actuate.observability.AutoConfigureObservability;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

/** Accounts in files that come, change, break and go while the gateway runs. */
@TestPropertySource(properties = "pasar.accounts[1].events=order-status")
@AutoConfigureObservability(tracing = false)
@ExtendWith(OutputCaptureExtension.class)
@DirtiesContext
class AccountFilesIT extends GatewayTest {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final byte[] BODY = "{\"order_id\":1}".getBytes(UTF_8);

    private static Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    @Autowired
    private KafkaClients kafka;

    @Autowired
    private Observations observations;

    @DynamicPropertySource
    static void accountsDir(DynamicPropertyRegistry registry) throws IOException {
        // It is not there at the start
        folder = Files.createTempDirectory("pasar").resolve("accounts");
        registry.add("pasar.accounts-dir", () -> folder.toString());
    }

    @AfterEach
    void removeFiles() throws IOException {
        Files.createDirectories(folder);
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (Files.isSymbolicLink(file) || Files.isRegularFile(file)) {
                    Files.delete(file);
                }
            }
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(text("/actuator/prometheus"))
                .contains("pasar_accounts 3.0")
                .contains("pasar_accounts_files_broken 0.0"));
    }

    @Test
    void takesAddedChangedAndRemovedAccounts(CapturedOutput output) throws Exception {
        // Given
        assertThat(status("501", "order-notification", "first-s3cr3t")).isEqualTo(404);

        // When: an event kind that no account had until now
        write("a.yaml", account("501", "first-s3cr3t", "order-notification"));
        // Then
        awaitStatus(200, "501", "order-notification", "first-s3cr3t");
        try (Admin admin = kafka.admin()) {
            assertThat(admin.listTopics().names().get()).contains("pasar.tokopedia.order-notification");
        }
        // By way of the spool, if Kafka was slow
        await().untilAsserted(() -> assertThat(Records.in(kafka, "pasar.tokopedia.order-notification"))
                .isNotEmpty());
        assertThat(json("/api/registrations?marketplace=tokopedia").toString()).contains("\"501\"");
        assertThat(observations.of("tokopedia", "501", "order-notification").verified())
                .isPositive();

        // When
        write("a.yaml", account("501", "second-s3cr3t", "order-notification"));
        // Then
        awaitStatus(200, "501", "order-notification", "second-s3cr3t");
        assertThat(status("501", "order-notification", "first-s3cr3t")).isEqualTo(401);

        // When
        Files.delete(folder.resolve("a.yaml"));
        // Then
        awaitStatus(404, "501", "order-notification", "second-s3cr3t");
        await().atMost(SOON).untilAsserted(() -> assertThat(observations
                        .of("tokopedia", "501", "order-notification")
                        .verified())
                .isZero());
        await().atMost(SOON).untilAsserted(() -> assertThat(output)
                .containsPattern("Accounts are new.*tokopedia/501")
                .containsPattern("Accounts have changed.*tokopedia/501")
                .containsPattern("Accounts are gone.*tokopedia/501")
                .doesNotContain("s3cr3t"));
    }

    @Test
    void healthLooksAtTheDiskOfTheSpool(@Value("${pasar.data-dir}") Path dataDir) throws Exception {
        assertThat(json("/actuator/health")
                        .at("/components/diskSpace/details/path")
                        .asText())
                .isEqualTo(dataDir.toAbsolutePath().toString());
    }

    @Test
    void keepsAnAccountWhoseFileIsBrokenAndTellsOfIt(CapturedOutput output) throws Exception {
        // Given
        write("b.yaml", account("502", "any-s3cr3t", "order-status"));
        awaitStatus(200, "502", "order-status", "any-s3cr3t");

        // When
        write("b.yaml", account("502", "other-s3cr3t", "order-statis"));
        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(health().toString())
                .contains("b.yaml:6 events[0]: \\\"order-statis\\\" is not offered"));
        assertThat(health().at("/status").asText()).isEqualTo("UP");
        assertThat(text("/actuator/prometheus")).contains("pasar_accounts_files_broken 1.0");
        assertThat(status("502", "order-status", "any-s3cr3t")).isEqualTo(200);
        assertThat(status("502", "order-status", "other-s3cr3t")).isEqualTo(401);

        // When
        write("b.yaml", account("502", "other-s3cr3t", "order-status"));
        // Then
        awaitStatus(200, "502", "order-status", "other-s3cr3t");
        assertThat(health().at("/details/broken").isMissingNode()).isTrue();
        await().atMost(SOON).untilAsserted(() -> assertThat(output)
                .containsPattern("WARN.*Accounts cannot be taken.*b.yaml:6 events")
                .containsPattern("INFO.*Accounts can be taken again.*b.yaml")
                .doesNotContain("s3cr3t"));
    }

    @Test
    void refusesAFileWithAnAccountOfApplicationYaml() throws Exception {
        // When
        write("c.yaml", account("13004", "stolen-s3cr3t", "order-status"));

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(health().toString())
                .contains("c.yaml:1 id: is the account of pasar.accounts[1] again; give each account once"));
        assertThat(status("13004", "order-status", TOKOPEDIA_SECRET)).isEqualTo(200);
        assertThat(status("13004", "order-status", "stolen-s3cr3t")).isEqualTo(401);
    }

    @Test
    void followsAConfigMap() throws Exception {
        // Given
        Path first = Files.createDirectories(folder.resolve("..2024_01"));
        Files.writeString(first.resolve("d.yaml"), account("503", "first-s3cr3t", "order-status"));
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2024_01"));
        Files.createSymbolicLink(folder.resolve("d.yaml"), Path.of("..data/d.yaml"));
        awaitStatus(200, "503", "order-status", "first-s3cr3t");

        // When
        Path second = Files.createDirectory(folder.resolve("..2024_02"));
        Files.writeString(second.resolve("d.yaml"), account("503", "newer-s3cr3t", "order-status"));
        Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2024_02"));
        Files.move(folder.resolve("..data_tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

        // Then
        awaitStatus(200, "503", "order-status", "newer-s3cr3t");
        assertThat(status("503", "order-status", "first-s3cr3t")).isEqualTo(401);
    }

    private static String account(String id, String secret, String eventKind) {
        return """
                marketplace: tokopedia
                id: %s
                client-id: me
                client-secret: client-s3cr3t
                webhook-secrets: [%s]
                events: [%s]
                """
                .formatted(id, secret, eventKind);
    }

    private static void write(String name, String text) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(name), text);
    }

    private void awaitStatus(int status, String account, String eventKind, String secret) {
        await().atMost(SOON).untilAsserted(() -> assertThat(status(account, eventKind, secret))
                .isEqualTo(status));
    }

    private int status(String account, String eventKind, String secret) throws Exception {
        return sender.send(sender.request("tokopedia", account, eventKind, BODY)
                        .header("Authorization-Hmac", Sender.hmac("HmacSHA256", secret, BODY)))
                .statusCode();
    }

    private JsonNode health() throws Exception {
        return json("/actuator/health").at("/components/accountFiles");
    }

    private JsonNode json(String path) throws Exception {
        return new JsonMapper().readTree(text(path));
    }

    private String text(String path) throws Exception {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                        .header("Authorization", "Bearer " + READ_TOKEN)
                        .timeout(SOON)
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return response.body();
    }
}
