package io.pasar.sandbox;

import static io.pasar.sandbox.SandboxClient.TIKI_SECRET;
import static io.pasar.sandbox.SandboxClient.TOKOPEDIA_SECRET;
import static io.pasar.sandbox.SandboxClient.tikiPayload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pasar.sandbox.Receiver.Delivery;
import java.io.IOException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** The webhooks that the stand-ins send by themselves, as a receiver sees them. */
@SandboxTest
@TestPropertySource(properties = "sandbox.pace=20ms")
class DeliveriesIT {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @LocalServerPort
    private int port;

    private SandboxClient client;
    private Receiver receiver;

    @BeforeEach
    void connect() {
        client = new SandboxClient(port);
        receiver = new Receiver();
    }

    @AfterEach
    void reset() throws Exception {
        client.reset();
        receiver.close();
    }

    @Test
    void sendsEveryEventKindOfTikiToItsUrl() throws Exception {
        // When
        client.registerAtTiki(tikiPayload(receiver.base()));

        // Then
        await().untilAsserted(() ->
                assertThat(paths()).contains("/webhooks/order", "/webhooks/stock", "/webhooks/aftersale"));
        assertThat(receiver.deliveries()).allSatisfy(delivery -> {
            assertThat(delivery.header("Content-Type")).isEqualTo("application/json");
            assertThat(delivery.header("x-signature"))
                    .isEqualTo("sha1=" + PlainHmac.hex("SHA-1", TIKI_SECRET, delivery.body()));
            assertThat(MAPPER.readTree(delivery.body())
                            .path("data")
                            .path("date")
                            .asText())
                    .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\+07:00");
        });
        JsonNode stock = first("/webhooks/stock").path("data");
        assertThat(stock.path("partner_id").asText()).isEqualTo("41235121321");
        assertThat(stock.path("warehouse").asText()).isIn("sgn3", "tbn1");
    }

    @Test
    void sendsEveryEventKindOfTokopediaToItsUrl() throws Exception {
        // Given
        String urls = TokopediaPayloads.EVENT_KINDS.stream()
                .map(kind -> "\"%s_url\":\"%s/%s\"".formatted(kind.replace('-', '_'), receiver.base(), kind))
                .collect(Collectors.joining(","));

        // When
        client.registerAtTokopedia("{%s,\"webhook_secret\":\"%s\"}".formatted(urls, TOKOPEDIA_SECRET));

        // Then
        Set<String> expected = TokopediaPayloads.EVENT_KINDS.stream()
                .map(kind -> "/webhooks/" + kind)
                .collect(Collectors.toSet());
        assertThat(expected).hasSize(13);
        await().untilAsserted(() -> assertThat(paths()).isEqualTo(expected));
        assertThat(receiver.deliveries()).allSatisfy(delivery -> {
            assertThat(delivery.header("Content-Type")).isEqualTo("application/json");
            assertThat(delivery.header("Authorization-Hmac"))
                    .isEqualTo(PlainHmac.hex("SHA-256", TOKOPEDIA_SECRET, delivery.body()));
            assertThat(MAPPER.readTree(delivery.body()).isObject()).isTrue();
        });
        assertThat(first("/webhooks/order-request-cancellation")
                        .path("order_id")
                        .isTextual())
                .isTrue();
        assertThat(first("/webhooks/product-changes")
                        .path("product_changes_data")
                        .path(0)
                        .path("update_time")
                        .asText())
                .hasSize(19);
    }

    @Test
    void sendsNothingThatIsNotRegistered() throws Exception {
        // Given
        client.registerAtTokopedia(registration("order-status"));
        await().until(() -> receiver.deliveries().size() > 2);

        // When
        client.registerAtTokopedia(registration("chat-notification"));

        // Then: what was sent before may arrive after what was sent later, but both kinds would take turns
        await().untilAsserted(() ->
                assertThat(last(10)).extracting(Delivery::path).containsOnly("/webhooks/chat-notification"));
    }

