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

    void warmUp(Gateway gateway) throws Exception {
        for (int connections : Settings.CONNECTIONS) {
            counted(gateway, Scenario.of(connections, true), settings.warmUp().dividedBy(2));
        }
        counted(gateway, Scenario.of(32, false), settings.warmUp().dividedBy(4));
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

    void open(Gateway gateway, Scenario scenario, double perSecond, Duration time) throws Exception {
        long before = offsets.records(gateway.topic());
        Run run = generator(gateway, scenario).open(scenario.connections(), perSecond, time);
        count(gateway, "open loop", run, before);
        results.open(gateway.name(), perSecond, run);
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

    private Run counted(Gateway gateway, Scenario scenario, Duration time) throws Exception {
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
        results.counted(gateway.name(), what, run, offsets.records(gateway.topic()) - before);
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
