package io.pasar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.pasar.kafka.KafkaClients;
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
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** What was rejected for a secret that was wrong here, and comes out when it is mended. */
@DirtiesContext
class QuarantineIT extends GatewayTest {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String TOPIC = "pasar.tokopedia.order-status";

    /** No JSON writer would write it so: it must come out as it went in. */
    private static final byte[] BODY = "{ \"order_id\" :7,\n\"order_status\":400 }\n".getBytes(UTF_8);

    private static Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    @Autowired
    private KafkaClients kafka;

    @Autowired
    private MeterRegistry meters;

    @DynamicPropertySource
    static void accountsDir(DynamicPropertyRegistry registry) throws IOException {
        folder = Files.createTempDirectory("pasar").resolve("accounts");
        registry.add("pasar.accounts-dir", () -> folder.toString());
    }

    @Test
    void releasesWhatIsRightOnceItsSecretIsMended() throws Exception {
        // Given: one signed with the secret that the account should have, one with none that it ever has
        write("mistyped-s3cr3t");
        await().atMost(SOON).until(() -> send(BODY, "s3cr3t") == 401);
        assertThat(send("{\"order_id\":8}".getBytes(UTF_8), "forged")).isEqualTo(401);
        await().atMost(SOON).untilAsserted(() -> assertThat(listed("")).hasSizeGreaterThanOrEqualTo(2));
        int before = listed("").size();

        // When
        JsonNode tooEarly = release("");
        // Then
        assertThat(tooEarly.path("selected").asInt()).isZero();
        assertThat(tooEarly.at("/skipped/rejected").asInt()).isEqualTo(before);
        assertThat(released()).isEmpty();

        // When
        write("s3cr3t");
        await().atMost(SOON)
                .until(() -> release("&dry-run=true").path("selected").asInt() > 0);
        // Then
        assertThat(released()).isEmpty();

        // When
        JsonNode answer = release("");
        // Then
        assertThat(answer.path("published").asInt()).isEqualTo(before - 1);
        assertThat(answer.at("/skipped/rejected").asInt()).isEqualTo(1);
        assertThat(listed("")).as("no copies of what is still wrong").hasSize(before);
        ConsumerRecord<byte[], byte[]> out = released().get(0);
        assertThat(out.value()).isEqualTo(BODY);
        assertThat(new String(out.key(), UTF_8)).isEqualTo("777/7");
        Map<String, String> headers = Records.headers(out);
        JsonNode kept = listed("").get(0);
        assertThat(headers)
                .containsEntry("ce_time", kept.path("receivedAt").asText())
                .containsEntry("pasar_replayed", answer.path("id").asText());
        assertThat(kept.path("releasedBy")).isEqualTo(answer.path("id"));
        assertThat(count("pasar.published", "event_kind", "order-status"))
                .as("what came hours ago would be all that the times show")
                .isZero();

        // When: the same comes the usual way
        int outBefore = released().size();
        assertThat(send(BODY, "s3cr3t")).isEqualTo(200);
        // Then: by way of the spool, if Kafka was slow
        await().atMost(SOON).until(() -> released().size() > outBefore);
        Map<String, String> live = Records.headers(released().get(outBefore));
        assertThat(live.remove("ce_time")).isNotNull();
        headers.remove("ce_time");
        headers.remove("pasar_replayed");
        assertThat(headers).isEqualTo(live);

        // When: the account wants it no longer
        write("s3cr3t", "chat-notification");
        double alerts = count("pasar.rejected", "reason", "unwanted-event-kind");
        await().atMost(SOON)
                .until(() -> release("&dry-run=true&again=true")
                                .at("/skipped/unwanted")
                                .asInt()
                        == before);
        // Then
        assertThat(count("pasar.rejected", "reason", "unwanted-event-kind")).isEqualTo(alerts);
    }

    private double count(String meter, String tag, String value) {
        return meters.find(meter).tag(tag, value).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    @Test
    void showsThePayloadOnlyToThoseWhoMayWrite() throws Exception {
        // Given
        byte[] body = "{\"order_code\":\"9\"}".getBytes(UTF_8);
        sender.send(sender.request("tiki", "p78", "order", body));
        await().atMost(SOON).untilAsserted(() -> assertThat(json(get("?account=p78", READ_TOKEN)))
                .isNotEmpty());

        // When
        JsonNode plain = json(get("?account=p78", READ_TOKEN)).get(0);
        JsonNode whole = json(get("?account=p78&payload=true", WRITE_TOKEN)).get(0);

        // Then
        assertThat(plain.path("reason").asText()).isEqualTo("missing-signature");
        assertThat(plain.path("eventKind").asText()).isEqualTo("order");
        assertThat(plain.path("size").asInt()).isEqualTo(body.length);
        assertThat(plain.path("valueBase64").isNull()).isTrue();
        assertThat(Base64.getDecoder().decode(whole.path("valueBase64").asText()))
                .isEqualTo(body);
        assertThat(get("?account=p78&payload=true", READ_TOKEN).statusCode()).isEqualTo(403);
        assertThat(call("POST", "/quarantine/release?marketplace=tiki&account=p78", READ_TOKEN)
                        .statusCode())
                .isEqualTo(403);
    }

    private List<ConsumerRecord<byte[], byte[]>> released() {
        return Records.in(kafka, TOPIC).stream()
                .filter(found -> new String(found.key(), UTF_8).startsWith("777/"))
                .toList();
    }

    private int send(byte[] body, String secret) throws Exception {
        return sender.send(sender.request("tokopedia", "777", "order-status", body)
                        .header("Content-Type", "application/json; charset=utf-8")
                        .header("Authorization-Hmac", Sender.hmac("HmacSHA256", secret, body)))
                .statusCode();
    }

    private JsonNode listed(String more) throws Exception {
        return json(get("?account=777" + more, READ_TOKEN));
    }

    private JsonNode release(String more) throws Exception {
        HttpResponse<String> begun =
                call("POST", "/quarantine/release?marketplace=tokopedia&account=777" + more, WRITE_TOKEN);
        assertThat(begun.statusCode()).isEqualTo(202);
        String id = new JsonMapper().readTree(begun.body()).path("id").asText();
        AtomicReference<JsonNode> release = new AtomicReference<>();
        await().atMost(SOON).until(() -> {
            release.set(new JsonMapper()
                    .readTree(call("GET", "/replays/" + id, READ_TOKEN).body()));
            return release.get().path("state").asText().equals("done");
        });
        return release.get();
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).isEqualTo(200);
        return new JsonMapper().readTree(answer.body()).path("deliveries");
    }

    private HttpResponse<String> get(String query, String token) throws Exception {
        return call("GET", "/quarantine" + query, token);
    }

    private HttpResponse<String> call(String method, String rest, String token) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/api" + rest))
                        .method(method, BodyPublishers.noBody())
                        .header("Authorization", "Bearer " + token)
                        .build(),
                BodyHandlers.ofString());
    }

    private static void write(String secret) throws IOException {
        write(secret, "order-status");
    }

    private static void write(String secret, String eventKind) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("a.yaml"),
                """
                marketplace: tokopedia
                id: 777
                client-id: c
                client-secret: s
                webhook-secrets: ["%s"]
                events: [%s]
                """
                        .formatted(secret, eventKind));
    }
}
