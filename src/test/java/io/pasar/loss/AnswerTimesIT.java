package io.pasar.loss;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.pasar.loss.Ledger.Answer;
import io.pasar.loss.SteadySenders.Series;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long answers take, as their senders see it, while Kafka or other clients misbehave, and whether what was answered
 * 2xx is in Kafka in the end; by {@code mvn verify -Pchaos}. Trouble begins after a tenth of the requests and ends before
 * the last tenth, so both moments are in it. The rate is one at which two cores are mostly idle, senders and broker
 * included, once their code is compiled: the times are the gateway's, not those of a queue for the processor.
 */
@EnabledIfSystemProperty(named = "pasar.chaos", matches = "true")
class AnswerTimesIT {

    private static final Logger LOGGER = LoggerFactory.getLogger(AnswerTimesIT.class);

    private static final int PER_SECOND = 3_000;
    private static final Duration IN_TIME = Duration.ofMillis(500);
    private static final Duration AT_MOST = Duration.ofSeconds(1);
    private static final Duration DRAINED_WITHIN = Duration.ofMinutes(5);

    private static final int MOST_WARM_UPS = 10;
    private static final Duration WARM = Duration.ofMillis(50);

    private static final int FLOOD_AT_ONCE = 1_000;
    private static final long HEAP_NOISE = 8L * 1024 * 1024;

    private static final int IDLE_CONNECTIONS = 9_000;
    private static final int STALLED_BODIES = 300;
    private static final byte[] STALLED_BYTES = new byte[600_000];

    private final boolean inShort = Boolean.getBoolean("pasar.chaos.short");
    private final int requests = Integer.getInteger("pasar.chaos.requests", inShort ? 3_000 : 100_000);
    private final int warmUp = Math.max(5_000, requests / 5);
    private final boolean timed = Boolean.getBoolean("pasar.chaos.timed") && !inShort;

    @TempDir
    private Path directory;

    private String mode;

    @BeforeEach
    void name(TestInfo test) {
        mode = test.getTestMethod().orElseThrow().getName();
        assumeThat(!inShort || mode.equals("whileKafkaIsFrozen"))
                .as("one is enough for the short form")
                .isTrue();
    }

    @Test
    void whileAllIsWell() throws Exception {
        measure(field -> {}, field -> {});
    }

    @Test
    void whileKafkaIsFrozen() throws Exception {
        measure(field -> field.broker.freeze(), field -> field.broker.thaw());
    }

    @Test
    void whileKafkaIsKilled() throws Exception {
        measure(field -> field.broker.kill(), Field::startBroker);
    }

    @Test
    void whileKafkaRefusesConnections() throws Exception {
        measure(field -> field.toBroker.shut(), field -> field.toBroker.open());
    }

    @Test
    void whileKafkaRefusesEvents() throws Exception {
        // Of one replica: NOT_ENOUGH_REPLICAS
        measure(field -> minInSyncReplicas(field, OpType.SET), field -> minInSyncReplicas(field, OpType.DELETE));
    }

    @Test
    void whileKafkaIsOutOfDisk() throws Exception {
        measure(field -> field.broker.limitFiles(1), field -> {
            field.broker.kill();
            field.startBroker();
        });
    }

    @Test
    void whileKafkaIsSlow() throws Exception {
        measure(
                field -> field.toBroker.delay(Duration.ofMillis(200), Duration.ofMillis(2_000)),
                field -> field.toBroker.delay(Duration.ZERO, Duration.ZERO));
    }

    /** On a heap five times as large as all that bodies may hold. */
    @Test
    void whileOtherClientsTakeAllTheyCanGet() throws Exception {
        ExecutorService besiegers = Executors.newFixedThreadPool(2);
        List<SocketChannel> idle = new ArrayList<>();
        try {
            measure(
                    List.of("-Xmx320m", "-XX:+UseSerialGC"),
                    field -> {
                        besiegers.submit(() -> connectAndSayNothing(field.ingestPort(), idle));
                        besiegers.submit(() -> stallBodies(field));
                    },
                    field -> besiegers.shutdownNow());
        } finally {
            besiegers.shutdownNow();
            besiegers.awaitTermination(1, TimeUnit.MINUTES);
            for (SocketChannel channel : idle) {
                channel.close();
            }
        }
    }

    @Test
    void underMoreThanItMayTake() throws Exception {
        try (Field field = new Field(directory, List.of(), List.of("--pasar.ingest.max-in-flight=64"));
                SteadySenders senders = new SteadySenders(field.ledger, field.sellers, field.ingestPort())) {
            // Given
            field.start();
            senders.flood("w", requests, FLOOD_AT_ONCE).awaitEnd();
            long before = field.gateway.heapBytes();

            // When
            Series flood = senders.flood("m", requests, FLOOD_AT_ONCE);
            flood.awaitEnd();

            // Then
            long after = field.gateway.heapBytes();
            LOGGER.atInfo()
                    .addKeyValue("before", before)
                    .addKeyValue("after", after)
                    .log("Heap in use, bytes");
            inTime(flood);
            assertThat(byStatus(flood.answers())).containsKeys(200, 503);
            assertThat(after - before).as("growth of the heap").isLessThan(HEAP_NOISE);
            nothingLost(field);
        }
    }

