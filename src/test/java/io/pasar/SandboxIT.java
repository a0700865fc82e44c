package io.pasar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.account.Secret;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.Topics;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.marketplace.Patience;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.actuate.observability.AutoConfigureObservability;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.util.ReflectionTestUtils;

/** What `mvn spring-boot:run` does, end to end: register, list, receive, publish, show, repair. */
@SpringBootTest(
        classes = PasarApplication.class,
        webEnvironment = WebEnvironment.DEFINED_PORT,
        properties = {
            "sandbox.pace=50ms",
            "pasar.registration.every=1s",
            "pasar.registration.reassert-every=6h",
            "pasar.registration.evidence.min-failures=3",
            "pasar.registration.evidence.window=1s",
            "pasar.api.tokens[0].name=sandbox",
            "pasar.api.tokens[0].role=write",
            "pasar.api.tokens[0].token=" + SandboxIT.TOKEN
        })
@ActiveProfiles("sandbox")
@AutoConfigureObservability(tracing = false)
@ExtendWith(OutputCaptureExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@DirtiesContext
class SandboxIT {

    static final String TOKEN = "a-token-of-this-test";

    /** Written into the marketplaces by somebody else; the gateway gets to read the first. */
    private static final String FOREIGN_TOKOPEDIA_SECRET = "another-webhook-secret";

    private static final String FOREIGN_TIKI_SECRET = "another-secret-of-32-characters1";

    /** In a file that is changed later. */
    private static final String FORMER_SECRET = "new-webhook-secret-1";

    /** What each test has logged. What is captured for one of them ends with it. */
    private static final StringBuilder LOGGED = new StringBuilder();

    private static final int MANAGEMENT_PORT = Ports.free();
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration SOON = Duration.ofSeconds(60);

    private static Path accountsDir;

    private final HttpClient client = HttpClient.newHttpClient();

    @Autowired
    private Accounts accounts;

    @Autowired
    private KafkaClients kafka;

    @Autowired
    private MarketplaceCalls calls;

    @DynamicPropertySource
    static void onFreePorts(DynamicPropertyRegistry registry) throws IOException {
        String directory = Files.createTempDirectory("pasar").toString();
        int ingestPort = Ports.free();
        accountsDir = Path.of(directory, "accounts");
        registry.add("pasar.accounts-dir", () -> accountsDir.toString());
        registry.add("pasar.data-dir", () -> directory);
        registry.add("server.port", () -> MANAGEMENT_PORT);
        registry.add("pasar.ingest.port", () -> ingestPort);
        registry.add("pasar.kafka.embedded.port", () -> 0);
    }

    @Test
    @Order(1)
    void registersEveryAccountAndSaysSo() {
        await().atMost(SOON).untilAsserted(() -> {
            JsonNode registrations = get("/api/registrations").get("registrations");
            assertThat(registrations).hasSize(accounts.all().size());
            assertThat(registrations).allSatisfy(registration -> assertThat(
                            registration.get("state").asText())
                    .isEqualTo(registration.get("marketplace").asText().equals("tiki") ? "asserted" : "in-sync"));
        });
    }

    @Test
    @Order(2)
    void publishesEveryEventKindOfEveryMarketplace() {
        Set<String> topics = accounts.all().stream()
                .flatMap(account -> account.events().stream().map(kind -> Topics.of(account.marketplace(), kind)))
                .collect(Collectors.toSet());
        await().atMost(SOON).untilAsserted(() -> assertThat(topics).allSatisfy(topic -> assertThat(
                        get("/api/topics/" + topic + "/records?last=1").get("records"))
                .isNotEmpty()));
        assertThat(topics).hasSize(16);
    }

    @Test
    @Order(3)
    void leavesTheUrlOfAnotherReceiverAlone() throws Exception {
        JsonNode webhooks = get("/api/registrations/tokopedia/13005/webhooks");
        assertThat(webhooks.get("source").asText()).isEqualTo("listed");
        assertThat(webhooks.get("webhooks").get("chat-notification").asText())
                .isEqualTo("http://other-receiver.invalid/chat");
    }

    @Test
    @Order(4)
    void repairsAUrlThatSomebodyHasBlanked() throws Exception {
        // Given
        String url = listedUrl();
        int before = eventsOfRepairs().size();

        // When
        post("/sandbox/tokopedia/control", "{\"do\":\"blank\",\"account\":\"13004\",\"event-kind\":\"order-status\"}");

        // Then
        patiently().untilAsserted(() -> assertThat(listedUrl()).isEqualTo(url));
        await().atMost(SOON).until(() -> eventsOfRepairs().size() > before);
    }

    @Test
    @Order(5)
    void showsAMarketplaceThatFailsAndTriesAgain() throws Exception {
        // Given
        post(
                "/sandbox/tokopedia/control",
                "{\"do\":\"fail\",\"times\":1000,\"account\":\"13004\",\"status\":500,\"call\":\"list\"}");

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        get("/api/registrations?state=failing").get("registrations"))
                .anySatisfy(registration ->
                        assertThat(registration.get("account").asText()).isEqualTo("13004")));

        // When
        send(request("/sandbox/tokopedia/control").DELETE());

        // Then
        await().atMost(SOON.multipliedBy(2)).untilAsserted(() -> assertThat(
                        get("/api/registrations?state=failing").get("registrations"))
                .isEmpty());
    }

    @Test
    @Order(6)
    void sendsASecretAgainThatSomebodyHasChangedWhereNothingCanBeRead() throws Exception {
        // Given
        int before = registersAtTiki("41235121322");

        // When
        post(
                "/sandbox/tiki/control",
                "{\"do\":\"change-secret\",\"account\":\"41235121322\",\"secret\":\"" + FOREIGN_TIKI_SECRET + "\"}");

        // Then
        patiently().untilAsserted(() -> assertThat(statesOf("41235121322")).containsSubsequence("drifted", "asserted"));
        assertThat(registersAtTiki("41235121322")).isEqualTo(before + 1);
        // The event is under way together with the record
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        get("/api/registrations?state=drifted").get("registrations"))
                .isEmpty());
    }

    @Test
    @Order(7)
    void writesASecretAgainThatSomebodyHasChangedWhereItCanBeRead() throws Exception {
        // When
        post(
                "/sandbox/tokopedia/control",
                "{\"do\":\"change-secret\",\"account\":\"13004\",\"secret\":\"" + FOREIGN_TOKOPEDIA_SECRET + "\"}");

        // Then
        String fingerprint = new Secret(FOREIGN_TOKOPEDIA_SECRET).fingerprint("tokopedia", "13004");
        await().atMost(SOON).untilAsserted(() -> assertThat(registrationEvents())
                .anySatisfy(event -> assertThat(event).contains("\"change\"", fingerprint)));
        await().atMost(SOON).untilAsserted(() -> assertThat(states()).containsEntry("13004", "in-sync"));
    }

    @Test
    @Order(7)
    void countsWhatItReceivesAndPublishes() throws Exception {
        String metrics = text("/actuator/prometheus");
        assertThat(metrics)
                .contains("pasar_received_total{event_kind=\"order\",marketplace=\"tiki\"}")
                .contains("pasar_published_total{event_kind=\"order-status\",marketplace=\"tokopedia\"}")
                .contains("pasar_publish_time_seconds_bucket{event_kind=\"order\"")
                .contains("pasar_registration_state{");
        ReadmeTest.assertLabels(metrics);
    }

    @Test
    @Order(8)
    void registersSellersWhoseFileIsDroppedInAndReceivesTheirWebhooks() throws Exception {
        // When
        Files.createDirectory(accountsDir);
        Files.writeString(
                accountsDir.resolve("new.yaml"),
                """
                - {marketplace: tokopedia, id: 14001, client-id: new-app, client-secret: new-client-secret-1,
                   webhook-secrets: [%s], events: [order-status]}
                - {marketplace: tiki, id: 014002, client-id: sandbox-tiki-app-2, client-secret: made-up-client-secret-2,
                   token-auth: body, webhook-secrets: [made-up-secret-of-32-characters3], events: [order],
                   warehouses: [sgn3]}
                """
                        .formatted(FORMER_SECRET));

        // Then
        await().atMost(SOON.multipliedBy(2)).untilAsserted(() -> {
            assertThat(states()).containsEntry("14001", "in-sync").containsEntry("014002", "asserted");
            assertThat(keysOf("pasar.tokopedia.order-status")).anyMatch(key -> key.startsWith("14001/"));
            assertThat(keysOf("pasar.tiki.order")).anyMatch(key -> key.startsWith("014002/"));
        });
    }

    @Test
    @Order(9)
    void registersTheSecretThatAFileSaysNow() throws Exception {
        // Given
        Path file = accountsDir.resolve("new.yaml");
        String secret = "other-webhook-secret";

        // When
        Files.writeString(file, Files.readString(file).replace(FORMER_SECRET, secret));

        // Then
        String fingerprint = new Secret(secret).fingerprint("tokopedia", "14001");
        patiently().untilAsserted(() -> assertThat(get("/api/registrations/tokopedia/14001")
                        .at("/recorded/secret")
                        .asText())
                .isEqualTo(fingerprint));
    }

    private Map<String, String> states() throws Exception {
        Map<String, String> states = new TreeMap<>();
        get("/api/registrations")
                .get("registrations")
                .forEach(one ->
                        states.put(one.get("account").asText(), one.get("state").asText()));
        return states;
    }

    private List<String> keysOf(String topic) {
        return Records.in(kafka, topic).stream()
                .map(found -> new String(found.key(), UTF_8))
                .toList();
    }

    @Test
    @Order(10)
    void neverRunsIntoTheMarketplacesRateLimitHoweverManyAsk() throws Exception {
        // When
        List<CompletableFuture<HttpResponse<String>>> asked = Stream.generate(() -> client.sendAsync(
                        request("/api/registrations/tokopedia/13004/webhooks").build(), BodyHandlers.ofString()))
                .limit(60)
                .toList();
        List<HttpResponse<String>> answers =
                asked.stream().map(CompletableFuture::join).toList();

        // Then
        assertThat(answers)
                .extracting(HttpResponse::statusCode)
                .containsOnly(200, 503)
                .contains(200);
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 503).allSatisfy(answer -> {
            assertThat(answer.body()).contains("urn:pasar:problem:marketplace-busy");
            assertThat(answer.headers().firstValueAsLong("Retry-After").getAsLong())
                    .isPositive();
        });
        assertThat(registrationEvents()).noneSatisfy(event -> assertThat(event).contains("rate-limited"));
    }

    @AfterEach
    void keepWhatIsLogged(CapturedOutput output) {
        LOGGED.append(output.getAll());
    }

    @Test
    @Order(11)
    void hasToldNoSecretToAnybody(CapturedOutput output) throws Exception {
        // Given
        StringBuilder told = new StringBuilder(LOGGED).append(output.getAll());
        assertThat(told).contains("Pasar's sandbox is running", "state=\"failing\"");
        for (Account account : accounts.all()) {
            told.append(text("/api/registrations/" + account.key()));
            told.append(text("/api/registrations/" + account.key() + "/webhooks"));
            told.append(text("/sandbox/" + account.marketplace() + "/state"));
        }
        for (String topic : List.of(Topics.REGISTRATIONS, Topics.REGISTRATION_EVENTS, Topics.COMMANDS)) {
            Records.in(kafka, topic).forEach(record -> told.append(new String(record.value(), UTF_8)));
        }
        told.append(text("/actuator/prometheus"))
                .append(text("/actuator/health"))
                .append(text("/actuator/info"));

        // Then
        Set<String> secrets = accounts.all().stream()
                .flatMap(account -> secrets(account).stream())
                .collect(Collectors.toSet());
        secrets.addAll(List.of(FOREIGN_TIKI_SECRET, FOREIGN_TOKOPEDIA_SECRET, FORMER_SECRET));
        assertThat(secrets).hasSizeGreaterThan(18).noneMatch(secret -> told.indexOf(secret) >= 0);
    }

    /** These calls ask the marketplace, which has a rate limit: asking as fast as possible would starve the gateway. */
    private static ConditionFactory patiently() {
        return await().atMost(SOON.multipliedBy(2)).pollInterval(Duration.ofSeconds(2));
    }

    /** With the access token that the gateway holds. */
    private List<String> secrets(Account account) {
        // By name, since nobody outside its package may ask for one
        Object tokens = ReflectionTestUtils.getField(calls, "tokens");
        Secret token = ReflectionTestUtils.invokeMethod(tokens, "get", account, Patience.RUN);
        return Stream.concat(account.webhookSecrets().stream(), Stream.of(account.clientSecret(), token))
                .map(Secret::value)
                .toList();
    }

    private List<String> eventsOfRepairs() {
        return registrationEvents().stream()
                .filter(event -> event.contains("order-status") && event.contains("\"set\""))
                .toList();
    }

    private List<String> registrationEvents() {
        return Records.in(kafka, Topics.REGISTRATION_EVENTS).stream()
                .map(record -> new String(record.value(), UTF_8))
                .toList();
    }

    /** Whatever made the gateway look: evidence that is new, or the timer. */
    private List<String> statesOf(String account) throws IOException {
        List<String> states = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : Records.in(kafka, Topics.REGISTRATION_EVENTS)) {
            JsonNode status = JSON.readTree(record.value()).path("status");
            if (status.path("account").asText().equals(account)) {
                states.add(status.path("state").asText());
            }
        }
        return states;
    }

    private int registersAtTiki(String account) throws Exception {
        return (int) get("/sandbox/tiki/state?account=" + account).get("received").findValuesAsText("call").stream()
                .filter("register"::equals)
                .count();
    }

    private String listedUrl() throws Exception {
        return get("/api/registrations/tokopedia/13004/webhooks")
                .get("webhooks")
                .path("order-status")
                .asText();
    }

    private JsonNode get(String path) throws Exception {
        return JSON.readTree(text(path));
    }

    private String text(String path) throws Exception {
        HttpResponse<String> response = client.send(request(path).GET().build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return response.body();
    }

    private void post(String path, String body) throws Exception {
        send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private void send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + MANAGEMENT_PORT + path))
                .timeout(SOON)
                .header("Authorization", "Bearer " + TOKEN);
    }
}
