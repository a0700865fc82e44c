package io.pasar.bench;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts load on gateways and holds their answers against what the broker has. */
final class Load {

    private static final Duration HEAP_STRETCH = Duration.ofSeconds(10);

    /** What is compiled in the first is warm in the second. */
    private static final int LEAST_WARM_UPS = 2;

    private static final int MOST_WARM_UPS = 6;

    /** Of the CPU time of a request in the pass before: less than this is gained no more. */
    private static final double STEADY = 0.95;

    private static final Duration DRAINED_WITHIN = Duration.ofSeconds(10);
    private static final Duration COMPILED_WITHIN = Duration.ofSeconds(20);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration QUIET = Duration.ofMillis(50);

    private static final Scenario PEAK = Scenario.of(32, true);

    private final Settings settings;
    private final Offsets offsets;
    private final Results results;
    private final Map<String, ByteBuffer[]> requests = new HashMap<>();
    private long pasarRequests;

    Load(Settings settings, Offsets offsets, Results results) {
        this.settings = settings;
        this.offsets = offsets;
        this.results = results;
    }

    /** Until a request costs hardly less than in the pass before: some have much more code to compile than others. */
    void warmUp(Gateway gateway) throws Exception {
        int most = settings.shortForm() ? LEAST_WARM_UPS : MOST_WARM_UPS;
        double before = Double.MAX_VALUE;
        double cost = 0;
        for (int pass = 0; pass < most && (pass < LEAST_WARM_UPS || cost < before * STEADY); pass++) {
            before = pass == 0 ? before : cost;
            cost = warmUpOnce(gateway, settings.warmUp().dividedBy(LEAST_WARM_UPS));
            awaitCompiled(gateway);
        }
    }

    /** Microseconds of CPU time of a request. */
    private double warmUpOnce(Gateway gateway, Duration time) throws Exception {
        double cost = 0;
        for (int connections : Settings.CONNECTIONS) {
            cost = counted(gateway, Scenario.of(connections, true), time.dividedBy(2))
                    .cpuMicrosPerRequest();
        }
        counted(gateway, Scenario.of(32, false), time.dividedBy(4));
        return cost;
    }

    /** Under load the compilers get little of the cores; the rest they would do while something is measured. */
    private void awaitCompiled(Gateway gateway) throws InterruptedException {
        if (settings.shortForm()) {
            return;
        }
        long deadline = System.nanoTime() + COMPILED_WITHIN.toNanos();
        Duration used;
        do {
            Duration before = gateway.cpu();
            Thread.sleep(LOOK.toMillis());
            used = gateway.cpu().minus(before);
        } while (used.compareTo(QUIET) > 0 && System.nanoTime() < deadline);
    }

    /** Each round begins with another one, so that none always follows the same. */
    void takeTurns(Scenario scenario, List<Gateway> gateways) throws Exception {
        List<Gateway> order = new ArrayList<>(gateways);
        for (int round = 0; round < settings.rounds(); round++) {
            for (Gateway gateway : order) {
                closed(gateway, scenario);
            }
            Collections.rotate(order, 1);
        }
    }

    void closed(Gateway gateway, Scenario scenario) throws Exception {
        results.closed(gateway.name(), scenario.name(), counted(gateway, scenario, settings.stretch()));
    }

    void openInTurns(Scenario scenario, List<Gateway> gateways) throws Exception {
        List<Gateway> order = new ArrayList<>(gateways);
        for (int round = 0; round < settings.rounds(); round++) {
            for (Gateway gateway : order) {
                open(gateway, scenario);
            }
            Collections.rotate(order, 1);
        }
    }

    /** At half of the peak that it has just now: half of an earlier one may be anything where the machine's speed changes. */
    private void open(Gateway gateway, Scenario scenario) throws Exception {
        double peak = counted(gateway, PEAK, settings.stretch()).perSecond();
        long before = offsets.records(gateway.topic());
        Duration cpu = gateway.cpu();
        Run run = generator(gateway, scenario)
                .open(scenario.connections(), peak / 2, settings.openLoop())
                .withCpu(gateway.cpu().minus(cpu));
        count(gateway, "open loop", run, before);
        results.open(gateway.name(), peak / 2, run);
    }

    /** The rest of the requests that a gateway must get before its heap counts; looks at it half way and at the end. */
    void heap(Gateway pasar) throws Exception {
        if (settings.heapRequests() == 0) {
            return;
        }
        loadUntil(pasar, settings.heapRequests() / 2);
        long half = Heap.usedBytes(pasar.process());
        long halfRequests = pasarRequests;
        loadUntil(pasar, Math.max(settings.heapRequests(), halfRequests + settings.heapRequests() / 4));
        results.heap(halfRequests, half, pasarRequests, Heap.usedBytes(pasar.process()));
    }

    private void loadUntil(Gateway pasar, long requestCount) throws Exception {
        while (pasarRequests < requestCount) {
            counted(pasar, Scenario.of(512, true), HEAP_STRETCH);
        }
    }

    Run counted(Gateway gateway, Scenario scenario, Duration time) throws Exception {
        long before = offsets.records(gateway.topic());
        Run run = uncounted(gateway, scenario, time);
        count(gateway, scenario.name(), run, before);
        return run;
    }

    /** While the broker cannot be asked. */
    Run uncounted(Gateway gateway, Scenario scenario, Duration time) throws Exception {
        Duration cpu = gateway.cpu();
        return generator(gateway, scenario)
                .closed(scenario.connections(), time)
                .withCpu(gateway.cpu().minus(cpu));
    }

    private void count(Gateway gateway, String what, Run run, long before) throws Exception {
        long written = offsets.records(gateway.topic()) - before;
        long deadline = System.nanoTime() + DRAINED_WITHIN.toNanos();
        while (written < run.ok() && System.nanoTime() < deadline) {
            // What waited too long for Kafka was answered from the spool, and is a record soon
            Thread.sleep(LOOK.toMillis());
            written = offsets.records(gateway.topic()) - before;
        }
        results.counted(gateway.name(), what, run, written);
        if (gateway.name().equals(Gateway.PASAR)) {
            pasarRequests += run.ok();
        }
    }

    private Generator generator(Gateway gateway, Scenario scenario) {
        String kind = gateway.pathPrefix() + scenario.keepAlive() + scenario.accounts();
        return new Generator(
                gateway.port(),
                requests.computeIfAbsent(
                        kind,
                        missing -> Workload.requests(gateway.pathPrefix(), scenario.accounts(), scenario.keepAlive())),
                scenario.keepAlive());
    }
}
