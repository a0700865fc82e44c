package io.pasar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pasar.kafka.EmbeddedBroker;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/**
 * The delivered jar is killed, or its disk takes nothing more, under load and while Kafka is away: whatever it has
 * answered 200 is in Kafka in the end.
 */
class SpoolKilledIT {

    private static final Path JAR = Path.of("target", "pasar.jar").toAbsolutePath();
    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");
    private static final Duration START = Duration.ofMinutes(3);
    private static final int SENDERS = 8;
    private static final int ENOUGH = 1_000;

    @TempDir
    private Path directory;

    private final int kafkaPort = Ports.free();
    private final int ingestPort = Ports.free();
    private final Sender sender = new Sender(ingestPort);
    private final Set<String> taken = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final ExecutorService senders = Executors.newFixedThreadPool(SENDERS);

    @Test
    void losesNothingThatItHasAnswered200() throws Exception {
        // Given
        Process gateway = start();
        startSenders();

        // When
        gateway.destroyForcibly().waitFor();
        endSenders();
        gateway = start();

        // Then
        allTakenComeIntoKafka(gateway);
    }

    @Test
    void answers503WhileItsDiskTakesNothingAndTakesEventsAfterwards() throws Exception {
        assumeTrue(
                Files.isExecutable(PRLIMIT),
                "a limit on file sizes stands for a full disk, and only Linux has " + PRLIMIT);
        // Given
        Process gateway = start();
        startSenders();

        // When
        limitFiles(gateway, String.valueOf(logBytes() + 5_000));
        await().atMost(START).until(() -> refused.get() > 0);
        limitFiles(gateway, "0");
        int before = refused.get();
        await().atMost(START).until(() -> refused.get() >= before + 5 * SENDERS);
        int whileFull = taken.size();
        limitFiles(gateway, "unlimited");

        // Then
        await().atMost(START).until(() -> taken.size() >= whileFull + ENOUGH);
        endSenders();
        try (Stream<Path> files = Files.list(directory.resolve("data/spool"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("a torn write is no damage")
                    .noneMatch(name -> name.startsWith("damaged"));
        }
        allTakenComeIntoKafka(gateway);
    }

    /** What would make a file longer than this fails in the middle of a write, as it does on a full disk. */
    private static void limitFiles(Process process, String bytes) throws Exception {
        int end = new ProcessBuilder(PRLIMIT.toString(), "--pid=" + process.pid(), "--fsize=" + bytes + ":")
                .inheritIO()
                .start()
                .waitFor();
        assertThat(end).isZero();
    }

    /** Of the log that the spool is writing: the write that crosses the limit is torn. */
    private long logBytes() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("data/spool/db"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .mapToLong(file -> file.toFile().length())
                    .max()
                    .orElseThrow();
        }
    }

    private void startSenders() {
        for (int i = 0; i < SENDERS; i++) {
            String name = "sender-" + i;
            senders.execute(() -> sendUntilStopped(name));
        }
        await().atMost(START).until(() -> taken.size() >= ENOUGH);
    }

    private void endSenders() throws InterruptedException {
        stop.set(true);
        senders.shutdown();
        assertThat(senders.awaitTermination(START.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    private void allTakenComeIntoKafka(Process gateway) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), kafkaPort);
                KafkaClients clients = new KafkaClients(kafka(), broker.bootstrapServers())) {
            await().atMost(START).ignoreExceptions().untilAsserted(() -> assertThat(bodies(clients))
                    .containsAll(taken));
        } finally {
            gateway.destroyForcibly().waitFor();
        }
    }

    private void sendUntilStopped(String name) {
        for (int i = 0; !stop.get(); i++) {
            String body = "{\"data\":{\"order_code\":\"%s\",\"date\":%d}}".formatted(name, i);
            if (post(body) == 200) {
                taken.add(body);
            }
        }
    }

    private int post(String body) {
        try {
            HttpResponse<String> response = sender.send(sender.signed("tiki", "p77", "order", body.getBytes(UTF_8)));
            if (response.statusCode() == 503) {
                assertThat(response.headers().firstValue("Retry-After")).isPresent();
                refused.incrementAndGet();
            }
            return response.statusCode();
        } catch (Exception gone) {
            return 0;
        }
    }

    private static Set<String> bodies(KafkaClients clients) {
        return Records.in(clients, "pasar.tiki.order").stream()
                .map(record -> new String(record.value(), UTF_8))
                .collect(Collectors.toSet());
    }

    private KafkaConfiguration kafka() {
        return new KafkaConfiguration(
                "",
                Map.of(),
                Duration.ofSeconds(2),
                new KafkaConfiguration.Embedded(0),
                new KafkaConfiguration.Topics(2, (short) -1, Duration.ofDays(7), DataSize.ofMegabytes(2)));
    }

    private Process start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(GatewayProcess.JVM_OPTIONS);
        command.addAll(List.of("-Xmx256m", "-jar", JAR.toString()));
        command.addAll(List.of(
                "--server.port=0",
                "--pasar.data-dir=" + directory.resolve("data"),
                "--pasar.public-url=https://gw.example",
                "--pasar.ingest.port=" + ingestPort,
                // Room for a slow machine: what is asserted here is what becomes of an event, not how soon
                "--pasar.ingest.answer-within=10s",
                "--pasar.kafka.bootstrap-servers=127.0.0.1:" + kafkaPort,
                "--pasar.accounts[0].marketplace=tiki",
                "--pasar.accounts[0].id=p77",
                "--pasar.accounts[0].client-id=c",
                "--pasar.accounts[0].client-secret=s",
                "--pasar.accounts[0].webhook-secrets[0]=" + GatewayTest.TIKI_SECRET,
                "--pasar.accounts[0].events=order",
                "--pasar.accounts[0].warehouses=sgn3",
                "--pasar.marketplaces.tiki.api-url=http://127.0.0.1:9",
                "--pasar.marketplaces.tiki.token-url=http://127.0.0.1:9/token"));
        Process gateway = new ProcessBuilder(command)
                .directory(Files.createDirectories(directory.resolve("work")).toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        await().atMost(START).until(() -> !gateway.isAlive() || post("{}") == 200);
        assertThat(gateway.isAlive()).isTrue();
        return gateway;
    }
}
