package io.pasar.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.loss.Checker.Kind;
import io.pasar.loss.Checker.Violation;
import io.pasar.loss.Fault.Healing;
import io.pasar.loss.Ledger.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Minutes of faults at random, by {@code mvn verify -Pchaos}, with three brokers of which two must have an event. The seed is
 * logged and repeats the faults and their lengths, not to the millisecond what they hit. The spool is small, so that long
 * outages fill it.
 */
@EnabledIfSystemProperty(named = "pasar.chaos", matches = "true")
class ChaosIT {

    private static final Logger LOGGER = LoggerFactory.getLogger(ChaosIT.class);

    private static final Duration SLACK = Duration.ofSeconds(60);
    private static final Duration UNTIL_DRAINED = Duration.ofMinutes(3);
    private static final int BROKERS = 3;
    private static final int LANES = 16;
    private static final int ENOUGH = 500;
    private static final int A_FEW = 100;

    /** Of a gateway that was just started: what it says meanwhile counts for everything but its time. */
    private static final Duration WARM_UP = Duration.ofSeconds(8);

    private static final Duration IN_TIME = Duration.ofMillis(500);
    private static final Duration AT_MOST = Duration.ofSeconds(1);

    /** What answers in time is shown elsewhere: starts sooner, and gives a slow machine room. */
    private static final List<String> SMALL = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private static final String PATIENT = "--pasar.ingest.answer-within=5s";

    private final boolean inShort = Boolean.getBoolean("pasar.chaos.short");
    private final Duration length = Duration.ofSeconds(Integer.getInteger("pasar.chaos.seconds", inShort ? 15 : 180));
    private final boolean timed = Boolean.getBoolean("pasar.chaos.timed") && !inShort;
    private final long seed = seed();
    private final Random random = new Random(seed);
    private final Deque<Fault> ofKafka = new ArrayDeque<>();
    private final Deque<Fault> ofTheGateway = new ArrayDeque<>();
    private final Set<Fault> struck = EnumSet.noneOf(Fault.class);
    private final List<Window> gatewayHit = new ArrayList<>();

    @TempDir
    private Path directory;

    @Test
    void losesNothingWhateverHappens() throws Exception {
        LOGGER.atInfo().addKeyValue("seed", seed).addKeyValue("length", length).log("Chaos begins");
        SteppingClock clock = new SteppingClock(directory);
        try (Field field =
                new Field(directory, BROKERS, List.of(clock.jvmOption()), List.of("--pasar.spool.max-size=4MB"))) {
            // Given
            field.start();
            long startedAt = System.nanoTime();
            field.senders.start(field.sellers, LANES, Duration.ofMillis(10), seed);
            field.awaitAccepted(ENOUGH);
            hold(field, timed ? WARM_UP : Duration.ZERO);
            gatewayHit.add(new Window(startedAt, System.nanoTime()));

            // When
            long until = System.nanoTime() + length.toNanos();
            while (System.nanoTime() < until) {
                strike(field, clock);
                hold(field, upTo(3));
            }
            field.awaitAccepted(ENOUGH);
            field.senders.finish(SLACK);

            // Then
            assertThat(Checker.summary(field.violations(UNTIL_DRAINED)))
                    .as("seed %d", seed)
                    .isEmpty();
            if (struck.contains(Fault.CLOCK_STEPPED)) {
                assertThat(field.timesReceived()).as("its clock was set").isGreaterThan(Duration.ofMinutes(50));
            }
            if (timed) {
                answersInTime(field.ledger);
            }
        }
    }

    @Test
    void goesOnWithOneBrokerLessAndKeepsWhatComesWithTwoLess() throws Exception {
        try (Field field = new Field(directory, BROKERS, SMALL, List.of(PATIENT))) {
            // Given
            field.start();
            field.senders.start(field.sellers, LANES, Duration.ofMillis(10), seed);
            field.awaitAccepted(ENOUGH);
            assertThat(field.brokers.topics()).isNotEmpty().allSatisfy(topic -> {
                assertThat(topic.replicas()).as(topic.name()).isEqualTo(BROKERS);
                assertThat(topic.minInsyncReplicas()).as(topic.name()).isEqualTo("2");
            });

            // When
            field.brokers.kill(List.of(0));

            // Then
            field.awaitPublished(ENOUGH);

            // When
            field.brokers.kill(List.of(1));
            field.awaitAccepted(ENOUGH);
            field.fillDisk(1_000);

            // Then
            field.awaitAnswers(503, A_FEW);

            // When
            field.emptyDisk();
            field.awaitAccepted(ENOUGH);
            field.gateway.kill();
            field.startGateway();
            field.awaitAccepted(ENOUGH);
            field.brokers.start(List.of(0, 1));
            field.awaitPublished(ENOUGH);
            field.senders.finish(SLACK);

            // Then
            assertThat(Checker.summary(field.violations(UNTIL_DRAINED))).isEmpty();
        }
    }

    /** The gateway itself with one step of its flow taken away or changed: the test must see each. */
    @ParameterizedTest(name = "{4}: {0}")
    @MethodSource("brokenRoutes")
    @DisabledIfSystemProperty(named = "pasar.chaos.short", matches = "true")
    void convictsThisGatewayOnceItIsBroken(String how, String file, String step, String instead, Kind expected)
            throws Exception {
        try (Field field = new Field(
                directory,
                SMALL,
                List.of("--camel.main.routes-include-pattern=file:" + directory.resolve(Field.ROUTES)
                        + "/**/*.camel.yaml"))) {
            // Given
            field.breakRoute(file + ".camel.yaml", step, instead);
            field.start();
            field.senders.start(field.sellers, LANES, Duration.ofMillis(10), seed);
            field.awaitAccepted(ENOUGH);

            // When
            field.broker.kill();
            field.awaitAccepted(ENOUGH);
            field.startBroker();
            field.awaitAccepted(ENOUGH);
            field.senders.finish(SLACK);

            // Then
            assertThat(field.violations(Duration.ofSeconds(30)).stream().map(Violation::kind))
                    .as(how)
                    .contains(expected);
        }
    }

