package io.pasar.loss;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** What befalls gateway, Kafka, and the links to them. What is left to chance is drawn as it strikes. */
enum Fault {
    NONE((field, clock, random) -> () -> {}),

    ONE_BROKER_KILLED((field, clock, random) -> killed(field.brokers, some(field.brokers, 1, random))),
    TWO_BROKERS_KILLED((field, clock, random) -> killed(field.brokers, some(field.brokers, 2, random))),
    ONE_BROKER_FROZEN((field, clock, random) -> frozen(field.brokers, some(field.brokers, 1, random))),
    ALL_BROKERS_FROZEN(
            (field, clock, random) -> frozen(field.brokers, some(field.brokers, field.brokers.count(), random))),
    KAFKA_LINKS_FROZEN((field, clock, random) -> {
        field.brokers.links().forEach(Link::freeze);
        return () -> field.brokers.links().forEach(Link::thaw);
    }),
    KAFKA_LINKS_CUT((field, clock, random) -> {
        field.brokers.links().forEach(Link::cut);
        return () -> field.brokers.links().forEach(Link::cut);
    }),
    ACKNOWLEDGED_LATE((field, clock, random) -> {
        Duration late = Duration.ofMillis(200 + random.nextInt(1801));
        field.brokers.links().forEach(link -> link.delay(late, late));
        return () -> field.brokers.links().forEach(link -> link.delay(Duration.ZERO, Duration.ZERO));
    }),

    GATEWAY_KILLED((field, clock, random) -> {
        field.gateway.kill();
        return field::startGateway;
    }),
    GATEWAY_FROZEN((field, clock, random) -> {
        field.gateway.freeze();
        return field.gateway::thaw;
    }),
    GATEWAY_LINK_FROZEN((field, clock, random) -> {
        field.toGateway.freeze();
        return field.toGateway::thaw;
    }),
    GATEWAY_LINK_CUT((field, clock, random) -> {
        field.toGateway.cut();
        return field.toGateway::cut;
    }),
    DISK_FULL((field, clock, random) -> {
        field.fillDisk(random.nextInt(16_384));
        return field::emptyDisk;
    }),
    /** By hours, and back again. */
    CLOCK_STEPPED((field, clock, random) -> {
        Duration error = Duration.ofMinutes(60 + random.nextInt(600));
        clock.set(random.nextBoolean() ? error : error.negated());
        return () -> clock.set(Duration.ZERO);
    });

    static final List<Fault> OF_KAFKA = List.of(
            ONE_BROKER_KILLED,
            TWO_BROKERS_KILLED,
            ONE_BROKER_FROZEN,
            ALL_BROKERS_FROZEN,
            KAFKA_LINKS_FROZEN,
            KAFKA_LINKS_CUT,
            ACKNOWLEDGED_LATE);

    static final List<Fault> OF_THE_GATEWAY =
            List.of(GATEWAY_KILLED, GATEWAY_FROZEN, GATEWAY_LINK_FROZEN, GATEWAY_LINK_CUT, DISK_FULL, CLOCK_STEPPED);

    private final Strike strike;

    Fault(Strike strike) {
        this.strike = strike;
    }

    /** Returns what heals it. */
    Healing strike(Field field, SteppingClock clock, Random random) throws IOException, InterruptedException {
        return strike.on(field, clock, random);
    }

    /** Whether the senders cannot be answered in time, whatever the gateway does. */
    boolean keepsSendersWaiting() {
        return OF_THE_GATEWAY.contains(this) && this != DISK_FULL && this != CLOCK_STEPPED;
    }

    private static Healing killed(Brokers brokers, List<Integer> some) {
        brokers.kill(some);
        return () -> brokers.start(some);
    }

    private static Healing frozen(Brokers brokers, List<Integer> some) throws IOException, InterruptedException {
        brokers.freeze(some);
        return () -> brokers.thaw(some);
    }

    private static List<Integer> some(Brokers brokers, int count, Random random) {
        List<Integer> all =
                new ArrayList<>(IntStream.range(0, brokers.count()).boxed().toList());
        Collections.shuffle(all, random);
        return List.copyOf(all.subList(0, count));
    }

    interface Healing {
        void heal() throws IOException, InterruptedException;
    }

    private interface Strike {
        Healing on(Field field, SteppingClock clock, Random random) throws IOException, InterruptedException;
    }
}
