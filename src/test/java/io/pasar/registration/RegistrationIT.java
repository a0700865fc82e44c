package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Gauge;
import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.Account.TokenAuth;
import io.pasar.account.Secret;
import io.pasar.kafka.Topics;
import io.pasar.marketplace.StandIn;
import io.pasar.marketplace.StandIn.Reply;
import io.pasar.marketplace.TestAccounts;
import io.pasar.registration.Plan.Change;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** From a command in Kafka to a call at a marketplace and back: the route files, a real broker, real HTTP. */
class RegistrationIT extends RegistrationPartTest {

    private final String urls = "https://gw.example/webhooks/tokopedia/" + id + "/";

    @Test
    void registersANewAccountAtTikiByItself() {
        // When
        accounts.replace(List.of(TestAccounts.tiki(id, "order", "stock")));

        // Then
        awaitState("tiki", State.ASSERTED);
        assertThat(MARKETPLACE.received(TIKI_REGISTER)).hasSize(1);
        RegistrationDetail detail = registrations.detail("tiki", id).orElseThrow();
        assertThat(detail.recorded().webhooks())
                .containsOnly(
                        Map.entry("order", "https://gw.example/webhooks/tiki/" + id + "/order"),
                        Map.entry("stock", "https://gw.example/webhooks/tiki/" + id + "/stock"));
        assertThat(detail.recorded().requestId()).isEqualTo("97b2702c775f57c565b5a3c6f01052a1");
        assertThat(detail.plan().isEmpty()).isTrue();
        assertThat(detail.listed()).isNull();
        assertThat(detail.status().lastAssertedAt()).isNotNull();
        assertThat(registrations.webhooks("tiki", id).orElseThrow().source()).isEqualTo(Webhooks.Source.RECORDED);
    }

    @Test
    void registersAtTokopediaWithoutTouchingWhatIsForeign() {
        // Given
        stored.get().put("chat_notification_url", "https://crm.example/c").put("new_thing", 1927831506123456789L);
        stored.get().put("product_changes_url", urls + "product-changes");

        // When
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status", "product-creation")));

        // Then
        awaitState("tokopedia", State.IN_SYNC);
        assertThat(stored.get().path("chat_notification_url").asText()).isEqualTo("https://crm.example/c");
        assertThat(stored.get().path("new_thing").asLong()).isEqualTo(1927831506123456789L);
        assertThat(stored.get().path("order_status_url").asText()).isEqualTo(urls + "order-status");
        assertThat(stored.get().path("product_creation_url").asText()).isEqualTo(urls + "product-creation");
        assertThat(stored.get().path("product_changes_url").asText()).isEmpty();
        Webhooks webhooks = registrations.webhooks("tokopedia", id).orElseThrow();
        assertThat(webhooks.source()).isEqualTo(Webhooks.Source.LISTED);
        assertThat(webhooks.webhooks())
                .containsOnly(
                        Map.entry("order-status", urls + "order-status"),
                        Map.entry("chat-notification", "https://crm.example/c"));
    }

