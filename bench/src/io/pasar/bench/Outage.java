package io.pasar.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * What Pasar takes while its broker stands still (SIGSTOP: connections stay open, nothing answers), how fast the broker
 * gets it afterwards, and what that costs live events of other keys.
 */
final class Outage {

    private static final Duration NOTICE = Duration.ofSeconds(1);
    private static final Duration DRAINED_WITHIN = Duration.ofMinutes(2);
    private static final long LOOK_EVERY_MILLIS = 20;
    private static final int LIVE_CONNECTIONS = 32;

    private final Settings settings;
    private final Load load;
    private final Offsets offsets;
    private final Results results;
    private final Process broker;

    Outage(Settings settings, Load load, Offsets offsets, Results results, Process broker) {
        this.settings = settings;
        this.load = load;
        this.offsets = offsets;
        this.results = results;
        this.broker = broker;
    }

    static Scenario before(int connections) {
        return scenario("before an outage", connections, 1);
    }

    static Scenario away(int connections) {
        return scenario("Kafka away", connections, 1);
    }

    /** Of other keys than those in the spool, which would queue behind it. */
    Scenario alone() {
        return scenario("all accounts, nothing to drain", LIVE_CONNECTIONS, settings.accounts());
    }

    Scenario beside() {
        return scenario("all accounts, while the spool drains", LIVE_CONNECTIONS, settings.accounts());
    }

    private static Scenario scenario(String when, int connections, int accounts) {
        return new Scenario(when + ", " + connections + " connections", connections, true, accounts);
    }

    void run(Gateway pasar) throws Exception {
        for (int round = 0; round < settings.rounds(); round++) {
            for (int connections : Settings.CONNECTIONS) {
                load.closed(pasar, before(connections));
            }
            load.closed(pasar, alone());
            drain(pasar);
            drainBesideLiveEvents(pasar);
        }
    }

    private void drain(Gateway pasar) throws Exception {
        long before = offsets.records(pasar.topic());
        long taken = away(pasar);
        long began = awaitMore(pasar, before);
        long ended = awaitRecords(pasar, before + taken);
        long written = offsets.records(pasar.topic()) - before;
        results.drained(written / seconds(ended - began));
        results.outage(pasar.name(), taken, written);
    }

    private void drainBesideLiveEvents(Gateway pasar) throws Exception {
        long before = offsets.records(pasar.topic());
        long taken = away(pasar);
        awaitMore(pasar, before);
        Run live = load.uncounted(pasar, beside(), settings.stretch());
        results.closed(pasar.name(), beside().name(), live);
        awaitRecords(pasar, before + taken + live.ok());
        results.outage(pasar.name(), taken + live.ok(), offsets.records(pasar.topic()) - before);
    }

    /** @return how many events were answered with 200 while the broker stood still; it goes on when this returns */
    private long away(Gateway pasar) throws Exception {
        signal("STOP");
        try {
            long taken = load.uncounted(pasar, away(LIVE_CONNECTIONS), NOTICE).ok();
            for (int connections : Settings.CONNECTIONS) {
                Run run = load.uncounted(pasar, away(connections), settings.stretch());
                results.closed(pasar.name(), away(connections).name(), run);
                taken += run.ok();
            }
            return taken;
        } finally {
            signal("CONT");
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        Machine.run(List.of("kill", "-" + name, String.valueOf(broker.pid())));
    }

    /** @return when the broker last had no more than this */
    private long awaitMore(Gateway pasar, long records) throws Exception {
        long looked = System.nanoTime();
        long deadline = looked + DRAINED_WITHIN.toNanos();
        for (long now = looked; offsets.records(pasar.topic()) <= records; now = System.nanoTime()) {
            pause(now, deadline);
            looked = now;
        }
        return looked;
    }

    private long awaitRecords(Gateway pasar, long records) throws Exception {
        long now = System.nanoTime();
        long deadline = now + DRAINED_WITHIN.toNanos();
        while (now < deadline && offsets.records(pasar.topic()) < records) {
            pause(now, deadline);
            now = System.nanoTime();
        }
        return System.nanoTime();
    }

    private static void pause(long now, long deadline) throws IOException, InterruptedException {
        if (now >= deadline) {
            throw new IOException("The broker gets nothing");
        }
        Thread.sleep(LOOK_EVERY_MILLIS);
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
