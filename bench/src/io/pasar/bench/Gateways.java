package io.pasar.bench;

import io.pasar.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Starts those who compete, against one broker, and waits until they take requests. */
final class Gateways {

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration REGISTRATION = Duration.ofSeconds(300);
    private static final String PASAR_TOPIC = "pasar.tiki.order";

    private final Settings settings;
    private final Machine machine;
    private final String marketplaceUrl;

    Gateways(Settings settings, Machine machine, String marketplaceUrl) {
        this.settings = settings;
        this.machine = machine;
        this.marketplaceUrl = marketplaceUrl;
    }

    Gateway vertx(String bootstrapServers, List<String> options) throws IOException {
        return rival(Gateway.VERTX, "bench.vertx", BareVertx.class, bootstrapServers, options);
    }

    /** With what Pasar's port has on Linux. */
    Gateway tunedVertx(String bootstrapServers) throws IOException {
        return rival(
                Gateway.VERTX_TUNED,
                "bench.vertx",
                BareVertx.class,
                bootstrapServers,
                List.of("-D" + BareVertx.TUNED + "=true"));
    }

    Gateway spring(String bootstrapServers) throws IOException {
        return rival(Gateway.SPRING_BLOCKING, "bench.spring", SpringMvc.class, bootstrapServers, List.of());
    }

    Gateway camel(String bootstrapServers) throws IOException {
        return rival(Gateway.CAMEL, "bench.camel", NaiveCamel.class, bootstrapServers, List.of());
    }

    static List<String> rivalTopics() {
        return List.of("bench.vertx", "bench.spring", "bench.camel");
    }

    private Gateway rival(String name, String topic, Class<?> main, String bootstrapServers, List<String> options)
            throws IOException {
        int port = Ports.free();
        Process process = machine.rival(main, options, List.of(String.valueOf(port), bootstrapServers, topic));
        return new Gateway(name, port, topic, process);
    }

    /** The real jar with its own routes and many accounts, whoever of them gets events. */
    Gateway pasar(String file, String bootstrapServers, List<String> options) throws IOException {
        int port = Ports.free();
        Process process = machine.pasar(
                file,
                options,
                List.of(
                        "--pasar.accounts-dir=" + accounts(),
                        "--server.port=" + Ports.free(),
                        "--server.address=127.0.0.1",
                        "--pasar.public-url=https://bench.example",
                        "--pasar.data-dir=" + settings.directory().resolve(file),
                        "--pasar.ingest.port=" + port,
                        "--pasar.ingest.address=127.0.0.1",
                        "--pasar.kafka.bootstrap-servers=" + bootstrapServers,
                        "--pasar.kafka.topics.partitions=" + Settings.PARTITIONS,
                        "--pasar.marketplaces.tiki.api-url=" + marketplaceUrl,
                        "--pasar.marketplaces.tiki.token-url=" + marketplaceUrl + "/token",
                        // By default 10,000 accounts take half an hour, and every competitor would be measured beside
                        // it
                        "--pasar.marketplaces.tiki.requests-per-second=0"));
        return new Gateway(Gateway.PASAR, port, PASAR_TOPIC, process);
    }

    /** In a file of the folder for them, as so many should be: Spring keeps what application.yaml says in memory too. */
    private Path accounts() throws IOException {
        StringBuilder yaml = new StringBuilder();
        for (int i = 0; i < settings.accounts(); i++) {
            yaml.append(
                    """
                    - marketplace: tiki
                      id: %s
                      client-id: bench
                      client-secret: bench-client-secret
                      webhook-secrets: ["%s"]
                      events: [order]
                      warehouses: [sgn3]
                    """
                            .formatted(Workload.account(i), Workload.secret(i)));
        }
        Path folder = Files.createDirectories(settings.directory().resolve("accounts"));
        Files.writeString(folder.resolve("all.yaml"), yaml);
        return folder;
    }

    /** @throws IOException with the end of its log, if it does not come up */
    void awaitReady(Gateway gateway) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        Generator probe = null;
        do {
            if (!gateway.process().isAlive() || System.nanoTime() > deadline) {
                throw new IOException(gateway.name() + " did not start; see " + settings.directory());
            }
            Thread.sleep(200);
            probe = new Generator(gateway.port(), Workload.requests(gateway.pathPrefix(), 1, false), false);
        } while (probe.closed(1, Duration.ofMillis(1)).ok() == 0);
    }

    /**
     * So that it is measured as it runs from then on: registered and quiet.
     *
     * @throws IOException if that takes too long: whatever were measured then would be something else
     */
    void awaitRegistered(Marketplace marketplace) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + REGISTRATION.toNanos();
        while (marketplace.registrations() < settings.accounts()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("Only %d of %d accounts were registered in %d s"
                        .formatted(marketplace.registrations(), settings.accounts(), REGISTRATION.toSeconds()));
            }
            Thread.sleep(200);
        }
    }
}
