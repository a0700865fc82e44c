package io.pasar.sandbox;

import static io.pasar.sandbox.SandboxClient.TOKOPEDIA_SECRET;
import static io.pasar.sandbox.SandboxClient.tikiPayload;
import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.sandbox.Receiver.Delivery;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.mock.env.MockEnvironment;

/** What whoever starts the sandbox reads. */
@SandboxTest
class SandboxGuideIT {

    private static final Pattern HAND_SENT =
            Pattern.compile("curl -i -H 'Content-Type: application/json' -H '(\\S+): (\\S+)' (\\S+) -d '(.*)'");
    private static final String TOPIC_OF_STATUS = "pasar.tokopedia.order-status";

    @LocalServerPort
    private int port;

    @Autowired
    private Courier courier;

    @Autowired
    private List<StandIn> standIns;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final MockEnvironment environment = new MockEnvironment();
    private SandboxClient client;
    private Receiver receiver;
    private SandboxGuide guide;

    @BeforeEach
    void start() {
        client = new SandboxClient(port);
        receiver = new Receiver();
        environment
                .withProperty("local.server.port", "18081")
                .withProperty("pasar.registration.every", "30s")
                .withProperty("pasar.public-url", receiver.base().replace("/webhooks", ""))
                .withProperty(SandboxToken.GENERATED, "the-generated-token");
        guide = new SandboxGuide(
                environment, courier, standIns, new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void reset() throws Exception {
        client.reset();
        receiver.close();
    }

    @Test
    void waitsUntilEveryAccountIsRegistered() throws Exception {
        // When
        client.registerAtTiki(tikiPayload(receiver.base()));
        guide.glance();

        // Then
        assertThat(lines()).isEmpty();
    }

    @Test
    void tellsWhatIsRegisteredAndWhatIsSomebodyElses() throws Exception {
        // Given
        registerAll();

        // When
        guide.glance();

        // Then
        assertThat(lines())
                .contains(
                        "  tiki 41235121321: order, stock, aftersale",
                        "    at " + receiver.base() + "/<event-kind>",
                        "  tiki 41235121322: order",
                        "  tokopedia 13004: order-status, order-request-cancellation",
                        "  tokopedia 13005: order-status",
                        "  tokopedia 13005: chat-notification belongs to somebody else and stays at "
                                + "http://other-receiver.invalid/chat",
                        "API token of this run: the-generated-token",
                        "    curl -H \"Authorization: Bearer the-generated-token\" "
                                + "'http://localhost:18081/api/registrations'");
    }

    @Test
    void namesTheKafkaThatEventsGoTo() throws Exception {
        // Given
        registerAll();

        // When
        guide.glance();
        environment.setProperty("pasar.kafka.bootstrap-servers", "127.0.0.1:19092");
        new SandboxGuide(environment, courier, standIns, new PrintStream(printed, true, StandardCharsets.UTF_8))
                .glance();

        // Then
        assertThat(lines())
                .containsSubsequence(
                        "Pasar's sandbox is running. It plays the marketplaces, at http://localhost:18081/sandbox; "
                                + "events go to its own Kafka, at localhost:9092.",
                        "Pasar's sandbox is running. It plays the marketplaces, at http://localhost:18081/sandbox; "
                                + "events go to the Kafka at 127.0.0.1:19092.");
    }

    @Test
    void showsNoSecretButTheToken() throws Exception {
        // Given
        registerAll();

        // When
        guide.glance();

        // Then
        assertThat(text()).doesNotContain(TOKOPEDIA_SECRET, SandboxClient.TIKI_SECRET, "made-up-client-secret");
    }

    @Test
    void leavesATokenThatWasGivenToItsOwner() throws Exception {
        // Given
        environment.setProperty(SandboxToken.GENERATED, "");
        registerAll();

        // When
        guide.glance();

        // Then
        assertThat(text())
                .doesNotContain("API token of this run")
                .contains(
                        "curl -H \"Authorization: Bearer $PASAR_API_TOKEN\" 'http://localhost:18081/api/registrations'");
    }

    @Test
    void givesCommandsWhoseSignaturesAreRightAndWrong() throws Exception {
        // Given
        registerAll();
        guide.glance();

        // When
        List<MatchResult> commands = HAND_SENT.matcher(text()).results().toList();
        assertThat(commands).hasSize(4);
        for (MatchResult command : commands) {
            HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(command.group(3)))
                                    .header(command.group(1), command.group(2))
                                    .POST(BodyPublishers.ofString(command.group(4)))
                                    .build(),
                            BodyHandlers.discarding());
        }

        // Then
        List<Delivery> sent = receiver.deliveries();
        assertThat(sent.get(0).header("x-signature")).isEqualTo(tikiSignature(sent.get(0)));
        assertThat(sent.get(1).header("x-signature")).isNotEqualTo(tikiSignature(sent.get(1)));
        assertThat(sent.get(2).header("Authorization-Hmac")).isEqualTo(tokopediaSignature(sent.get(2)));
        assertThat(sent.get(3).header("Authorization-Hmac")).isNotEqualTo(tokopediaSignature(sent.get(3)));
    }