    private void measure(Act begin, Act end) throws Exception {
        measure(List.of(), begin, end);
    }

    private void measure(List<String> jvmOptions, Act begin, Act end) throws Exception {
        try (Field field = new Field(directory, jvmOptions, List.of());
                SteadySenders senders = new SteadySenders(field.ledger, field.sellers, field.ingestPort())) {
            // Given
            field.start();
            warmUp(senders);

            // When
            Series measured = senders.steady("m", requests, PER_SECOND);
            measured.awaitSent(requests / 10);
            begin.on(field);
            measured.awaitSent(requests - requests / 10);
            end.on(field);
            measured.awaitEnd();

            // Then
            inTime(measured);
            if (timed) {
                assertThat(byStatus(measured.answers()).get(200))
                        .as("the spool takes what Kafka does not")
                        .isGreaterThan(requests * 9L / 10);
            }
            nothingLost(field);
        }
    }

    /**
     * Until the compilers of the gateway and of the senders have done most of their work: on few cores it takes them half a
     * minute, in which answers would wait for the processor. First and last over many connections, as senders open them when
     * answers come late, and then keep them. What the gateway does in trouble alone is compiled while it lasts.
     */
    private void warmUp(SteadySenders senders) {
        senders.flood("f", warmUp, FLOOD_AT_ONCE).awaitEnd();
        Duration late = AT_MOST;
        for (int i = 0; i < (timed ? MOST_WARM_UPS : 1) && late.compareTo(WARM) > 0; i++) {
            Series some = senders.steady("w" + i + "-", warmUp, PER_SECOND);
            some.awaitEnd();
            late = at(took(some), 0.99);
            LOGGER.atInfo().addKeyValue("p99", late).log("Warming up");
        }
        senders.flood("k", FLOOD_AT_ONCE, FLOOD_AT_ONCE).awaitEnd();
    }

    private static List<Duration> took(Series series) {
        return series.answers().stream().map(Answer::took).sorted().toList();
    }

    private void inTime(Series series) {
        List<Duration> took = took(series);
        Map<Integer, Long> byStatus = byStatus(series.answers());
        LOGGER.atInfo()
                .addKeyValue("mode", mode)
                .addKeyValue("answers", took.size())
                .addKeyValue("accepted", byStatus.getOrDefault(200, 0L))
                .addKeyValue("503s", byStatus.getOrDefault(503, 0L))
                .addKeyValue("p50", at(took, 0.5))
                .addKeyValue("p99", at(took, 0.99))
                .addKeyValue("p99.9", at(took, 0.999))
                .addKeyValue("max", at(took, 1))
                .log("Answers");
        assertThat(series.mistakes()).isEmpty();
        assertThat(took).hasSize(requests);
        if (timed) {
            assertThat(at(took, 0.999)).as("99.9 %").isLessThanOrEqualTo(IN_TIME);
            assertThat(at(took, 1)).as("the longest").isLessThanOrEqualTo(AT_MOST);
        }
    }

    private static void nothingLost(Field field) throws IOException {
        assertThat(Checker.summary(field.violations(DRAINED_WITHIN))).isEmpty();
    }

    private static Map<Integer, Long> byStatus(Collection<Answer> answers) {
        return answers.stream().collect(Collectors.groupingBy(Answer::status, Collectors.counting()));
    }

    private static Duration at(List<Duration> sorted, double part) {
        return sorted.get((int) Math.ceil(sorted.size() * part) - 1);
    }

    private static void minInSyncReplicas(Field field, OpType change) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + field.toBroker.port()))) {
            List<AlterConfigOp> two = List.of(new AlterConfigOp(new ConfigEntry("min.insync.replicas", "2"), change));
            Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
            field.sellers.forEach(
                    seller -> changes.put(new ConfigResource(ConfigResource.Type.TOPIC, seller.topic()), two));
            admin.incrementalAlterConfigs(changes).all().get(1, TimeUnit.MINUTES);
        }
    }

    private static Void connectAndSayNothing(int port, List<SocketChannel> idle) throws IOException {
        for (int i = 0; i < IDLE_CONNECTIONS; i++) {
            idle.add(SocketChannel.open(new InetSocketAddress("127.0.0.1", port)));
        }
        return null;
    }

    /** Bodies that arrive to their half, without end: each that is cut is followed by another. */
    private static Void stallBodies(Field field) throws IOException, InterruptedException {
        Webhook webhook = Webhook.genuine(field.sellers.get(0), "stalled", 0);
        byte[] head = ("POST " + webhook.path() + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
                .getBytes(ISO_8859_1);
        Deque<Socket> stalled = new ArrayDeque<>();
        try {
            while (true) {
                Socket socket = new Socket("127.0.0.1", field.ingestPort());
                stalled.add(socket);
                if (stalled.size() > STALLED_BODIES) {
                    stalled.remove().close();
                }
                try {
                    socket.getOutputStream().write(head);
                    socket.getOutputStream().write(STALLED_BYTES);
                } catch (SocketException cut) {
                    // As it should be
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    private interface Act {
        void on(Field field) throws Exception;
    }
}
