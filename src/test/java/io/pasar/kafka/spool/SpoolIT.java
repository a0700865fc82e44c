package io.pasar.kafka.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.Ports;
import io.pasar.Records;
import io.pasar.SettableClock;
import io.pasar.kafka.EmbeddedBroker;
import io.pasar.kafka.FreezableProxy;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.TopicProvisioner;
import io.pasar.kafka.spool.SpoolStore.Aside;
import io.pasar.kafka.spool.SpoolStore.Change;
import io.pasar.kafka.spool.SpoolStore.Entry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** The spool before a real Kafka that freezes, goes and refuses. */
class SpoolIT {

    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final KafkaConfiguration.Topics TOPICS =
            new KafkaConfiguration.Topics(2, (short) -1, Duration.ofDays(9_999), DataSize.ofMegabytes(2));

    @TempDir
    private Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private FreezableProxy proxy;
    private EmbeddedBroker broker;
    private KafkaClients clients;
    private Spool spool;

    @BeforeEach
    void start() throws Exception {
        proxy = new FreezableProxy();
        startBroker(Ports.free());
        clients = new KafkaClients(
                new KafkaConfiguration(
                        "", Map.of(), Duration.ofMillis(300), new KafkaConfiguration.Embedded(0), TOPICS),
                "127.0.0.1:" + proxy.port());
        new TopicProvisioner(clients, TOPICS, List.of("orders", "stock")).provision(Duration.ofSeconds(60));
        open("1GB");
    }

    @AfterEach
    void stop() throws Exception {
        spool.close();
        clients.close();
        broker.close();
        proxy.close();
    }

    @Test
    void handsOnEachEventAsItIsAndThenHoldsItsKeyBackNoMore() throws Exception {
        // When
        put("a", "a1").get(20, TimeUnit.SECONDS);
        awaitDrained();

        // Then
        assertThat(in("orders")).singleElement().satisfies(found -> {
            ProducerRecord<byte[], byte[]> event = Events.of("orders", "a", "a1");
            assertThat(found.key()).isEqualTo(event.key());
            assertThat(found.value()).isEqualTo(event.value());
            assertThat(found.timestamp()).isEqualTo(event.timestamp());
            assertThat(found.headers()).isEqualTo(event.headers());
        });
        await().until(() -> !spool.goesFirst("orders", bytes("a")));
        assertThat(spool.status().bytes()).isZero();
        // Looked at now and then
        await().until(() -> spool.status().oldest() == null);
    }

    @Test
    void measuresWhatWaitsAndCountsWhatHasGone() throws Exception {
        // Given
        proxy.freeze();

        // When
        put("a", "a1").get(20, TimeUnit.SECONDS);
        put("b", "b1").get(20, TimeUnit.SECONDS);

        // Then
        assertThat(gauge("pasar.spool.events")).isEqualTo(2);
        assertThat(gauge("pasar.spool.size"))
                .isPositive()
                .isEqualTo(spool.status().bytes());
        assertThat(meters.counter("pasar.spool.spooled").count()).isEqualTo(2);
        assertThat(meters.counter("pasar.spool.drained").count()).isZero();

        // When
        proxy.thaw();
        awaitDrained();

        // Then
        await().untilAsserted(() ->
                assertThat(meters.counter("pasar.spool.drained").count()).isEqualTo(2));
        assertThat(gauge("pasar.spool.events")).isZero();
        assertThat(gauge("pasar.spool.size")).isZero();
    }

    /** What was only written would outlive a kill of this process, and not a loss of power. */
    @Test
    void saysThatItHasAnEventWhenTheDiskWasMadeToKeepIt() throws Exception {
        // Given
        proxy.freeze();

        for (int i = 1; i <= 3; i++) {
            // When
            long before = spool.syncs();
            put("a", "a" + i).get(20, TimeUnit.SECONDS);

            // Then
            assertThat(spool.syncs()).isGreaterThan(before);
        }
    }