    @Test
    void tellsTheFirstOfEachKindAndOutcome() throws Exception {
        // Given
        registerAll();
        guide.glance();
        printed.reset();

        // When
        client.post("/tokopedia/send?account=13004&event-kind=order-status");
        receiver.answerNext(401);
        client.post("/tokopedia/send?account=13004&event-kind=order-status");
        client.post("/tokopedia/send?account=13004&event-kind=order-status");
        guide.glance();
        guide.glance();

        // Then
        assertThat(lines())
                .containsOnlyOnce("  tokopedia order-status -> 200 -> topic " + TOPIC_OF_STATUS)
                .containsOnlyOnce("  tokopedia order-status -> 401");
    }

    @Test
    void tellsWhatIsBrokenAndRepaired() throws Exception {
        // Given
        registerAll();
        guide.glance();
        printed.reset();

        // When
        client.control("tokopedia", "{\"do\":\"blank\",\"account\":\"13004\",\"event-kind\":\"order-status\"}");
        guide.glance();
        registerFirstTokopedia();
        guide.glance();

        // Then
        assertThat(lines())
                .containsSubsequence(
                        "  tokopedia 13004: order-status is no longer registered",
                        "  tokopedia 13004: order-status is now registered at " + receiver.base() + "/order-status");
    }

    @Test
    void saysAfterHalfAMinuteWhoIsNotRegistered() throws Exception {
        // Given
        client.registerAtTiki(tikiPayload(receiver.base()));

        // When
        glances(60);

        // Then
        assertThat(lines())
                .contains("  NOT registered after 30 s: tiki/41235121322, tokopedia/13004, tokopedia/13005. "
                        + "Why: the log above, or curl -H \"Authorization: Bearer the-generated-token\" "
                        + "'http://localhost:18081/api/registrations'");
    }

    @Test
    void givesTheExamplesOnceARegistrationComesLate() throws Exception {
        // Given
        glances(60);
        assertThat(text()).doesNotContain("x-signature");

        // When
        client.registerAtTiki(tikiPayload(receiver.base()));
        glances(2);

        // Then
        assertThat(lines()).containsOnlyOnce("  send a webhook as tiki, signed:");
    }

    @Test
    void sumsUpEveryMinute() throws Exception {
        // Given
        registerAll();
        client.post("/tokopedia/send?account=13004&event-kind=order-status");

        // When
        glances(240);

        // Then
        assertThat(lines())
                .filteredOn(line -> line.contains("webhooks sent so far, answered: "))
                .hasSize(1);
    }

    private void registerAll() throws Exception {
        client.registerAtTiki(tikiPayload(receiver.base()));
        String token = SandboxClient.text(
                client.tikiToken(
                        null,
                        "grant_type=client_credentials&client_id=sandbox-tiki-app-2"
                                + "&client_secret=made-up-client-secret-2"),
                "access_token");
        client.registerAtTiki(
                token,
                """
                {"sync_inventory_location":["sgn3"],"sync_webhook":{"order":{"url":"%s/order","secret_key":"%s"}},
                "external_partner_id":"41235121322"}"""
                        .formatted(receiver.base(), SandboxClient.TIKI_SECRET));
        registerFirstTokopedia();
        client.registerAtTokopedia(
                SandboxClient.text(client.secondTokopediaToken(), "access_token"),
                "13005",
                """
                {"order_status_url":"%s/order-status","chat_notification_url":"http://other-receiver.invalid/chat",
                "webhook_secret":"%s"}"""
                        .formatted(receiver.base(), TOKOPEDIA_SECRET));
    }

    private void registerFirstTokopedia() throws Exception {
        client.registerAtTokopedia(
                """
                {"order_status_url":"%1$s/order-status",
                "order_request_cancellation_url":"%1$s/order-request-cancellation","webhook_secret":"%2$s"}"""
                        .formatted(receiver.base(), TOKOPEDIA_SECRET));
    }

    private void glances(int count) {
        IntStream.range(0, count).forEach(i -> guide.glance());
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private List<String> lines() {
        return text().lines().toList();
    }

    private static String tikiSignature(Delivery delivery) {
        return "sha1=" + PlainHmac.hex("SHA-1", SandboxClient.TIKI_SECRET, delivery.body());
    }

    private static String tokopediaSignature(Delivery delivery) {
        return PlainHmac.hex("SHA-256", TOKOPEDIA_SECRET, delivery.body());
    }
}