    @Test
    void sendsToTheChangedUrl() throws Exception {
        // Given
        client.registerAtTokopedia(registration("order-status"));

        // When
        client.control(
                "tokopedia",
                "{\"do\":\"change\",\"account\":\"13004\",\"event-kind\":\"order-status\",\"url\":\"%s/elsewhere\"}"
                        .formatted(receiver.base()));

        // Then
        await().until(() -> paths().contains("/webhooks/elsewhere"));
    }

    @Test
    void signsWithTheChangedSecret() throws Exception {
        // Given
        client.registerAtTokopedia(registration("order-status"));

        // When
        client.control("tokopedia", "{\"do\":\"change-secret\",\"account\":\"13004\",\"secret\":\"another\"}");

        // Then
        await().untilAsserted(() -> assertThat(receiver.deliveries())
                .anySatisfy(delivery -> assertThat(delivery.header("Authorization-Hmac"))
                        .isEqualTo(PlainHmac.hex("SHA-256", "another", delivery.body()))));
    }

    @Test
    void neverRepeatsAnEventByItself() throws Exception {
        // When
        client.registerAtTokopedia(registration("order-notification"));

        // Then
        await().until(() -> receiver.deliveries().size() > 20);
        List<String> orders =
                receiver.deliveries().stream().map(DeliveriesIT::orderId).toList();
        assertThat(orders).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({"500", "401", "302", "0"})
    void repeatsAFailedWebhookWithTheSameBytes(int status) throws Exception {
        // Given
        receiver.answerNext(status, status);

        // When
        client.registerAtTokopedia(registration("order-notification"));

        // Then
        await().untilAsserted(() -> {
            assertThat(receiver.deliveries()).isNotEmpty();
            Delivery failed = receiver.deliveries().get(0);
            assertThat(attempts(failed.text())).hasSizeGreaterThan(1).allSatisfy(attempt -> {
                assertThat(attempt.body()).isEqualTo(failed.body());
                assertThat(attempt.path()).isEqualTo(failed.path());
                assertThat(attempt.header("Authorization-Hmac")).isEqualTo(failed.header("Authorization-Hmac"));
            });
        });
    }

    @Test
    void givesUpAfterAFewRepeats() throws Exception {
        // Given
        receiver.answerNext(Collections.nCopies(200, 500).toArray(Integer[]::new));

        // When
        client.registerAtTokopedia(registration("order-notification"));

        // Then
        await().until(() -> !receiver.deliveries().isEmpty());
        String first = receiver.deliveries().get(0).text();
        await().until(() ->
                receiver.deliveries().size() > 150 && attempts(first).size() >= 4);
        assertThat(attempts(first)).hasSize(4);
    }

    private List<Delivery> attempts(String text) {
        return receiver.deliveries().stream()
                .filter(delivery -> delivery.text().equals(text))
                .toList();
    }

    private List<Delivery> last(int count) {
        List<Delivery> all = receiver.deliveries();
        return all.subList(Math.max(0, all.size() - count), all.size());
    }

    private String registration(String eventKind) {
        return "{\"%s_url\":\"%s/%s\",\"webhook_secret\":\"%s\"}"
                .formatted(eventKind.replace('-', '_'), receiver.base(), eventKind, TOKOPEDIA_SECRET);
    }

    private Set<String> paths() {
        return receiver.deliveries().stream().map(Delivery::path).collect(Collectors.toCollection(HashSet::new));
    }

    private JsonNode first(String path) throws IOException {
        Delivery delivery = receiver.deliveries().stream()
                .filter(candidate -> candidate.path().equals(path))
                .findFirst()
                .orElseThrow();
        return MAPPER.readTree(delivery.body());
    }

    private static String orderId(Delivery delivery) {
        try {
            return MAPPER.readTree(delivery.body()).path("order_id").asText();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
