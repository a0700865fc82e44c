package io.pasar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.account.EventKinds;
import io.pasar.account.Secret;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.Topics;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.CamelContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** From a signed HTTP request to a record in a real Kafka, through the real routes. */
class InboundIT extends GatewayTest {

    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Autowired
    private KafkaClients kafka;

    @Autowired
    private Accounts accounts;

    @Autowired
    private EventKinds eventKinds;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private CamelContext camel;

    @ParameterizedTest(name = "{0} about {2}")
    @MethodSource("events")
    void publishesAVerifiedDeliveryAsAnEvent(
            String kind, byte[] body, String entity, List<String> identity, String strength, String occurredAt)
            throws Exception {
        // Given
        String marketplace = kind.split("/")[0];
        String eventKind = kind.split("/")[1];
        String account = marketplace.equals("tiki") ? "p77" : "13004";
        Instant before = Instant.now();

        // When
        HttpResponse<String> response = sender.send(sender.signed(marketplace, account, eventKind, body)
                .header("Content-Type", "application/json; charset=utf-8")
                .header("traceparent", TRACEPARENT));

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"success\":true}");
        assertThat(response.headers().map().keySet()).isEqualTo(Set.of("content-type", "content-length"));

        ConsumerRecord<byte[], byte[]> record = last(Topics.of(marketplace, eventKind));
        assertThat(record.value()).isEqualTo(body);
        assertThat(record.key()).isEqualTo((account + "/" + entity).getBytes(UTF_8));
        Map<String, String> headers = Records.headers(record);
        assertThat(Instant.parse(headers.remove("ce_time"))).isBetween(before.minusMillis(1), Instant.now());
        Map<String, String> expected = new TreeMap<>(Map.of(
                "ce_specversion",
                "1.0",
                "ce_id",
                id(marketplace, account, eventKind, identity, body),
                "ce_source",
                "/" + marketplace + "/" + account,
                "ce_type",
                marketplace + "." + eventKind,
                "ce_subject",
                entity,
                "content-type",
                "application/json; charset=utf-8",
                "traceparent",
                TRACEPARENT,
                "pasar_identity",
                strength,
                "pasar_signature",
                Sender.signature(marketplace, body)));
        if (!occurredAt.isEmpty()) {
            expected.put("pasar_occurred_at", occurredAt);
        }
        assertThat(headers).isEqualTo(expected);
    }

    @Test
    void handsOnAContentTypeInTheVeryBytesThatWereSent() throws Exception {
        // Given
        byte[] body = "{\"content-type\":1}".getBytes(UTF_8);
        String contentType = "application/json; title=\"\u0111\u01a1n h\u00e0ng\"";
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(("POST /webhooks/tiki/p77/order HTTP/1.1\r\nHost: gw.example\r\nContent-Type: " + contentType
                        + "\r\nx-signature: " + Sender.signature("tiki", body)
                        + "\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(UTF_8));
        request.writeBytes(body);

        // When
        String response;
        try (Socket socket = new Socket("127.0.0.1", sender.port())) {
            socket.setSoTimeout(30_000);
            // The JDK's client sends no header but in ASCII
            request.writeTo(socket.getOutputStream());
            response = new String(socket.getInputStream().readAllBytes(), UTF_8);
        }

        // Then
        assertThat(response).startsWith("HTTP/1.1 200");
        ConsumerRecord<byte[], byte[]> record = last("pasar.tiki.order");
        assertThat(record.value()).isEqualTo(body);
        assertThat(Records.headers(record)).containsEntry("content-type", contentType);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                TRACEPARENT + ", " + TRACEPARENT
            })
    void leavesOutATraceparentThatIsNone(String traceparent) throws Exception {
        // Given
        byte[] body = ("{\"traceparent\":\"" + traceparent + "\"}").getBytes(UTF_8);

        // When
        HttpResponse<String> response =
                sender.send(sender.signed("tiki", "p77", "order", body).header("traceparent", traceparent));

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        ConsumerRecord<byte[], byte[]> record = last("pasar.tiki.order");
        assertThat(record.value()).isEqualTo(body);
        assertThat(Records.headers(record)).doesNotContainKey("traceparent");
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void showsNothingOfADeliveryThatFailsInAWayThatNobodyForesaw(CapturedOutput output) throws Exception {
        // Given: a secret that no configuration can hold, and no MAC can use
        List<Account> configured = accounts.all();
        accounts.replace(List.of(new Account(
                "tiki",
                "broken",
                "c",
                new Secret("s"),
                Account.TokenAuth.BASIC,
                List.of(new Secret("")),
                List.of("order"),
                List.of("sgn3"),
                Account.OnDrift.REPORT,
                Map.of(),
                Map.of())));
        double counted = failed();

        // When
        HttpResponse<String> response;
        try {
            response = sender.send(sender.request("tiki", "broken", "order", "{\"buyer\":\"Nguyen\"}".getBytes(UTF_8))
                    .header("x-signature", "sha1=" + "5ec2e75e".repeat(5)));
        } finally {
            accounts.replace(configured);
        }

        // Then
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body())
                .isEqualTo("{\"success\":false,\"error\":{\"code\":\"internal\","
                        + "\"message\":\"The gateway failed; send the webhook again\"}}");
        assertThat(response.headers().map().keySet()).isEqualTo(Set.of("content-type", "content-length"));
        assertThat(failed()).isEqualTo(counted + 1);
        assertThat(output)
                .contains("Failed delivery", "A delivery failed in a way that no error handling answers")
                .doesNotContain("Nguyen", "5ec2e75e");
    }

    private double failed() {
        return meters.counter("pasar.refused", "route", "tiki-order", "reason", "internal")
                .count();
    }

    @Test
    void givesMessagesOurOwnMapsOfHeaders() {
        // Then
        assertThat(camel.getCamelContextExtension().getHeadersMapFactory()).isInstanceOf(HeaderMaps.class);
    }

    static Stream<Arguments> events() throws IOException {
        JsonNode events = new YAMLMapper().readTree(InboundIT.class.getResourceAsStream("/inbound/events.yaml"));
        return StreamSupport.stream(events.spliterator(), false)
                .map(event -> Arguments.of(
                        event.get("kind").asText(),
                        event.get("body").asText().getBytes(UTF_8),
                        event.get("entity").asText(),
                        StreamSupport.stream(event.get("id").spliterator(), false)
                                .map(JsonNode::asText)
                                .toList(),
                        event.get("identity").asText(),
                        event.path("occurredAt").asText()));
    }

    @Test
    void hasAnExampleOfEveryEventKindThatTheRoutesOffer() throws IOException {
        // Given
        Set<String> offered = eventKinds.stream()
                .map(kind -> kind.marketplace() + "/" + kind.eventKind())
                .collect(Collectors.toSet());

        // Then
        assertThat(events().map(event -> event.get()[0])).containsAll(offered);
    }

    @ParameterizedTest
    @MethodSource("oddBodies")
    void publishesAnySignedBytesUnchanged(byte[] body, String contentType) throws Exception {
        // When
        HttpResponse<String> response =
                sender.send(sender.signed("tiki", "p77", "order", body).header("Content-Type", contentType));

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        ConsumerRecord<byte[], byte[]> record = last("pasar.tiki.order");
        assertThat(record.value()).isEqualTo(body);
        assertThat(record.key()).isEqualTo("p77/p77".getBytes(UTF_8));
        assertThat(Records.headers(record))
                .containsOnlyKeys(
                        "ce_id",
                        "ce_source",
                        "ce_specversion",
                        "ce_subject",
                        "ce_time",
                        "ce_type",
                        "content-type",
                        "pasar_identity",
                        "pasar_signature")
                .containsEntry("pasar_identity", "weak")
                .containsEntry("content-type", contentType)
                .containsEntry("ce_id", id("tiki", "p77", "order", List.of("body"), body));
    }

    static Stream<Arguments> oddBodies() throws IOException {
        byte[] everyByte = new byte[256];
        IntStream.range(0, 256).forEach(i -> everyByte[i] = (byte) i);
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write("{\"data\":{}}".getBytes(UTF_8));
        }
        return Stream.of(
                Arguments.of(new byte[0], "application/json"),
                Arguments.of(everyByte, "application/octet-stream"),
                Arguments.of("\uFEFF{\"data\":{}}\r\n".getBytes(UTF_8), "application/json"),
                Arguments.of("{\"data\":\"\u00e9\"}".getBytes(ISO_8859_1), "application/json; charset=ISO-8859-1"),
                Arguments.of(zipped.toByteArray(), "application/json"),
                Arguments.of(
                        "kafka.OVERRIDE_TOPIC=evil&kafka.KEY=e&CamelHttpResponseCode=500&account=p78&ce_id=1&x=y"
                                .getBytes(UTF_8),
                        "application/x-www-form-urlencoded"),
                Arguments.of("--x\r\n\r\n--x--".getBytes(UTF_8), "multipart/form-data; boundary=x"));
    }

    @Test
    void givesARetryTheSameId() throws Exception {
        // Given
        byte[] body = "{\"data\":{\"order_code\":\"retry\",\"main_state\":\"s\",\"date\":\"d\"}}".getBytes(UTF_8);

        // When
        sender.send(sender.signed("tiki", "p77", "order", body));
        sender.send(sender.signed("tiki", "p77", "order", body));

        // Then
        assertThat(Records.in(kafka, "pasar.tiki.order").stream()
                        .filter(record -> new String(record.key(), UTF_8).equals("p77/retry"))
                        .map(record -> Records.headers(record).get("ce_id")))
                .hasSize(2)
                .containsOnly(id("tiki", "p77", "order", List.of("retry", "s", "", "", "d"), body));
    }

    @Test
    void acceptsASecretThatIsBeingReplaced() throws Exception {
        // Given
        byte[] body = "{\"old\":1}".getBytes(UTF_8);
        HttpRequest.Builder request = sender.request("tiki", "p77", "order", body)
                .header("x-signature", "sha1=" + Sender.hmac("HmacSHA1", TIKI_OLD_SECRET, body));

        // Then
        assertThat(sender.send(request).statusCode()).isEqualTo(200);
    }

    @Test
    void isNotSteeredByHeadersOrParametersFromOutside() throws Exception {
        // Given
        byte[] body = "{\"data\":{\"order_code\":\"steer\",\"main_state\":\"s\",\"date\":\"d\"}}".getBytes(UTF_8);
        HttpRequest.Builder request = sender.request(
                        "/webhooks/tiki/p77/order?kafka.OVERRIDE_TOPIC=pasar.commands"
                                + "&kafka.KEY=evil&account=p78&CamelHttpResponseCode=500&ce_id=1",
                        body)
                .header("x-signature", Sender.signature("tiki", body))
                .header("kafka.OVERRIDE_TOPIC", "pasar.commands")
                .header("kafka.KEY", "evil")
                .header("kafka.PARTITION_KEY", "1")
                .header("kafka.OVERRIDE_TIMESTAMP", "1")
                .header("CamelHttpResponseCode", "500")
                .header("CamelHttpUri", "http://evil.invalid")
                .header("account", "p78")
                .header("ce_id", "1")
                .header("pasar_identity", "strong")
                .header("Cookie", "session=1")
                .header("Authorization", "Bearer x");

        // When
        HttpResponse<String> response = sender.send(request);

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().map().keySet()).isEqualTo(Set.of("content-type", "content-length"));
        assertThat(Records.in(kafka, Topics.COMMANDS)).noneMatch(record -> Arrays.equals(record.value(), body));
        ConsumerRecord<byte[], byte[]> record = last("pasar.tiki.order");
        assertThat(record.key()).isEqualTo("p77/steer".getBytes(UTF_8));
        assertThat(record.timestamp()).isGreaterThan(1);
        assertThat(Records.headers(record).keySet())
                .isEqualTo(Set.of(
                        "ce_id",
                        "ce_source",
                        "ce_specversion",
                        "ce_subject",
                        "ce_time",
                        "ce_type",
                        "pasar_identity",
                        "pasar_occurred_at",
                        "pasar_signature"));
        assertThat(Records.headers(record)).containsEntry("ce_source", "/tiki/p77");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "null,                                          missing-signature",
                "nonsense,                                      malformed-signature",
                "sha1=44f0e5a27ddf3c93d09db6a61ef20b86a3d5a8f4, wrong-signature"
            })
    @ExtendWith(OutputCaptureExtension.class)
    void quarantinesWhatDoesNotProveItsSender(String signature, String reason, CapturedOutput output) throws Exception {
        // Given
        byte[] body = ("{\"forged\":\"" + reason + "\u00ff\u00c3\"}").getBytes(ISO_8859_1);
        HttpRequest.Builder request =
                sender.request("tiki", "p77", "stock", body).header("Content-Type", "text/plain");
        if (signature != null) {
            request.header("x-signature", signature);
        }
        int published = Records.in(kafka, "pasar.tiki.stock").size();
        int quarantined = Records.in(kafka, Topics.QUARANTINE).size();
        double counted = rejected(reason);
        Instant before = Instant.now();

        // When
        HttpResponse<String> response = sender.send(request);

        // Then
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.body())
                .isEqualTo("{\"success\":false,\"error\":{\"code\":\"signature-rejected\","
                        + "\"message\":\"The signature does not prove who sent this webhook\"}}");
        assertThat(response.headers().map().keySet()).isEqualTo(Set.of("content-type", "content-length"));
        assertThat(Records.in(kafka, "pasar.tiki.stock")).hasSize(published);
        assertThat(rejected(reason)).isEqualTo(counted + 1);

        await().untilAsserted(
                        () -> assertThat(Records.in(kafka, Topics.QUARANTINE)).hasSize(quarantined + 1));
        ConsumerRecord<byte[], byte[]> record = last(Topics.QUARANTINE);
        assertThat(record.value()).isEqualTo(body);
        Map<String, String> headers = Records.headers(record);
        assertThat(Instant.parse(headers.remove("pasar_received_at"))).isAfter(before.minus(Duration.ofSeconds(1)));
        Map<String, String> expected = new TreeMap<>(Map.of(
                "pasar_reason", reason,
                "pasar_marketplace", "tiki",
                "pasar_account", "p77",
                "pasar_event_kind", "stock",
                "content-type", "text/plain"));
        if (signature != null) {
            expected.put("pasar_signature", signature);
        }
        assertThat(headers).isEqualTo(expected);
        // Whoever sends forgeries cannot fill the log
        assertThat(output).doesNotContain("Failed delivery", "SignatureRejectedException");
    }

    @Test
    void boundsWhatAnAttackerCanPutIntoQuarantine() throws Exception {
        // Given
        byte[] body = "{\"flood\":1}".getBytes(UTF_8);
        double before = quarantined("kept") + quarantined("over-rate");
        long begun = System.nanoTime();

        // When
        for (int i = 0; i < 60; i++) {
            HttpRequest.Builder request =
                    sender.request("tiki", "p78", "order", body).header("x-signature", "sha1=" + "0".repeat(40));
            assertThat(sender.send(request).statusCode()).isEqualTo(401);
        }

        // Then
        long periods = Duration.ofNanos(System.nanoTime() - begun).toSeconds() / 10;
        await().untilAsserted(() ->
                assertThat(quarantined("kept") + quarantined("over-rate")).isGreaterThanOrEqualTo(before + 60));
        assertThat(Records.in(kafka, Topics.QUARANTINE).stream()
                        .filter(record -> "p78".equals(Records.headers(record).get("pasar_account"))))
                .hasSizeBetween(10, Math.toIntExact(20 + 10 * periods));
    }

    @ParameterizedTest
    @CsvSource({
        "/webhooks/tiki/nobody/order,          tiki,      '',  unknown-account",
        "/webhooks/tiki/p78/stock,             tiki,      p78, unwanted-event-kind",
        "/webhooks/tiki/p77/order-status,      ,          ,    another marketplace's event kind",
        "/webhooks/tokopedia/p77/order-status, tokopedia, '',  unknown-account",
        "/webhooks/shopee/p77/order,           ,          ,    unknown marketplace"
    })
    void answers404ToWhatNobodyWants(String path, String marketplace, String account, String why) throws Exception {
        // Given
        byte[] body = "{}".getBytes(UTF_8);
        HttpRequest.Builder request = sender.request(path, body).header("x-signature", Sender.signature("tiki", body));
        double counted = marketplace == null ? 0 : rejected(marketplace, account, why);

        // When
        HttpResponse<String> response = sender.send(request);

        // Then
        assertThat(response.statusCode()).as(why).isEqualTo(404);
        assertThat(response.body()).contains("\"code\":\"unknown-webhook\"");
        assertThat(response.headers().map().keySet()).isEqualTo(Set.of("connection", "content-type", "content-length"));
        if (marketplace != null) {
            assertThat(rejected(marketplace, account, why)).isEqualTo(counted + 1);
        }
        assertThat(meters.getMeters())
                .as("what a sender chooses is no label")
                .noneMatch(meter -> meter.getId().getTags().stream()
                        .anyMatch(tag -> List.of("nobody", "shopee").contains(tag.getValue())));
    }

    @Test
    void publishesABodyOfTheLargestAcceptedSize() throws Exception {
        // Given
        byte[] body = new byte[1024 * 1024];

        // Then
        assertThat(sender.send(sender.signed("tiki", "p77", "order", body)).statusCode())
                .isEqualTo(200);
        assertThat(sender.send(sender.signed("tiki", "p77", "order", new byte[1024 * 1024 + 1]))
                        .statusCode())
                .isEqualTo(413);
    }

    private double rejected(String reason) {
        return rejected("tiki", "p77", reason);
    }

    private double rejected(String marketplace, String account, String reason) {
        var counter = meters.find("pasar.rejected")
                .tags("marketplace", marketplace, "account", account, "reason", reason)
                .counter();
        return counter == null ? 0 : counter.count();
    }

    private double quarantined(String outcome) {
        var counter = meters.find("pasar.quarantined")
                .tags("marketplace", "tiki", "outcome", outcome)
                .counter();
        return counter == null ? 0 : counter.count();
    }

    private ConsumerRecord<byte[], byte[]> last(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = Records.in(kafka, topic);
        assertThat(records).isNotEmpty();
        return records.stream()
                .max((a, b) -> Long.compare(a.timestamp() * 1000 + a.offset(), b.timestamp() * 1000 + b.offset()))
                .orElseThrow();
    }

    private static String id(String marketplace, String account, String eventKind, List<String> identity, byte[] body)
            throws GeneralSecurityException, IOException {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        String hash = HexFormat.of().formatHex(sha256.digest(body));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        for (String part : Stream.concat(Stream.of(marketplace, account, eventKind), identity.stream())
                .toList()) {
            byte[] text = (part.equals("body") ? hash : part).getBytes(UTF_8);
            data.writeInt(text.length);
            data.write(text);
        }
        return HexFormat.of().formatHex(sha256.digest(bytes.toByteArray()));
    }
}
