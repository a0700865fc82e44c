package io.pasar.bench;

import io.netty.channel.epoll.Epoll;
import io.pasar.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** One run of the benchmark, from an empty directory to the table; see bench/README.md. */
public final class Benchmark {

    private static final int OPEN_LOOP_CONNECTIONS = 512;

    private final Settings settings;
    private final Results results;

    private Benchmark(Settings settings) {
        this.settings = settings;
        this.results = new Results(settings);
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.awt.headless", "true");
        Settings settings = Settings.fromSystemProperties();
        Benchmark benchmark = new Benchmark(settings);
        boolean counted = benchmark.run();
        System.exit(counted ? 0 : 1);
    }

    private boolean run() throws Exception {
        empty(settings.directory());
        try (Machine machine = new Machine(settings);
                Marketplace marketplace = new Marketplace()) {
            int plain = Ports.free();
            int delayed = Ports.free();
            Process broker = machine.broker(List.of(
                    settings.directory().resolve("broker").toString(),
                    String.valueOf(plain),
                    String.valueOf(Ports.free()),
                    String.valueOf(Ports.free()),
                    String.valueOf(delayed),
                    String.valueOf(Settings.DELAY_MILLIS)));
            try (Offsets offsets = new Offsets("127.0.0.1:" + plain)) {
                offsets.create(Gateways.rivalTopics());
                Gateways gateways = new Gateways(settings, machine, marketplace.url());
                if (settings.profiled()) {
                    new Profile(settings, gateways).run("127.0.0.1:" + plain, marketplace);
                    return true;
                }
                Load load = new Load(settings, offsets, results);
                if (Part.OF_ALL_GATEWAYS.stream().anyMatch(settings::wants)) {
                    measure(machine, gateways, marketplace, load, "127.0.0.1:" + plain);
                }
                if (settings.wants(Part.LATE_ACKNOWLEDGEMENTS)) {
                    delayed(machine, gateways, load, "127.0.0.1:" + delayed);
                }
                if (settings.wants(Part.OUTAGE)) {
                    outage(machine, gateways, marketplace, offsets, "127.0.0.1:" + plain, broker);
                }
            }
        }
        if (settings.wants(Part.STEPS)) {
            results.microbenchmarks(Microbenchmarks.run(settings));
        }
        results.write();
        return results.allCounted();
    }

    private void measure(Machine machine, Gateways gateways, Marketplace marketplace, Load load, String bootstrap)
            throws Exception {
        Gateway vertx = gateways.vertx(bootstrap, List.of());
        Gateway pasar = gateways.pasar("pasar", bootstrap, List.of());
        Gateway spring = gateways.spring(bootstrap);
        Gateway async = spring.variant(Gateway.SPRING_ASYNC, SpringMvc.ASYNC);
        Gateway camel = gateways.camel(bootstrap);
        List<Gateway> all = new ArrayList<>(List.of(vertx, pasar, spring, async, camel));
        if (Epoll.isAvailable()) {
            all.add(1, gateways.tunedVertx(bootstrap));
        }
        for (Gateway gateway : all) {
            gateways.awaitReady(gateway);
        }
        gateways.awaitRegistered(marketplace);
        System.out.printf("%d of %d accounts registered%n", marketplace.registrations(), settings.accounts());

        for (Gateway gateway : all) {
            load.warmUp(gateway);
        }
        for (boolean keepAlive : List.of(true, false)) {
            if (settings.wants(keepAlive ? Part.KEEP_ALIVE : Part.CONNECTION_PER_DELIVERY)) {
                for (int connections : Settings.CONNECTIONS) {
                    load.takeTurns(Scenario.of(connections, keepAlive), all);
                }
            }
        }
        if (settings.wants(Part.OPEN_LOOP)) {
            load.openInTurns(Scenario.of(OPEN_LOOP_CONNECTIONS, true), all);
        }
        for (Gateway rival : all) {
            if (rival != pasar && rival != vertx && rival.process().isAlive()) {
                machine.end(rival.process());
            }
        }
        if (settings.wants(Part.ACCOUNTS)) {
            accounts(load, pasar);
        }
        if (settings.wants(Part.HEAP)) {
            load.heap(pasar);
        }
        machine.end(pasar.process());
        machine.end(vertx.process());
    }

    private void accounts(Load load, Gateway pasar) throws Exception {
        Scenario one = new Scenario(Results.ONE_ACCOUNT, 32, true, 1);
        Scenario many = new Scenario(Results.MANY_ACCOUNTS, 32, true, settings.accounts());
        // What the gateway keeps of each account is made when its first event comes
        load.counted(pasar, many, settings.stretch().multipliedBy(2));
        for (int round = 0; round < settings.rounds(); round++) {
            load.closed(pasar, one);
            load.closed(pasar, many);
        }
    }

    private void delayed(Machine machine, Gateways gateways, Load load, String bootstrap) throws Exception {
        Gateway vertx = gateways.vertx(bootstrap, List.of());
        Gateway pasar = gateways.pasar("pasar-delayed", bootstrap, List.of());
        Gateway spring = gateways.spring(bootstrap);
        List<Gateway> all = List.of(vertx, pasar, spring, spring.variant(Gateway.SPRING_ASYNC, SpringMvc.ASYNC));
        for (Gateway gateway : all) {
            gateways.awaitReady(gateway);
        }
        for (Gateway gateway : all) {
            load.warmUp(gateway);
        }
        load.takeTurns(new Scenario(Results.DELAYED, 512, true, 1), all);
        for (Gateway gateway : all) {
            if (gateway.process().isAlive()) {
                machine.end(gateway.process());
            }
        }
    }

    private void outage(
            Machine machine,
            Gateways gateways,
            Marketplace marketplace,
            Offsets offsets,
            String bootstrap,
            Process broker)
            throws Exception {
        Gateway pasar = gateways.pasar("pasar-outage", bootstrap, List.of());
        gateways.awaitReady(pasar);
        gateways.awaitRegistered(marketplace);
        Load load = new Load(settings, offsets, results);
        load.warmUp(pasar);
        new Outage(settings, load, offsets, results, broker).run(pasar);
        machine.end(pasar.process());
    }

    private static void empty(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(directory);
    }
}
