package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.pasar.SettableClock;
import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.Account.TokenAuth;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.account.Secret;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.TopicReader;
import io.pasar.kafka.Topics;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.marketplace.RouteFiles;
import io.pasar.marketplace.StandIn;
import io.pasar.marketplace.StandIn.Received;
import io.pasar.marketplace.StandIn.Reply;
import io.pasar.marketplace.TestAccounts;
import io.pasar.observation.Observations;
import io.pasar.registration.RegistrationDetail.Finding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** From what arrives, or does not, to a state, a reason and one write: the route files, a real broker, real HTTP. */
@SpringBootTest(
        classes = RegistrationIT.Beans.class,
        webEnvironment = WebEnvironment.NONE,
        properties = {
            "camel.main.routes-collector-enabled=false",
            "management.endpoint.health.validate-group-membership=false"
        })
// Its broker must not outlive its directory
@DirtiesContext
class EvidenceIT {

    private static final Secret SECRET = new Secret("made-up-secret");

    @TempDir
    static Path dataDir;

    private static final StandIn MARKETPLACE = new StandIn();
    private static final AtomicInteger IDS = new AtomicInteger(20000);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String TIKI_REGISTER = "POST /business/v1/register-webhooks";

    @Autowired
    private CamelContext context;

    @Autowired
    private Accounts accounts;

    @Autowired
    private Registrations registrations;

    @Autowired
    private Observations observations;

    @Autowired
    private RegistrationConfiguration configuration;

    @Autowired
    private MarketplaceCalls calls;

    @Autowired
    private TopicReader topics;

    @Autowired
    private KafkaClients clients;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private PublicUrl publicUrl;

    @Autowired
    private SettableClock clock;