    static Stream<Arguments> brokenRoutes() {
        String verify = "(?m)^ +- to:\\R +id: .*\\R +uri: verify:hmac\\R(?: {14,}.*\\R)+";
        String toSpool = "(?m)^ +- process:\\R +id: to-spool\\R +ref: spoolStep\\R";
        String goesFirst = "ref:\\R +expression: spoolGoesFirst";
        String publish = "(?m)^ +- to:\\R +id: .*\\R +uri: direct:publish\\R";
        return Stream.of(
                Arguments.of("does not verify", "inbound", verify, "", Kind.UNVERIFIED),
                Arguments.of("does not spool", "publish", toSpool, "", Kind.LOST),
                Arguments.of(
                        "answers a forgery 200",
                        "errors",
                        "expression: \"401\"",
                        "expression: \"200\"",
                        Kind.YES_TO_A_FAILURE),
                Arguments.of(
                        "lets new events pass those in the spool",
                        "publish",
                        goesFirst,
                        "constant: {expression: \"false\"}",
                        Kind.OUT_OF_ORDER),
                Arguments.of(
                        "writes the body anew",
                        "inbound",
                        publish,
                        "          - unmarshal: {json: {}}\n          - marshal: {json: {}}\n$0",
                        Kind.ALTERED),
                Arguments.of(
                        "logs the body",
                        "inbound",
                        publish,
                        "          - log: {message: \"\\${body}\"}\n$0",
                        Kind.PAYLOAD_TOLD));
    }

    private void strike(Field field, SteppingClock clock) throws Exception {
        boolean both = random.nextBoolean();
        Fault kafka = both || random.nextBoolean() ? next(ofKafka, Fault.OF_KAFKA) : Fault.NONE;
        Fault gateway = both || kafka == Fault.NONE ? next(ofTheGateway, Fault.OF_THE_GATEWAY) : Fault.NONE;
        LOGGER.atInfo()
                .addKeyValue("kafka", kafka)
                .addKeyValue("gateway", gateway)
                .addKeyValue("accepted", field.ledger.accepted())
                .log("Strikes");
        Healing ofKafka = kafka.strike(field, clock, random);
        hold(field, upTo(3));
        long hitAt = System.nanoTime();
        Healing ofGateway = gateway.strike(field, clock, random);
        struck.addAll(List.of(kafka, gateway));
        hold(field, upTo(4));
        boolean gatewayFirst = random.nextBoolean();
        if (gatewayFirst) {
            heal(gateway, ofGateway, hitAt);
            hold(field, upTo(4));
        }
        ofKafka.heal();
        if (!gatewayFirst) {
            hold(field, upTo(2));
            heal(gateway, ofGateway, hitAt);
        }
    }

    private void heal(Fault gateway, Healing healing, long hitAt) throws Exception {
        healing.heal();
        if (gateway.keepsSendersWaiting()) {
            Duration after = gateway == Fault.GATEWAY_KILLED ? WARM_UP : Duration.ofSeconds(1);
            gatewayHit.add(new Window(hitAt, System.nanoTime() + after.toNanos()));
        }
    }

    /** Of the gateway's answers while it ran and could be reached, whatever befell Kafka, its disk and its clock. */
    private void answersInTime(Ledger ledger) {
        List<Duration> took = ledger.answers().stream()
                .filter(answer -> isMeasured(answer.startedAt(), answer.took()))
                .map(Answer::took)
                .sorted()
                .toList();
        Duration most = took.get((int) (took.size() * 0.999));
        Duration last = took.get(took.size() - 1);
        LOGGER.atInfo()
                .addKeyValue("answers", ledger.answers().size())
                .addKeyValue("accepted", ledger.accepted())
                .addKeyValue("measured", took.size())
                .addKeyValue("median", took.get(took.size() / 2))
                .addKeyValue("p99.9", most)
                .addKeyValue("longest", last)
                .addKeyValue("struck", struck)
                .log("Answers");
        assertThat(most).as("99.9 %% of %d answers, seed %d", took.size(), seed).isLessThanOrEqualTo(IN_TIME);
        assertThat(last).as("the longest, seed %d", seed).isLessThanOrEqualTo(AT_MOST);
        assertThat(ledger.silences())
                .as("left without an answer, seed %d", seed)
                .noneMatch(silence -> isMeasured(silence.startedAt(), silence.took()));
    }

    private boolean isMeasured(long startedAt, Duration took) {
        return gatewayHit.stream().noneMatch(window -> window.touches(startedAt, startedAt + took.toNanos()));
    }

    private static void hold(Field field, Duration time) {
        await().pollDelay(time).timeout(time.plus(SLACK)).until(field.senders::areAtWork);
    }

    private Duration upTo(int seconds) {
        return Duration.ofMillis(200 + random.nextInt(seconds * 1000));
    }

    /** Each once, in an order by chance, before one comes again. */
    private Fault next(Deque<Fault> left, List<Fault> all) {
        if (left.isEmpty()) {
            List<Fault> shuffled = new ArrayList<>(all);
            Collections.shuffle(shuffled, random);
            left.addAll(shuffled);
        }
        return left.remove();
    }

    private static long seed() {
        String given = System.getProperty("pasar.chaos.seed", "");
        return given.isBlank() ? System.nanoTime() : Long.parseLong(given);
    }

    private record Window(long from, long to) {
        boolean touches(long begin, long end) {
            return begin - to < 0 && end - from > 0;
        }
    }
}
