package io.pasar.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.loss.Checker.Kind;
import io.pasar.loss.Checker.Violation;
import io.pasar.loss.Ledger.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Minutes of faults at random, by {@code mvn verify -Pchaos}. The seed is logged and repeats the faults and their lengths,
 * not to the millisecond what they hit. The spool is small, so that long outages fill it.
 */
@EnabledIfSystemProperty(named = "pasar.chaos", matches = "true")
class ChaosIT {

    private static final Logger LOGGER = LoggerFactory.getLogger(ChaosIT.class);

    private static final Duration SLACK = Duration.ofSeconds(60);
    private static final int LANES = 16;
    private static final int ENOUGH = 500;

    /** Of a gateway that was just started: what it says meanwhile counts for everything but its time. */
    private static final Duration WARM_UP = Duration.ofSeconds(8);

    private static final Duration IN_TIME = Duration.ofMillis(500);
    private static final Duration AT_MOST = Duration.ofSeconds(1);

    private final boolean inShort = Boolean.getBoolean("pasar.chaos.short");
    private final Duration length = Duration.ofSeconds(Integer.getInteger("pasar.chaos.seconds", inShort ? 20 : 180));
    private final boolean timed = Boolean.getBoolean("pasar.chaos.timed") && !inShort;
    private final long seed = seed();
    private final Random random = new Random(seed);
    private final List<Window> gatewayHit = new ArrayList<>();

    @TempDir
    private Path directory;

    @Test
    void losesNothingWhateverHappens() throws Exception {
        LOGGER.atInfo().addKeyValue("seed", seed).addKeyValue("length", length).log("Chaos begins");
        try (Field field = new Field(directory, List.of(), List.of("--pasar.spool.max-size=4MB"))) {
            // Given
            field.start();
            long startedAt = System.nanoTime();
            field.senders.start(field.sellers, LANES, Duration.ofMillis(10), seed);
            field.awaitAccepted(ENOUGH);
            hold(field, WARM_UP);
            gatewayHit.add(new Window(startedAt, System.nanoTime()));

            // When
            long until = System.nanoTime() + length.toNanos();
            while (System.nanoTime() < until) {
                strike(field);
                hold(field, upTo(3));
            }
            field.awaitAccepted(ENOUGH);
            field.senders.finish(SLACK);

            // Then
            assertThat(Checker.summary(field.violations(Duration.ofMinutes(3))))
                    .as("seed %d", seed)
                    .isEmpty();
            answersInTime(field.ledger);
        }
    }

    /** The gateway itself with one step of its flow taken away or changed: the test must see each. */
    @ParameterizedTest(name = "{3}: {0} without {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "inbound | '(?m)^ +- to:\\R +uri: verify:hmac\\R(?: {14,}.*\\R)+' | '' | UNVERIFIED",
                "publish | '(?m)^ +- process:\\R +id: to-spool\\R +ref: spool\\R' | '' | LOST",
                "errors  | 'expression: \"401\"' | 'expression: \"200\"' | YES_TO_A_FAILURE"
            })
    void convictsThisGatewayOnceItIsBroken(String file, String step, String instead, Kind expected) throws Exception {
        try (Field field = new Field(
                directory,
                List.of(),
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
                    .contains(expected);
        }
    }

    private void strike(Field field) throws Exception {
        boolean both = random.nextBoolean();
        Fault broker = both || random.nextBoolean() ? one(Fault.OF_THE_BROKER) : Fault.NONE;
        Fault gateway = both || broker == Fault.NONE ? one(Fault.OF_THE_GATEWAY) : Fault.NONE;
        LOGGER.atInfo()
                .addKeyValue("broker", broker)
                .addKeyValue("gateway", gateway)
                .addKeyValue("accepted", field.ledger.accepted())
                .log("Strikes");
        broker.begin.on(field);
        hold(field, upTo(3));
        long hitAt = System.nanoTime();
        gateway.begin.on(field);
        hold(field, upTo(4));
        boolean gatewayFirst = random.nextBoolean();
        if (gatewayFirst) {
            heal(field, gateway, hitAt);
            hold(field, upTo(4));
        }
        broker.end.on(field);
        if (!gatewayFirst) {
            hold(field, upTo(2));
            heal(field, gateway, hitAt);
        }
    }

    private void heal(Field field, Fault gateway, long hitAt) throws Exception {
        gateway.end.on(field);
        if (gateway != Fault.NONE) {
            Duration after = gateway == Fault.GATEWAY_KILLED ? WARM_UP : Duration.ofSeconds(1);
            gatewayHit.add(new Window(hitAt, System.nanoTime() + after.toNanos()));
        }
    }

    /** Of the gateway's answers while nothing befell itself or its link to the senders, whatever befell Kafka. */
    private void answersInTime(Ledger ledger) {
        List<Duration> took = ledger.answers().stream()
                .filter(answer -> gatewayHit.stream().noneMatch(window -> window.touches(answer)))
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
                .log("Answers");
        if (timed) {
            assertThat(most)
                    .as("99.9 %% of %d answers, seed %d", took.size(), seed)
                    .isLessThanOrEqualTo(IN_TIME);
            assertThat(last).as("the longest, seed %d", seed).isLessThanOrEqualTo(AT_MOST);
        }
    }

    private static void hold(Field field, Duration time) {
        await().pollDelay(time).timeout(time.plus(SLACK)).until(field.senders::areAtWork);
    }

    private Duration upTo(int seconds) {
        return Duration.ofMillis(200 + random.nextInt(seconds * 1000));
    }

    private Fault one(List<Fault> faults) {
        return faults.get(random.nextInt(faults.size()));
    }

    private static long seed() {
        String given = System.getProperty("pasar.chaos.seed", "");
        return given.isBlank() ? System.nanoTime() : Long.parseLong(given);
    }

    private record Window(long from, long to) {
        boolean touches(Answer answer) {
            return answer.startedAt() - to < 0
                    && answer.startedAt() + answer.took().toNanos() - from > 0;
        }
    }

    private enum Fault {
        NONE(field -> {}, field -> {}),
        BROKER_KILLED(field -> field.broker.kill(), Field::startBroker),
        BROKER_FROZEN(field -> field.broker.freeze(), field -> field.broker.thaw()),
        BROKER_LINK_FROZEN(field -> field.toBroker.freeze(), field -> field.toBroker.thaw()),
        BROKER_LINK_CUT(field -> field.toBroker.cut(), field -> field.toBroker.cut()),
        GATEWAY_KILLED(field -> field.gateway.kill(), Field::startGateway),
        GATEWAY_FROZEN(field -> field.gateway.freeze(), field -> field.gateway.thaw()),
        GATEWAY_LINK_FROZEN(field -> field.toGateway.freeze(), field -> field.toGateway.thaw()),
        GATEWAY_LINK_CUT(field -> field.toGateway.cut(), field -> field.toGateway.cut());

        private static final List<Fault> OF_THE_BROKER =
                List.of(BROKER_KILLED, BROKER_FROZEN, BROKER_LINK_FROZEN, BROKER_LINK_CUT);
        private static final List<Fault> OF_THE_GATEWAY =
                List.of(GATEWAY_KILLED, GATEWAY_FROZEN, GATEWAY_LINK_FROZEN, GATEWAY_LINK_CUT);

        private final Act begin;
        private final Act end;

        Fault(Act begin, Act end) {
            this.begin = begin;
            this.end = end;
        }
    }

    private interface Act {
        void on(Field field) throws IOException, InterruptedException;
    }
}