    @Test
    void repairsDriftWhenAskedToCheckEverything() {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        awaitState("tokopedia", State.IN_SYNC);
        stored.get().put("order_status_url", "https://elsewhere.example");

        // When
        int queued = registrations.reconcile(null);

        // Then
        assertThat(queued).isEqualTo(1);
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        stored.get().path("order_status_url").asText())
                .isEqualTo(urls + "order-status"));
        awaitState("tokopedia", State.IN_SYNC);
    }

    @Test
    void checksEverythingOnceForARequestThatAnotherReplicaTook() throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        awaitState("tokopedia", State.IN_SYNC);
        stored.get().put("order_status_url", "https://elsewhere.example");
        int reads = MARKETPLACE.received(list).size();

        // When
        try (Producer<byte[], byte[]> producer = clients.producer(Map.of())) {
            String request =
                    "{\"marketplace\":\"tokopedia\",\"id\":\"request-" + id + "\",\"at\":\"2031-02-03T04:05:06Z\"}";
            producer.send(new ProducerRecord<>(Topics.REGISTRATIONS, bytes("tokopedia"), bytes(request)))
                    .get(10, TimeUnit.SECONDS);
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        stored.get().path("order_status_url").asText())
                .isEqualTo(urls + "order-status"));
        try (RegistrationTopics anotherReplica = new RegistrationTopics(clients)) {
            Command again = new Command("again-" + id, Action.APPLY, "tokopedia", id, Trigger.RECONCILE);
            RegistrationTopics.written(anotherReplica.send(again));
        }
        outcome(Action.PLAN, "tokopedia");

        // Then
        assertThat(MARKETPLACE.received(list)).hasSize(reads + 3);
        await().atMost(SOON)
                .until(() -> meters.get("pasar.registration.due")
                                .tag("marketplace", "tokopedia")
                                .gauge()
                                .value()
                        == 0);
    }

    @Test
    void findsDriftByItselfWhenACheckIsDue() {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        awaitState("tokopedia", State.IN_SYNC);
        stored.get().put("order_status_url", "");

        // When
        clock.forward(Duration.ofMinutes(15));

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        stored.get().path("order_status_url").asText())
                .isEqualTo(urls + "order-status"));
    }

    @Test
    void onlyReportsDriftWhereToldTo() throws Exception {
        // Given
        Account account = TestAccounts.tokopedia(id, OnDrift.REPORT, Map.of(), "order-status");
        accounts.replace(List.of(account));
        awaitState("tokopedia", State.IN_SYNC);
        stored.get().put("order_status_url", "https://elsewhere.example");

        // When
        registrations.reconcile("tokopedia");
        RegistrationStatus reported = awaitState("tokopedia", State.DRIFTED);
        String untouched = stored.get().path("order_status_url").asText();
        Outcome applied = outcome(Action.APPLY, "tokopedia");

        // Then
        assertThat(reported.reason()).isEqualTo("Differs: order-status (on-drift: report)");
        assertThat(untouched).isEqualTo("https://elsewhere.example");
        assertThat(applied.failure()).isNull();
        assertThat(applied.status().state()).isEqualTo(State.IN_SYNC);
        assertThat(stored.get().path("order_status_url").asText()).isEqualTo(urls + "order-status");
    }

    @Test
    void plansWithoutWritingAndHasNothingLeftToDoAfterApplying() throws Exception {
        // Given
        Account account = TestAccounts.tokopedia(id, OnDrift.REPORT, Map.of(), "order-status");
        accounts.replace(List.of(account));
        awaitState("tokopedia", State.IN_SYNC);
        stored.get().put("order_status_url", "https://elsewhere.example");
        int writes = MARKETPLACE.received(register).size();

        // When
        Outcome planned = outcome(Action.PLAN, "tokopedia");
        int writesOfPlan = MARKETPLACE.received(register).size() - writes;
        outcome(Action.APPLY, "tokopedia");
        Outcome again = outcome(Action.PLAN, "tokopedia");

        // Then
        assertThat(planned.plan().changes())
                .containsExactly(new Change(
                        "order-status", Plan.Action.CHANGE, "https://elsewhere.example", urls + "order-status"));
        assertThat(planned.status().state()).isEqualTo(State.DRIFTED);
        assertThat(writesOfPlan).isZero();
        assertThat(again.plan().isEmpty()).isTrue();
    }

    @Test
    void sendsAgainWhatCannotBeReadWhenSomebodyAsksForIt() throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tiki(id, "order")));
        awaitState("tiki", State.ASSERTED);

        // When
        Outcome planned = outcome(Action.PLAN, "tiki");
        Outcome applied = outcome(Action.APPLY, "tiki");

        // Then
        assertThat(planned.plan().isEmpty()).isTrue();
        assertThat(applied.plan().changes()).extracting(Change::action).contains(Plan.Action.RESEND);
        assertThat(MARKETPLACE.received(TIKI_REGISTER)).hasSize(2);
    }

    @Test
    void hidesNoFailureFromOthersWhenSomebodyLooksAtAPlan() throws Exception {
        // Given
        MARKETPLACE.on(TIKI_REGISTER, StandIn.json(503, "{\"success\":false,\"error\":{\"message\":\"Down\"}}"));
        accounts.replace(List.of(TestAccounts.tiki(id, "order")));
        RegistrationStatus failing = awaitState("tiki", State.FAILING);

        // When
        outcome(Action.PLAN, "tiki");

        // Then
        assertThat(status("tiki")).isEqualTo(failing);
    }

    @Test
    void failsWithItsReasonAndRecoversByItself() {
        // Given
        MARKETPLACE.on(TIKI_REGISTER, StandIn.json(503, "{\"success\":false,\"error\":{\"message\":\"Down\"}}"));

        // When
        accounts.replace(List.of(TestAccounts.tiki(id, "order")));
        RegistrationStatus failing = awaitState("tiki", State.FAILING);
        MARKETPLACE.on(TIKI_REGISTER, TIKI_TOOK_IT);

        // Then
        assertThat(failing.reason()).isEqualTo("Registering: HTTP 503: Down");
        assertThat(failing.nextCheckAt()).isAfter(failing.since());
        awaitRecovery("tiki", State.ASSERTED, Duration.ofSeconds(1));
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void saysWhatTheMarketplacesSupportAsksFor(CapturedOutput output) throws Exception {
        // Given
        AtomicInteger calls = new AtomicInteger();
        MARKETPLACE.on(TIKI_REGISTER, exchange -> StandIn.json(
                        401,
                        "{\"success\":false,\"error\":{\"status_code\":401,\"message\":\"Unauthorized\","
                                + "\"message_code\":\"INVALID_TOKEN\"},\"meta_data\":{\"request_id\":\"97b2"
                                + calls.incrementAndGet() + "\"}}")
                .send(exchange));

        // When
        accounts.replace(List.of(TestAccounts.tiki(id, "order")));
        RegistrationStatus failing = awaitState("tiki", State.FAILING);
        Outcome again = outcome(Action.APPLY, "tiki");

        // Then
        assertThat(failing.reason()).isEqualTo("Registering: HTTP 401: Unauthorized (INVALID_TOKEN, request_id 97b22)");
        assertThat(again.status().reason())
                .isEqualTo("Registering: HTTP 401: Unauthorized (INVALID_TOKEN, request_id 97b24)");
        JsonNode event = awaitEvent(found -> found.path("trigger").asText().equals("timer")
                && found.path("status").path("account").asText().equals(id));
        assertThat(event.path("failure").path("kind").asText()).isEqualTo("unauthorized");
        assertThat(event.path("failure").path("status").asInt()).isEqualTo(401);
        assertThat(event.path("failure").path("code").asText()).isEqualTo("INVALID_TOKEN");
        assertThat(event.path("failure").path("requestId").asText()).isEqualTo("97b22");
        assertThat(event.path("failure").path("retryAfterSeconds").isNull()).isTrue();
        assertThat(output).contains("INVALID_TOKEN, request_id 97b22").doesNotContain("97b24");
        MARKETPLACE.on(
                TIKI_REGISTER,
                StandIn.json(401, "{\"error\":{\"message_code\":\"\"},\"meta_data\":{\"request_id\":\"\"}}"));
        assertThat(outcome(Action.APPLY, "tiki").status().reason()).isEqualTo("Registering: HTTP 401");
    }

    @Test
    void sendsAWriteAgainWhoseAnswerWasLost() {
        // Given
        AtomicInteger calls = new AtomicInteger();
        MARKETPLACE.on(TIKI_REGISTER, exchange -> (calls.incrementAndGet() == 1 ? StandIn.cut() : TIKI_TOOK_IT)
                .send(exchange));

        // When
        accounts.replace(
                List.of(TestAccounts.tiki(id, TokenAuth.BASIC, OnDrift.REPORT, TestAccounts.TIKI_SECRET, "order")));
        awaitState("tiki", State.FAILING);

        // Then
        awaitRecovery("tiki", State.ASSERTED, Duration.ofSeconds(1));
        assertThat(calls).hasValue(2);
    }

    @Test
    void readsAgainAfterAWriteWhoseAnswerWasLost() {
        // Given
        AtomicInteger calls = new AtomicInteger();
        MARKETPLACE.on(register, exchange -> {
            calls.incrementAndGet();
            stored.set(last(register));
            StandIn.cut().send(exchange);
        });

        // When
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        awaitState("tokopedia", State.FAILING);

        // Then
        awaitRecovery("tokopedia", State.IN_SYNC, Duration.ofSeconds(1));
        assertThat(calls).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void showsAFailureAndConvergesWhenItIsOver(Misbehaviour misbehaviour) {
        // Given
        stored.get().put("chat_notification_url", "https://crm.example/c");
        String call =
                switch (misbehaviour) {
                    case STORE_THEN_500, STORE_THEN_HTML_200, STORE_THEN_SILENCE, WRITE_429 -> register;
                    case TOKEN_503, TOKEN_HTML_200 -> "POST /token?grant_type=client_credentials";
                    default -> list;
                };
        Reply good = call.equals(list)
                ? listsWhatIsStored()
                : call.equals(register)
                        ? storesWhatComes()
                        : StandIn.json(200, "{\"access_token\":\"the-token\",\"expires_in\":2592000}");
        MARKETPLACE.on(call, exchange -> {
            if (misbehaviour.name().startsWith("STORE")) {
                stored.set(last(register));
            }
            misbehaviour.reply.send(exchange);
        });

        // When
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        RegistrationStatus failing = awaitState("tokopedia", State.FAILING);
        MARKETPLACE.on(call, good);

        // Then
        assertThat(failing.reason()).contains(misbehaviour.words);
        assertThat(Duration.between(failing.since(), failing.nextCheckAt()))
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(9));
        awaitRecovery("tokopedia", State.IN_SYNC, Duration.ofSeconds(1));
        assertThat(status("tokopedia").reason()).isNull();
        assertThat(MARKETPLACE.received(register)).hasSize(misbehaviour == Misbehaviour.WRITE_429 ? 2 : 1);
        assertThat(stored.get().path("order_status_url").asText()).isEqualTo(urls + "order-status");
        assertThat(stored.get().path("chat_notification_url").asText()).isEqualTo("https://crm.example/c");
    }

    enum Misbehaviour {
        STORE_THEN_500(StandIn.html(500, "Internal Server Error"), "Registering: HTTP 500: Internal Server Error"),
        STORE_THEN_HTML_200(StandIn.html(200, "Maintenance"), "Registering: HTTP 200"),
        STORE_THEN_SILENCE(silence(), "Registering: no answer in time"),
        WRITE_429(StandIn.answer(429, "", "Retry-After", "3"), "Registering: HTTP 429"),
        LIST_429(
                StandIn.answer(429, "", "X-Ratelimit-Limit", "5 req/s (burst 5)", "X-Ratelimit-Reset-After", "2.5"),
                "Reading the registration: HTTP 429"),
        LIST_HTML_200(StandIn.html(200, "Maintenance"), "Reading the registration: HTTP 200"),
        LIST_CUT(StandIn.cut(), "Reading the registration: connection cut"),
        LIST_SILENCE(silence(), "Reading the registration: no answer in time"),
        TOKEN_503(StandIn.html(503, "Service Unavailable"), "Asking for a token: HTTP 503: Service Unavailable"),
        TOKEN_HTML_200(StandIn.html(200, "Log in"), "Asking for a token: HTTP 200");

        private final Reply reply;
        private final String words;

        Misbehaviour(Reply reply, String words) {
            this.reply = reply;
            this.words = words;
        }

        /** Until long after the caller has given up. */
        private static Reply silence() {
            return exchange -> LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(20));
        }
    }

    @Test
    void saysThatTheMarketplaceListsSomethingElseThanItTook() {
        // Given
        MARKETPLACE.on(
                register, StandIn.json(200, "{\"data\":\"success\",\"status\":\"200 Ok\",\"error_message\":[]}"));

        // When
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        RegistrationStatus drifted = awaitState("tokopedia", State.DRIFTED);

        // Then
        assertThat(drifted.reason()).startsWith("The marketplace took the registration, but lists something else.");
        assertThat(drifted.lastAssertedAt()).isNotNull();
    }

    @Test
    void acceptsThatARegistrationIsNotToBeHad() {
        // Given
        MARKETPLACE.on(list, StandIn.html(410, "410 Gone"));

        // When
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        RegistrationStatus refused = awaitState("tokopedia", State.REFUSED);

        // Then
        assertThat(refused.reason())
                .startsWith("Reading the registration: HTTP 410: 410 Gone. Tokopedia has no app with fs_id " + id)
                .contains("TikTok Shop");
        assertThat(MARKETPLACE.received(register)).isEmpty();
    }

    @Test
    void asksLessAndLessForWhatIsNotToBeHadUntilSomebodyAppliesIt() throws Exception {
        // Given
        MARKETPLACE.on(list, StandIn.html(404, "404 Not Found"));
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        RegistrationStatus first = awaitState("tokopedia", State.REFUSED);
        clock.forward(Duration.ofMinutes(15));
        RegistrationStatus second = await().atMost(SOON)
                .until(() -> status("tokopedia"), status -> !status.nextCheckAt()
                        .equals(first.nextCheckAt()));

        // When
        MARKETPLACE.on(list, listsWhatIsStored());
        Outcome applied = outcome(Action.APPLY, "tokopedia");

        // Then
        assertThat(Duration.between(first.nextCheckAt(), second.nextCheckAt())).isEqualTo(Duration.ofMinutes(30));
        assertThat(second.since()).isEqualTo(first.since());
        assertThat(applied.status().state()).isEqualTo(State.IN_SYNC);
        assertThat(applied.status().reason()).isNull();
        assertThat(Duration.between(clock.instant(), applied.status().nextCheckAt()))
                .isBetween(Duration.ofSeconds(15 * 54), Duration.ofMinutes(15));
    }

    @ParameterizedTest
    @CsvSource({
        "order_status_url, https://elsewhere.example, order-status",
        "order_status_url, '', order-status",
        "webhook_secret, their-secret, secret",
        "webhook_secret, '', secret"
    })
    void tellsInAnEventExactlyWhatHadDrifted(String field, String value, String name) throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        awaitState("tokopedia", State.IN_SYNC);
        String ours = stored.get().path(field).asText();
        stored.get().put(field, value);

        // When
        registrations.reconcile("tokopedia");
        JsonNode event = awaitEvent(found -> found.path("trigger").asText().equals("reconcile")
                && found.path("status").path("account").asText().equals(id));

        // Then
        JsonNode change = event.path("plan").path("changes").path(0);
        boolean secret = name.equals("secret");
        assertThat(event.path("plan").path("changes")).hasSize(1);
        assertThat(change.path("field").asText()).isEqualTo(name);
        assertThat(change.path("action").asText()).isEqualTo(value.isEmpty() ? "set" : "change");
        assertThat(change.path("from").asText(null))
                .isEqualTo(value.isEmpty() ? null : secret ? fingerprint(value) : value);
        assertThat(change.path("to").asText()).isEqualTo(secret ? fingerprint(ours) : ours);
        assertThat(event.path("status").path("state").asText()).isEqualTo("in-sync");
        assertThat(stored.get().path(field).asText()).isEqualTo(ours);
    }

    @Test
    void takesNothingForDriftThatIsNotOurs() throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        awaitState("tokopedia", State.IN_SYNC);
        int writes = MARKETPLACE.received(register).size();
        stored.get()
                .put("chat_notification_url", "https://crm.example/c")
                .put("version", 2.50)
                .put("open", true);
        stored.get().putObject("settings").putArray("list").add(1).addNull();
        ObjectNode theirs = stored.get().deepCopy();

        // When
        Outcome applied = outcome(Action.APPLY, "tokopedia");

        // Then
        assertThat(applied.plan().changes()).isEmpty();
        assertThat(applied.status().state()).isEqualTo(State.IN_SYNC);
        assertThat(MARKETPLACE.received(register)).hasSize(writes);
        assertThat(stored.get()).isEqualTo(theirs);
    }

    @Test
    void namesOnlyWhatDiffersWhereItReportsDrift() {
        // Given
        Account account = TestAccounts.tokopedia(id, OnDrift.REPORT, Map.of(), "order-status", "product-creation");
        accounts.replace(List.of(account));
        awaitState("tokopedia", State.IN_SYNC);
        stored.get().put("order_status_url", "https://elsewhere.example");

        // When
        registrations.reconcile("tokopedia");

        // Then
        assertThat(awaitState("tokopedia", State.DRIFTED).reason())
                .isEqualTo("Differs: order-status (on-drift: report)");
    }

    @Test
    void waitsAsLongAsItIsTold() {
        // Given
        MARKETPLACE.on(list, StandIn.answer(429, "", "Retry-After", "3600"));

        // When
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        RegistrationStatus failing = awaitState("tokopedia", State.FAILING);

        // Then
        assertThat(Duration.between(failing.since(), failing.nextCheckAt()))
                .isBetween(Duration.ofHours(1), Duration.ofHours(1).plusSeconds(3));
    }

    @Test
    void sendsAgainWhatCannotBeReadWhenItIsTime() {
        // Given
        accounts.replace(List.of(TestAccounts.tiki(id, "order")));
        awaitState("tiki", State.ASSERTED);

        // When
        clock.forward(Duration.ofHours(6));

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(MARKETPLACE.received(TIKI_REGISTER))
                .hasSize(2));
    }

    @Test
    void followsAChangedConfigurationAtOnce() {
        // Given
        accounts.replace(List.of(TestAccounts.tiki(id, "order")));
        awaitState("tiki", State.ASSERTED);

        // When
        accounts.replace(List.of(TestAccounts.tiki(id, "order", "aftersale")));

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(MARKETPLACE.received(TIKI_REGISTER))
                .hasSize(2));
        assertThat(MARKETPLACE.received(TIKI_REGISTER).get(1).text()).contains("aftersale");
    }

    @Test
    void answersACommandOfAnotherSystemUnderItsId() throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        awaitState("tokopedia", State.IN_SYNC);

        // When
        send("{\"id\":\"other-1\",\"action\":\"list\",\"marketplace\":\"tokopedia\",\"account\":\"" + id
                + "\",\"unknown\":{\"more\":1},\"trigger\":\"whatever\"}");

        // Then
        JsonNode event = awaitEvent("other-1");
        assertThat(event.path("action").asText()).isEqualTo("list");
        assertThat(event.path("trigger").asText()).isEqualTo("request");
        assertThat(event.path("status").path("state").asText()).isEqualTo("in-sync");
        assertThat(event.path("webhooks").path("webhooks").path("order-status").asText())
                .isEqualTo(urls + "order-status");
    }

    @Test
    void knowsOnEveryReplicaWhatCameOfARequest() throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        awaitState("tokopedia", State.IN_SYNC);
        try (PendingOutcomes otherReplica = new PendingOutcomes(clients)) {
            otherReplica.start();
            await().atMost(SOON)
                    .ignoreExceptions()
                    .until(() -> otherReplica.find("no-such").isEmpty());
            context.getRouteController().stopRoute("commands");

            // When
            Registrations.Pending pending =
                    registrations.request(Action.PLAN, "tokopedia", id).orElseThrow();
            CompletableFuture<Outcome> there = await().atMost(SOON)
                    .until(() -> otherReplica.find(pending.id()), Optional::isPresent)
                    .orElseThrow();
            boolean doneTooEarly = there.isDone();
            context.getRouteController().startRoute("commands");

            // Then
            assertThat(doneTooEarly).isFalse();
            assertThat(there.get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(pending.outcome().get(SOON.toSeconds(), TimeUnit.SECONDS));
            assertThat(registrations.outcome(pending.id()))
                    .hasValueSatisfying(outcome -> assertThat(outcome).isCompleted());
        }
    }

    @Test
    void passesOverWhatTheTimerOfAnotherReplicaAskedForToo() throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        awaitState("tokopedia", State.IN_SYNC);
        int reads = MARKETPLACE.received(list).size();

        // When
        try (RegistrationTopics other = new RegistrationTopics(clients)) {
            other.write(new Command("timer-1", Action.APPLY, "tokopedia", id, Trigger.TIMER));
        }
        send("{\"id\":\"after-timer-1\",\"action\":\"plan\",\"marketplace\":\"tokopedia\",\"account\":\"" + id + "\"}");
        awaitEvent("after-timer-1");

        // Then
        assertThat(MARKETPLACE.received(list)).hasSize(reads + 1);
    }

    @Test
    void survivesCommandsThatCannotBeRead() throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));

        // When
        send("");
        send("not JSON");
        send("null");
        send("[1]");
        send("{\"id\":\"bad-1\",\"action\":\"explode\",\"marketplace\":\"tokopedia\",\"account\":\"" + id + "\"}");
        send("{\"id\":\"bad-2\",\"action\":\"plan\",\"marketplace\":\"tokopedia\",\"account\":\"no-such\"}");
        send("{\"id\":\"good\",\"action\":\"plan\",\"marketplace\":\"tokopedia\",\"account\":\"" + id + "\"}");

        // Then
        assertThat(awaitEvent("bad-1").path("failure").path("code").asText()).isEqualTo("bad-command");
        assertThat(awaitEvent("bad-2").path("failure").path("code").asText()).isEqualTo("unknown-account");
        assertThat(awaitEvent("good").path("failure").isNull()).isTrue();
    }

    @Test
    void answersUnderWhateverKeyACommandCame() throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        String command = "\",\"action\":\"plan\",\"marketplace\":\"tokopedia\",\"account\":\"" + id + "\"}";

        // When
        send(null, bytes("{\"id\":\"no-key" + command));
        send("somebody/else", bytes("{\"id\":\"other-key" + command));

        // Then
        for (String commandId : List.of("no-key", "other-key")) {
            awaitEvent(commandId);
            assertThat(topics.last(Topics.REGISTRATION_EVENTS, 200))
                    .filteredOn(found -> json(found.value()).path("id").asText().equals(commandId))
                    .extracting(found -> text(found.key()))
                    .containsExactly("tokopedia/" + id);
        }
    }

    @Test
    void doesNotBelieveOthersThatTheyAreTheTimer() throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        awaitState("tokopedia", State.IN_SYNC);

        // When
        send("{\"id\":\"no-timer\",\"action\":\"apply\",\"marketplace\":\"tokopedia\",\"account\":\"" + id
                + "\",\"trigger\":\"timer\"}");

        // Then
        assertThat(awaitEvent("no-timer").path("trigger").asText()).isEqualTo("request");
    }

    @Test
    void isPoisonedByNothing() throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status"), TestAccounts.at("broken", id, "order")));
        if (context.getRoute("broken-register") == null) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:broken-register").routeId("broken-register").setBody(constant(""));
                    from("direct:broken-token").process(exchange -> {
                        throw new StackOverflowError();
                    });
                }
            });
        }

        // When
        for (String key : new String[] {"tokopedia/" + id, null, "x".repeat(500_000)}) {
            send(key, null);
            send(key, new byte[] {0, (byte) 0xff, (byte) 0xfe, 1});
            send(key, bytes("[".repeat(900_000)));
            send(key, bytes("{\"id\":\"" + "x".repeat(1_000_000) + "\"}"));
        }
        send("{\"id\":\"overflow\",\"action\":\"apply\",\"marketplace\":\"broken\",\"account\":\"" + id + "\"}");
        send("{\"id\":\"after-all\",\"action\":\"plan\",\"marketplace\":\"tokopedia\",\"account\":\"" + id + "\"}");

        // Then
        assertThat(awaitEvent("after-all").path("failure").isNull()).isTrue();
        assertThat(awaitEvent("overflow").path("failure").path("message").asText())
                .isEqualTo("The gateway failed; its log says why");
        assertThat(topics.last(Topics.REGISTRATION_EVENTS, 200))
                .filteredOn(found -> found.key() == null)
                .isNotEmpty()
                .allSatisfy(found -> assertThat(found.value()).hasSizeLessThan(1000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not JSON",
                "null",
                "{}",
                "{\"attempts\":0,\"uncertain\":false}",
                "{\"marketplace\":\"tokopedia\",\"account\":\"somebody-else\",\"state\":\"in-sync\","
                        + "\"since\":\"2031-02-03T04:05:06Z\",\"checkedAt\":\"2031-02-03T04:05:06Z\","
                        + "\"nextCheckAt\":\"9999-02-03T04:05:06Z\",\"attempts\":0,\"uncertain\":false}",
                "{\"marketplace\":\"tokopedia\",\"account\":\"ID\",\"state\":\"in-sync\","
                        + "\"since\":\"2031-02-03T04:05:06Z\",\"checkedAt\":\"2031-02-03T04:05:06Z\","
                        + "\"nextCheckAt\":\"9999-02-03T04:05:06Z\",\"attempts\":0,\"uncertain\":false,"
                        + "\"evidence\":{\"episodes\":[{\"eventKind\":\"order-status\"}]}}"
            })
    void findsOutItselfWhereARecordIsNotOurs(String record) throws Exception {
        // Given
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status")));
        awaitState("tokopedia", State.IN_SYNC);
        // Nobody looks until the state in between was seen
        context.getRouteController().stopRoute("schedule");

        // When
        byte[] value = record.isEmpty() ? null : bytes(record.replace("ID", id));
        try (Producer<byte[], byte[]> producer = clients.producer(Map.of())) {
            producer.send(new ProducerRecord<>(Topics.REGISTRATIONS, bytes("tokopedia/" + id), value))
                    .get(10, TimeUnit.SECONDS);
        }

        // Then
        try {
            awaitState("tokopedia", State.NEVER_REGISTERED);
        } finally {
            context.getRouteController().startRoute("schedule");
        }
        awaitRecovery("tokopedia", State.IN_SYNC, Duration.ofSeconds(30));
        assertThat(status("tokopedia").account()).isEqualTo(id);
    }

    @Test
    void showsTheStateOfEachAccountAsAGauge() {
        // Given
        accounts.replace(List.of(TestAccounts.tiki(id, "order")));

        // When
        awaitState("tiki", State.ASSERTED);

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(meters.find("pasar.registration.state")
                        .tag("account", id)
                        .gauges())
                .extracting(gauge -> gauge.getId().getTag("state"), Gauge::value)
                .containsExactly(tuple("asserted", 1.0)));
    }

    @Test
    void keepsNoSecretInKafka() {
        // Given
        stored.get().put("webhook_secret", "their-secret").put("chat_notification_url", "https://crm.example/c");

        // When
        accounts.replace(List.of(TestAccounts.tokopedia(id, "order-status"), TestAccounts.tiki(id, "order")));
        awaitState("tokopedia", State.IN_SYNC);
        awaitState("tiki", State.ASSERTED);

        // Then
        for (String topic : List.of(Topics.REGISTRATIONS, Topics.REGISTRATION_EVENTS, Topics.COMMANDS)) {
            assertThat(topics.last(topic, 1000)).isNotEmpty().allSatisfy(found -> assertThat(text(found.value()))
                    .doesNotContain(
                            TestAccounts.TOKOPEDIA_SECRET,
                            TestAccounts.TIKI_SECRET,
                            "their-secret",
                            "the-token",
                            "client-secret",
                            "s&cret"));
        }
    }

    @Test
    void remembersAfterARestartWhatWasSent() {
        // Given
        accounts.replace(List.of(TestAccounts.tiki(id, "order")));
        awaitState("tiki", State.ASSERTED);

        // When
        try (RegistrationTopics writer = new RegistrationTopics(clients);
                RegistrationRecords reread = new RegistrationRecords(clients, writer)) {
            reread.start();
            boolean read = reread.awaitRead(SOON);

            // Then
            assertThat(read).isTrue();
            AccountRecord found = reread.find("tiki/" + id).orElseThrow();
            assertThat(found.status()).isEqualTo(status("tiki"));
            assertThat(found.sent().webhooks()).containsOnlyKeys("order");
        }
    }

    @Test
    void tellsOfAnAccountThatWasRegisteredAndIsConfiguredNoLongerUntilItIsForgotten() {
        // Given
        accounts.replace(List.of(TestAccounts.tiki(id, "order")));
        awaitState("tiki", State.ASSERTED);
        assertThat(registrations.notConfigured()).doesNotContain("tiki/" + id);

        // When
        accounts.replace(List.of());

        // Then
        assertThat(registrations.notConfigured()).contains("tiki/" + id);
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        meters.get("pasar.registration.not.configured").gauge().value())
                .isPositive());

        // When
        RegistrationStatus forgotten = registrations.forget("tiki", id).orElseThrow();

        // Then
        assertThat(forgotten.state()).isEqualTo(State.ASSERTED);
        assertThat(registrations.forget("tiki", id)).isEmpty();
        try (RegistrationTopics writer = new RegistrationTopics(clients);
                RegistrationRecords reread = new RegistrationRecords(clients, writer)) {
            reread.start();
            assertThat(reread.awaitRead(SOON)).isTrue();
            assertThat(reread.find("tiki/" + id)).isEmpty();
        }
        assertThat(registrations.notConfigured()).doesNotContain("tiki/" + id);
    }

    @Test
    void remembersSinceWhenASecretIsRegistered() throws Exception {
        // Given
        Account account = TestAccounts.tiki(id, "order");
        accounts.replace(List.of(account));
        Instant first = clock.instant();
        outcome(Action.APPLY, "tiki");

        // When
        clock.forward(Duration.ofHours(1));
        outcome(Action.APPLY, "tiki");

        // Then
        JsonNode sent = recordedSent();
        assertThat(Instant.parse(sent.path("sentAt").asText())).isEqualTo(first.plus(Duration.ofHours(1)));
        assertThat(Instant.parse(sent.path("secretSince").asText())).isEqualTo(first);
        assertThat(sent.path("movedAt").isNull()).isTrue();
        assertThat(registrations.detail("tiki", id).orElseThrow().secrets())
                .extracting(SecretUse::role, SecretUse::removable)
                .containsExactly(tuple(SecretUse.Role.REGISTERED, false), tuple(SecretUse.Role.ACCEPTED, false));
    }

    private JsonNode recordedSent() {
        return topics.last(Topics.REGISTRATIONS, 200).stream()
                .filter(found -> text(found.key()).equals("tiki/" + id))
                .map(found -> json(found.value()).path("sent"))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    private void send(String command) throws Exception {
        send("tokopedia/" + id, bytes(command));
    }

    /** @param value null for a tombstone */
    private void send(String key, byte[] value) throws Exception {
        try (Producer<byte[], byte[]> producer = clients.producer(Map.of())) {
            producer.send(new ProducerRecord<>(Topics.COMMANDS, key == null ? null : bytes(key), value))
                    .get(10, TimeUnit.SECONDS);
        }
    }

    private String fingerprint(String secret) {
        return new Secret(secret).fingerprint("tokopedia", id);
    }

    private JsonNode awaitEvent(String commandId) {
        return awaitEvent(event -> event.path("id").asText().equals(commandId));
    }

    private JsonNode awaitEvent(Predicate<JsonNode> wanted) {
        return await().atMost(SOON)
                .until(
                        () -> topics.last(Topics.REGISTRATION_EVENTS, 200).stream()
                                .map(ConsumerRecord::value)
                                .map(RegistrationIT::json)
                                .filter(wanted)
                                .findFirst()
                                .orElse(null),
                        event -> event != null);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] value) {
        return new String(value, StandardCharsets.UTF_8);
    }
}