    private final String id = String.valueOf(IDS.incrementAndGet());
    private final String register = "POST /v1/fs/" + id + "/register";
    private final AtomicReference<JsonNode> stored = new AtomicReference<>(JSON.createObjectNode());

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry properties) {
        properties.add("pasar.data-dir", () -> dataDir.toString());
        properties.add("pasar.marketplaces.tiki.api-url", MARKETPLACE::url);
        properties.add("pasar.marketplaces.tiki.token-url", () -> MARKETPLACE.url() + "/token");
        properties.add("pasar.marketplaces.tokopedia.api-url", MARKETPLACE::url);
        properties.add("pasar.marketplaces.tokopedia.token-url", () -> MARKETPLACE.url() + "/token");
    }

    @BeforeEach
    void newMarketplace() throws Exception {
        MARKETPLACE.forget();
        Reply token = StandIn.json(200, "{\"access_token\":\"the-token\",\"expires_in\":2592000}");
        MARKETPLACE.on("POST /token", token).on("POST /token?grant_type=client_credentials", token);
        MARKETPLACE.on(TIKI_REGISTER, StandIn.json(200, "{\"success\":true}"));
        MARKETPLACE.on("GET /v1/fs/" + id, listsAllButProductCreation()).on(register, storesWhatComes());
        if (context.getRoute("commands") == null) {
            RouteFiles.load(
                    context,
                    "marketplaces/tiki.camel.yaml",
                    "marketplaces/tokopedia.camel.yaml",
                    "registration.camel.yaml",
                    "commands.camel.yaml",
                    "schedule.camel.yaml");
        }
    }

    @AfterAll
    static void closeMarketplace() {
        MARKETPLACE.close();
    }

    @Test
    void sendsASecretAgainOnceWhenDeliveriesAreSignedWithAnother() throws Exception {
        // Given
        begin(TestAccounts.tiki(id, "order", "stock"), State.ASSERTED);
        observations.verified("tiki", id, "order", SECRET, PublicUrl.OTHER);
        clock.forward(Duration.ofSeconds(1));

        // When
        wronglySigned("tiki", "order");
        RegistrationStatus drifted = awaitState("tiki", State.DRIFTED);

        // Then
        assertThat(MARKETPLACE.received(TIKI_REGISTER)).hasSize(2);
        assertThat(MARKETPLACE.received(TIKI_REGISTER).get(1).text()).contains(TestAccounts.TIKI_SECRET);
        assertThat(drifted.reason())
                .startsWith("11 or more deliveries of order in a row were signed with another secret, since 2031-")
                .contains("The secret was sent again at 2031-", "compare the secret in the marketplace's console");
        assertThat(drifted.lastAssertedAt()).isEqualTo(clock.instant());
        assertThat(finding("tiki").kind()).isEqualTo("signatures");
        assertThat(events()).anySatisfy(event -> {
            assertThat(event.at("/trigger").asText()).isEqualTo("evidence");
            assertThat(event.at("/status/state").asText()).isEqualTo("drifted");
            assertThat(event.at("/status/reason").asText()).isEqualTo(drifted.reason());
            assertThat(event.at("/plan/changes").findValuesAsText("action")).containsOnly("resend");
        });
        awaitEvidenceMetric("signatures");

        // When
        for (int i = 0; i < 3; i++) {
            clock.forward(configuration.evidence().window());
            long deliveries = 12 + i;
            observations.rejected("tiki", id, "order", "wrong-signature");
            await().atMost(SOON).untilAsserted(() -> assertThat(finding("tiki").deliveries())
                    .isEqualTo(deliveries));
        }
        // Then
        assertThat(MARKETPLACE.received(TIKI_REGISTER)).hasSize(2);

        // When
        observations.verified("tiki", id, "order", SECRET, PublicUrl.OTHER);
        RegistrationStatus asserted = awaitState("tiki", State.ASSERTED);
        // Then
        assertThat(asserted.reason()).isNull();
        assertThat(events()).anySatisfy(event -> {
            assertThat(event.at("/trigger").asText()).isEqualTo("evidence");
            assertThat(event.at("/status/state").asText()).isEqualTo("asserted");
        });
        awaitEvidenceMetric();
        assertThat(MARKETPLACE.received(TIKI_REGISTER)).hasSize(2);
    }

    @Test
    void remembersOverARestartThatItWasSentAgain() throws Exception {
        // Given
        Account account = TestAccounts.tiki(id, "order");
        begin(account, State.ASSERTED);
        wronglySigned("tiki", "order");
        awaitState("tiki", State.DRIFTED);

        // When
        try (RegistrationTopics writer = new RegistrationTopics(clients);
                RegistrationRecords reread = new RegistrationRecords(clients, writer)) {
            reread.start();
            reread.awaitRead(SOON);
            EvidenceReview review = new EvidenceReview(new Observations(clock), configuration);
            Backoff backoff = new Backoff(configuration.every(), configuration.reassertEvery(), new Random(1));
            Runs runs = new Runs(
                    accounts,
                    publicUrl,
                    calls,
                    reread,
                    writer,
                    configuration,
                    review,
                    backoff,
                    new RegistrationMetrics(meters, registrations),
                    clock);
            clock.forward(configuration.evidence().window());
            Suspicion suspicion = new Suspicion("order", 30, clock.instant(), clock.instant());
            Run run = begun(runs, suspicion);
            runs.plan(run);

            // Then
            assertThat(run.plan.isEmpty()).isTrue();
            assertThat(run.isWriting()).isFalse();
            assertThat(run.evidence.episodes()).singleElement().satisfies(episode -> assertThat(episode.resentAt())
                    .isNotNull());
        }
    }

    @Test
    void makesNoDriftOfForgedDeliveriesBesideGenuineOnes() throws Exception {
        // Given
        begin(TestAccounts.tiki(id, "order"), State.ASSERTED);

        // When
        for (int minute = 0; minute < 120; minute++) {
            for (int i = 0; i < 50; i++) {
                observations.rejected("tiki", id, "order", "wrong-signature");
            }
            clock.forward(Duration.ofMinutes(1));
            observations.verified("tiki", id, "order", SECRET, PublicUrl.OTHER);
        }
        awaitTwoLooks();

        // Then
        assertThat(status("tiki").state()).isEqualTo(State.ASSERTED);
        assertThat(MARKETPLACE.received(TIKI_REGISTER)).hasSize(1);
    }

    @Test
    void writesNothingWhereDriftIsOnlyReported() {
        // Given
        begin(
                TestAccounts.tiki(id, TokenAuth.BASIC, OnDrift.REPORT, TestAccounts.TIKI_SECRET, "order"),
                State.ASSERTED);

        // When
        wronglySigned("tiki", "order");
        RegistrationStatus drifted = awaitState("tiki", State.DRIFTED);

        // Then
        assertThat(drifted.reason()).contains("was not sent again (on-drift: report); ask for an apply.");
        assertThat(MARKETPLACE.received(TIKI_REGISTER)).hasSize(1);
    }

    @Test
    void believesAMarketplaceThatListsOurSecret() {
        // Given
        begin(TestAccounts.tokopedia(id, "order-status"), State.IN_SYNC);
        int writes = MARKETPLACE.received(register).size();

        // When
        wronglySigned("tokopedia", "order-status");
        await().atMost(SOON).until(() -> status("tokopedia").reason() != null);

        // Then
        assertThat(status("tokopedia").state()).isEqualTo(State.IN_SYNC);
        assertThat(status("tokopedia").reason()).contains("The marketplace lists our secret, so it was not sent again");
        assertThat(MARKETPLACE.received(register)).hasSize(writes);
        awaitEvidenceMetric("signatures");
    }

    @Test
    void sendsAgainOnceWhatIsSilentAndCannotBeRead() throws Exception {
        // Given
        Duration hour = Duration.ofHours(1);
        Account account = TestAccounts.expecting(
                TestAccounts.tokopedia(id, "order-status", "product-creation"), Map.of("product-creation", hour));
        begin(account, State.IN_SYNC);
        int writes = MARKETPLACE.received(register).size();

        // When
        clock.forward(hour.plus(Duration.ofMinutes(2)));
        RegistrationStatus drifted = awaitState("tokopedia", State.DRIFTED);
        clock.forward(hour);
        awaitTwoLooks();

        // Then
        assertThat(drifted.reason())
                .startsWith("No delivery of product-creation since 2031-")
                .contains("one is expected every 1h. The registration was sent again at 2031-");
        assertThat(MARKETPLACE.received(register)).hasSize(writes + 1);
        awaitEvidenceMetric("silence");

        // When
        observations.verified("tokopedia", id, "product-creation", SECRET, PublicUrl.OTHER);
        // Then
        assertThat(awaitState("tokopedia", State.IN_SYNC).reason()).isNull();
    }

    @Test
    void onlyTellsTheSilenceOfWhatTheMarketplaceLists() {
        // Given
        Account account = TestAccounts.expecting(
                TestAccounts.tokopedia(id, "order-status"), Map.of("order-status", Duration.ofMinutes(1)));
        begin(account, State.IN_SYNC);
        int writes = MARKETPLACE.received(register).size();

        // When
        clock.forward(Duration.ofMinutes(3));
        await().atMost(SOON).until(() -> status("tokopedia").reason() != null);

        // Then
        assertThat(status("tokopedia").reason())
                .startsWith("No delivery of order-status since")
                .contains("The marketplace lists our URL");
        assertThat(status("tokopedia").state()).isEqualTo(State.IN_SYNC);
        assertThat(MARKETPLACE.received(register)).hasSize(writes);
    }

    @Test
    void saysWhenTheLastAssertionIsTooOld() {
        // Given
        begin(
                TestAccounts.tiki(id, TokenAuth.BASIC, OnDrift.REPORT, TestAccounts.TIKI_SECRET, "order"),
                State.ASSERTED);

        // When
        clock.forward(Duration.ofHours(9));
        RegistrationStatus drifted = awaitState("tiki", State.DRIFTED);

        // Then
        assertThat(drifted.reason()).contains("to be sent every 6h. on-drift: report sends nothing by itself");
        assertThat(finding("tiki").kind()).isEqualTo("age");
        awaitEvidenceMetric("age");
        assertThat(meters.get("pasar.registration.assertion.age")
                        .tag("account", id)
                        .gauge()
                        .value())
                .isEqualTo(Duration.between(drifted.lastAssertedAt(), clock.instant())
                        .toSeconds());
    }

    @Test
    void saysHowLongNothingWasTakenWhileEveryTryFails() {
        // Given
        begin(TestAccounts.tiki(id, "order"), State.ASSERTED);
        MARKETPLACE.on(TIKI_REGISTER, StandIn.json(503, "{\"success\":false,\"error\":{\"message\":\"Down\"}}"));

        // When
        clock.forward(Duration.ofHours(9));

        // Then
        assertThat(awaitState("tiki", State.FAILING).reason())
                .startsWith("Registering: HTTP 503: Down. Last sent at 2031-")
                .endsWith(" UTC, to be sent every 6h.");
        awaitEvidenceMetric("age");
    }

    @Test
    void passesOverWhatOthersClaimToBeEvidence() throws Exception {
        // Given
        begin(TestAccounts.tiki(id, "order"), State.ASSERTED);

        // When
        claim("");
        claim(",\"suspicion\":null");
        claim(",\"suspicion\":{\"eventKind\":\"order\",\"deliveries\":1,\"since\":\"2031-02-03T04:05:06Z\","
                + "\"lastAt\":\"2031-02-03T04:05:06Z\"}");
        claim(",\"suspicion\":{\"eventKind\":\"<script>\",\"deliveries\":100,\"since\":\"2031-02-03T04:05:06Z\","
                + "\"lastAt\":\"" + clock.instant() + "\"}");
        Outcome planned = outcome(Action.PLAN, "tiki");

        // Then
        assertThat(planned.status().state()).isEqualTo(State.ASSERTED);
        assertThat(status("tiki").reason()).isNull();
        assertThat(MARKETPLACE.received(TIKI_REGISTER)).hasSize(1);
    }

    private void begin(Account account, State state) {
        accounts.replace(List.of(account));
        awaitState(account.marketplace(), state);
        clock.forward(Duration.ofMinutes(1));
    }

    /** Eleven, over as long as ten times the window: what is usual is not known. */
    private void wronglySigned(String marketplace, String eventKind) {
        observations.rejected(marketplace, id, eventKind, "wrong-signature");
        clock.forward(configuration.evidence().window().multipliedBy(10));
        for (int i = 0; i < 10; i++) {
            observations.rejected(marketplace, id, eventKind, "wrong-signature");
        }
    }

    private Run begun(Runs runs, Suspicion suspicion) throws Exception {
        Command command = new Command("restart-" + id, Action.APPLY, "tiki", id, Trigger.EVIDENCE, suspicion);
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setHeader(RegistrationTopics.TRIGGER, Trigger.EVIDENCE.name());
        exchange.getMessage().setBody(RegistrationTopics.JSON.writeValueAsBytes(command));
        runs.begin(exchange);
        return exchange.getMessage().getBody(Run.class);
    }

    private RegistrationStatus status(String marketplace) {
        return registrations.all().stream()
                .filter(status -> status.marketplace().equals(marketplace))
                .findFirst()
                .orElseThrow();
    }

    private RegistrationStatus awaitState(String marketplace, State state) {
        return await().atMost(SOON).until(() -> status(marketplace), status -> status.state() == state);
    }

    private Finding finding(String marketplace) {
        List<Finding> findings =
                registrations.detail(marketplace, id).orElseThrow().evidence();
        assertThat(findings).hasSize(1);
        return findings.get(0);
    }

    /** Until what was there before this call has been looked at, and what was told about it was carried out. */
    private void awaitTwoLooks() throws Exception {
        boolean looked = new NotifyBuilder(context)
                .fromRoute("evidence")
                .whenDone(2)
                .create()
                .matches(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(looked).isTrue();
        outcome(Action.PLAN, status().marketplace());
    }

    private RegistrationStatus status() {
        return registrations.all().get(0);
    }

    /** None, where no kind is given. */
    private void awaitEvidenceMetric(String... kinds) {
        await().atMost(SOON).untilAsserted(() -> assertThat(meters.find("pasar.registration.evidence")
                        .tag("account", id)
                        .gauges())
                .extracting(gauge -> gauge.getId().getTag("kind"), Gauge::value)
                .containsExactlyElementsOf(
                        List.of(kinds).stream().map(kind -> tuple(kind, 1.0)).toList()));
    }

    private Outcome outcome(Action action, String marketplace) throws Exception {
        return registrations
                .request(action, marketplace, id)
                .orElseThrow()
                .outcome()
                .get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private List<JsonNode> events() {
        return topics.last(Topics.REGISTRATION_EVENTS, 200).stream()
                .map(found -> json(found.value()))
                .filter(event -> event.at("/status/account").asText().equals(id))
                .toList();
    }

    private void claim(String members) throws Exception {
        String command = "{\"id\":\"claimed-" + id + "\",\"action\":\"apply\",\"marketplace\":\"tiki\",\"account\":\""
                + id + "\"" + members + "}";
        try (Producer<byte[], byte[]> producer = clients.producer(Map.of())) {
            byte[] key = ("tiki/" + id).getBytes(StandardCharsets.UTF_8);
            ProducerRecord<byte[], byte[]> claim =
                    new ProducerRecord<>(Topics.COMMANDS, key, command.getBytes(StandardCharsets.UTF_8));
            claim.headers()
                    .add(RegistrationTopics.TRIGGER, Trigger.EVIDENCE.name().getBytes(StandardCharsets.UTF_8));
            producer.send(claim).get(10, TimeUnit.SECONDS);
        }
    }

    private Reply listsAllButProductCreation() {
        return exchange -> {
            ObjectNode data = stored.get().deepCopy();
            data.put("fs_id", Integer.parseInt(id));
            data.remove("product_creation_url");
            StandIn.json(200, "{\"data\":" + data + ",\"status\":\"200 Ok\",\"error_message\":[]}")
                    .send(exchange);
        };
    }

    private Reply storesWhatComes() {
        return exchange -> {
            List<Received> received = MARKETPLACE.received(register);
            stored.set(json(received.get(received.size() - 1).body()));
            StandIn.json(200, "{\"data\":\"success\",\"status\":\"200 Ok\",\"error_message\":[]}")
                    .send(exchange);
        };
    }

    private static JsonNode json(byte[] value) {
        try {
            return JSON.readTree(value);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
