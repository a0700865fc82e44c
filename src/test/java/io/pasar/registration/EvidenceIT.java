package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Gauge;
import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.Account.TokenAuth;
import io.pasar.account.PublicUrl;
import io.pasar.account.Secret;
import io.pasar.kafka.Topics;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.marketplace.StandIn;
import io.pasar.marketplace.TestAccounts;
import io.pasar.observation.Observations;
import io.pasar.registration.RegistrationDetail.Finding;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** From what arrives, or does not, to a state, a reason and one write: the route files, a real broker, real HTTP. */
class EvidenceIT extends RegistrationPartTest {

    private static final Secret SECRET = new Secret("made-up-secret");

    @Autowired
    private Observations observations;

    @Autowired
    private RegistrationConfiguration configuration;

    @Autowired
    private MarketplaceCalls calls;

    @Autowired
    private PublicUrl publicUrl;

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
        awaitEvent(event -> {
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
        awaitEvent(event -> {
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

    /**
     * Eleven, over as long as ten times the window: what is usual is not known. Only the last of them makes them evidence,
     * or a look in between would find fewer.
     */
    private void wronglySigned(String marketplace, String eventKind) {
        for (int i = 0; i < 10; i++) {
            observations.rejected(marketplace, id, eventKind, "wrong-signature");
        }
        clock.forward(configuration.evidence().window().multipliedBy(10));
        observations.rejected(marketplace, id, eventKind, "wrong-signature");
    }

    private Run begun(Runs runs, Suspicion suspicion) throws Exception {
        Command command = new Command("restart-" + id, Action.APPLY, "tiki", id, Trigger.EVIDENCE, suspicion);
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setHeader(RegistrationTopics.TRIGGER, Trigger.EVIDENCE.name());
        exchange.getMessage().setBody(RegistrationTopics.JSON.writeValueAsBytes(command));
        runs.begin(exchange);
        return exchange.getMessage().getBody(Run.class);
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

    /** It is under way together with the record that shows the state. */
    private void awaitEvent(Consumer<JsonNode> wanted) {
        await().atMost(SOON).untilAsserted(() -> assertThat(events()).anySatisfy(wanted));
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
}