    @Test
    void holdsBackTheKeysItHasAndNoOthersWhileKafkaIsFrozen() throws Exception {
        // Given
        proxy.freeze();

        // When
        put("a", "a1").get(20, TimeUnit.SECONDS);

        // Then
        assertThat(spool.goesFirst("orders", bytes("a"))).isTrue();
        assertThat(spool.goesFirst("orders", bytes("b"))).isFalse();
        assertThat(spool.goesFirst("stock", bytes("a"))).isFalse();

        // When
        Producer<byte[], byte[]> live = clients.getProducer(new Properties());
        live.send(Events.of("orders", "b", "live"));

        // Then
        await().until(() -> spool.goesFirst("orders", bytes("b")));

        // When
        proxy.thaw();

        // Then
        awaitDrained();
        await().until(() -> !spool.goesFirst("orders", bytes("b")));
        live.close();
    }

    @Test
    void keepsTheOrderOfEveryKeyWhileKafkaComesAndGoes() throws Exception {
        // Given
        Random random = new Random(1);
        Map<String, Integer> versions = new HashMap<>();
        List<CompletableFuture<Void>> taken = new ArrayList<>();

        // When
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1_500; i++) {
                String key = "key" + random.nextInt(20);
                taken.add(put(key, key + " " + versions.merge(key, 1, Integer::sum)));
            }
            if (round == 0) {
                proxy.freeze();
            } else if (round == 1) {
                proxy.thaw();
                broker.close();
                startBroker(broker.port());
            }
        }
        CompletableFuture.allOf(taken.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);

        // Then
        awaitDrained();
        Map<String, Integer> seen = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> each : in("orders")) {
            String[] value = new String(each.value(), UTF_8).split(" ");
            int version = Integer.parseInt(value[1]);
            assertThat(version)
                    .as("a repeat, or the next of " + value[0])
                    .isLessThanOrEqualTo(seen.getOrDefault(value[0], 0) + 1);
            seen.merge(value[0], version, Math::max);
        }
        assertThat(seen).isEqualTo(versions);
    }

    @Test
    void findsWhatItHadWhenItIsOpenedAnew() throws Exception {
        // Given
        proxy.freeze();
        for (int i = 0; i < 100; i++) {
            put("key" + i, "event " + i).get(20, TimeUnit.SECONDS);
        }

        // When
        spool.close();
        assertThatThrownBy(() -> put("a", "too late")).isInstanceOf(SpoolUnavailableException.class);
        open("1GB");

        // Then
        assertThat(spool.status().events()).isEqualTo(100);
        assertThat(spool.status().oldest()).isNotNull();
        assertThat(spool.goesFirst("orders", bytes("key99"))).isTrue();

        // When
        proxy.thaw();

        // Then
        awaitDrained();
        assertThat(values()).hasSize(100);
    }

    @Test
    void setsAsideWhatKafkaRefusesAndTriesItAgainWhenAsked() throws Exception {
        // Given: so from the beginning, since a broker tells of a change before it keeps to it
        create("limited", Map.of("max.message.bytes", "100000"));

        // When
        put(Events.of("limited", "a", "large " + "x".repeat(200_000))).get(20, TimeUnit.SECONDS);
        put(Events.of("limited", "a", "small")).get(20, TimeUnit.SECONDS);

        // Then
        awaitDrained();
        assertThat(values("limited")).containsExactly("small");
        SpoolStatus status = spool.status();
        assertThat(status.setAsideEvents()).isEqualTo(1);
        assertThat(gauge("pasar.spool.set.aside")).isEqualTo(1);
        assertThat(status.bytes()).isPositive();
        assertThat(status.setAside()).singleElement().satisfies(aside -> {
            assertThat(aside.topic()).isEqualTo("limited");
            assertThat(aside.key()).isEqualTo("a");
            assertThat(aside.ceId()).startsWith("id of large");
            assertThat(aside.reason()).isEqualTo("record-too-large");
        });

        // When
        spool.close();
        open("1GB");

        // Then
        assertThat(spool.status().setAside()).isEqualTo(status.setAside());

        // When
        set("limited", "max.message.bytes", "2000000");
        // Then
        await().atMost(RECOVERY).until(() -> {
            assertThat(spool.retrySetAside().get(20, TimeUnit.SECONDS)).isEqualTo(1);
            awaitDrained();
            return spool.status().setAsideEvents() == 0;
        });
        assertThat(values("limited")).hasSize(2);
        assertThat(spool.status().bytes()).isZero();
    }

    @Test
    void aBatchWithAnEventThatKafkaRefusesIsHandedOnWithoutItAndInOrder() throws Exception {
        // Given
        set("orders", "message.timestamp.after.max.ms", "3600000");
        put("a", "first").get(20, TimeUnit.SECONDS);
        awaitDrained();
        proxy.freeze();
        List<String> expected = new ArrayList<>(List.of("first"));

        // When
        for (int i = 0; i < 300; i++) {
            String value = i + " " + "x".repeat(1_000);
            if (i % 100 == 10) {
                put(new ProducerRecord<>("orders", null, Long.MAX_VALUE / 2, bytes("a"), bytes(value)));
            } else {
                put("a", value);
                expected.add(value);
            }
        }
        await().until(() -> spool.status().events() == 300);
        proxy.thaw();

        // Then
        awaitDrained();
        assertThat(values().stream().distinct()).containsExactlyElementsOf(expected);
        assertThat(spool.status().setAside()).hasSize(3).allSatisfy(aside -> assertThat(aside.reason())
                .startsWith("invalid-"));
    }

    @Test
    void setsAsideWhatItCannotRead() throws Exception {
        // Given
        spool.close();
        byte[] unknown = EventCodec.encode(Events.of("orders", "a", "of a newer version"));
        unknown[0]++;
        try (SpoolStore store = SpoolStore.open(directory.resolve("spool"));
                Change change = store.change()) {
            change.add(new Entry(1, 0, unknown.length, Instant.now()), unknown);
            change.write(true);
        }

        // When
        open("1GB");
        put("a", "a1").get(20, TimeUnit.SECONDS);

        // Then
        awaitDrained();
        assertThat(values()).containsExactly("a1");
        assertThat(spool.status().setAside()).singleElement().satisfies(aside -> {
            assertThat(aside.topic()).isNull();
            assertThat(aside.reason()).isEqualTo("serialization");
        });
    }

    @Test
    void takesEventsWhileItTriesAgainWhatIsSetAside() throws Exception {
        // Given
        spool.close();
        setAside(1_000);
        proxy.freeze();
        open("1GB");
        CompletableFuture<Long> moved = new CompletableFuture<>();
        CompletableFuture<Long> leftWhenTaken = new CompletableFuture<>();

        // When
        spool.put(Events.of("orders", "a", "a1"), taken -> {
            // Here, so that both are there before either is looked at
            spool.retrySetAside().thenAccept(moved::complete);
            put("b", "b1").thenRun(() -> leftWhenTaken.complete(spool.status().setAsideEvents()));
        });

        // Then
        assertThat(moved.get(20, TimeUnit.SECONDS)).isEqualTo(1_000);
        assertThat(leftWhenTaken.get(20, TimeUnit.SECONDS)).isGreaterThan(500);
        assertThat(spool.status().events()).isEqualTo(1_002);
        assertThat(spool.status().setAsideEvents()).isZero();
        assertThat(spool.status().setAside()).isEmpty();
        proxy.thaw();
        awaitDrained();
        assertThat(spool.status().bytes()).isZero();
    }

    @Test
    void goesOnWhenWhatFollowsAnEventFails() throws Exception {
        // When
        spool.put(Events.of("orders", "a", "a1"), taken -> {
            throw new StackOverflowError("made up");
        });

        // Then
        put("a", "a2").get(20, TimeUnit.SECONDS);
        awaitDrained();
        assertThat(values()).containsExactly("a1", "a2");
    }

    @Test
    void leavesNoEventWithoutAnAnswerWhenAnotherCannotBeWritten() throws Exception {
        // Given
        spool.close();
        SettableClock clock = new SettableClock();
        clock.set(Instant.now());
        open("1GB", clock);
        proxy.freeze();
        List<CompletableFuture<Void>> others = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> all = new CompletableFuture<>();

        // When
        spool.put(Events.of("orders", "a", "a1"), taken -> {
            // Here, so that all are written in one piece; no number stands for this time
            clock.set(Instant.MAX);
            others.add(put("a", "a2"));
            clock.set(Instant.now());
            others.add(put("b", "b1"));
            all.complete(null);
        });
        all.get(20, TimeUnit.SECONDS);

        // Then
        assertThat(others).allSatisfy(other -> assertThatThrownBy(() -> other.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(SpoolUnavailableException.class));
        assertThat(meters.counter("pasar.spool.refused", "reason", "broken").count())
                .isEqualTo(2);

        // When
        await().ignoreExceptionsInstanceOf(SpoolUnavailableException.class).until(() -> put("b", "b2")
                .handle((done, failure) -> failure == null)
                .get(20, TimeUnit.SECONDS));
        proxy.thaw();

        // Then
        awaitDrained();
        assertThat(values()).contains("a1", "b2").doesNotContain("a2");
    }

    @Test
    void takesNoMoreThanItMayHoldAndAgainWhenThereIsRoom() throws Exception {
        // Given
        spool.close();
        open("10KB");
        proxy.freeze();

        // When
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        put("a", "x".repeat(1_000)).get(20, TimeUnit.SECONDS);
                    }
                })
                .isInstanceOf(SpoolUnavailableException.class);

        // Then
        assertThat(spool.status().events()).isBetween(2L, 10L);
        assertThat(meters.get("pasar.spool.refused")
                        .tag("reason", "full")
                        .counter()
                        .count())
                .isPositive();

        // When
        proxy.thaw();

        // Then
        awaitDrained();
        put("a", "x".repeat(1_000)).get(20, TimeUnit.SECONDS);
    }

    @Test
    void tellsOfAnEventThatWaitsTooLongAndKeepsIt() throws Exception {
        // Given
        proxy.freeze();

        // When
        put("a", "a1").get(20, TimeUnit.SECONDS);

        // Then
        await().until(() -> spool.status().tooOld());
        assertThat(spool.status().events()).isEqualTo(1);
        assertThat(meters.get("pasar.spool.oldest.age").gauge().value()).isPositive();
        assertThat(new SpoolHealthIndicator(spool).health().getDetails())
                .containsEntry("tooOld", true)
                .containsKey("spoolingSince");
        proxy.thaw();
        awaitDrained();
    }

    private void setAside(int count) throws Exception {
        try (SpoolStore store = SpoolStore.open(directory.resolve("spool"));
                Change change = store.change()) {
            for (int i = 1; i <= count; i++) {
                byte[] event = EventCodec.encode(Events.of("orders", "a", "refused " + i));
                Entry entry = new Entry(i, KeyCounts.hash("orders", bytes("a")), event.length, Instant.now());
                change.setAside(new Aside(entry, "made-up", event));
            }
            change.write(true);
        }
    }

    private CompletableFuture<Void> put(String key, String value) {
        return put(Events.of("orders", key, value));
    }

    private CompletableFuture<Void> put(ProducerRecord<byte[], byte[]> event) {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        spool.put(event, failure -> {
            if (failure == null) {
                taken.complete(null);
            } else {
                taken.completeExceptionally(failure);
            }
        });
        return taken;
    }

    private void open(String maxSize) {
        open(maxSize, Clock.systemUTC());
    }

    private void open(String maxSize, Clock clock) {
        spool = new Spool(
                directory.resolve("spool"),
                new SpoolConfiguration(DataSize.parse(maxSize), Duration.ofMillis(1)),
                clients,
                new SpoolMetrics(meters),
                clock);
    }

    private void startBroker(int port) {
        broker = EmbeddedBroker.start(
                directory, port, Map.of("advertised.listeners", "CLIENT://127.0.0.1:" + proxy.port()));
        proxy.forwardTo(broker.port());
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    private void awaitDrained() {
        await().atMost(RECOVERY).until(() -> spool.status().events() == 0);
    }

    private void create(String topic, Map<String, String> configuration) throws Exception {
        try (Admin admin = clients.admin()) {
            admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1).configs(configuration)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private void set(String topic, String name, String value) throws Exception {
        try (Admin admin = clients.admin()) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            AlterConfigOp set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get(20, TimeUnit.SECONDS);
            await().until(() -> admin.describeConfigs(List.of(resource))
                    .all()
                    .get(20, TimeUnit.SECONDS)
                    .get(resource)
                    .get(name)
                    .value()
                    .equals(value));
        }
    }

    private List<String> values() {
        return values("orders");
    }

    private List<String> values(String topic) {
        return in(topic).stream().map(found -> new String(found.value(), UTF_8)).toList();
    }

    private List<ConsumerRecord<byte[], byte[]>> in(String topic) {
        return Records.in(clients, topic);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
