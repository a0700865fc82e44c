package io.pasar.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pasar.kafka.EmbeddedBroker;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.TopicProvisioner;
import io.pasar.kafka.TopicReader;
import io.pasar.replay.Replay.State;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

/** Replays over one real broker: by one replica, and by one after another. */
class ReplaysIT {

    @TempDir
    static Path dataDir;

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Instant NOON = Instant.parse("2031-02-03T12:00:00Z");
    private static final Selection ALL = new Selection(null, null, null, null, null, null, null);
    private static final int FAST = 10_000;

    private static EmbeddedBroker broker;
    private static KafkaClients clients;
    private static Producer<byte[], byte[]> producer;
    private static int ids;

    private final String from = "pasar.tiki.order-" + ++ids;
    private final String to = "again-" + ids;
    private final List<Replays> replicas = new ArrayList<>();
    private Replays replays;

    @BeforeAll
    static void startKafka() {
        broker = EmbeddedBroker.start(dataDir, 0);
        clients = new KafkaClients(
                new KafkaConfiguration(
                        "", Map.of(), Duration.ofMillis(400), new KafkaConfiguration.Embedded(0), topics()),
                broker.bootstrapServers());
        producer = clients.producer(Map.of());
    }

    @AfterAll
    static void stopKafka() {
        producer.close();
        clients.close();
        broker.close();
    }

    @BeforeEach
    void start() {
        new TopicProvisioner(clients, topics(), List.of(from, to)).provision(SOON);
        replays = replica(id -> true);
    }

    @AfterEach
    void stop() {
        replicas.forEach(Replays::close);
    }

    @Test
    void publishesEveryRecordAgainAsItWasAndMarked() throws Exception {
        // Given
        fill(250);

        // When
        Replay begun = replays.begin(request(ALL, FAST, false));
        publish(999);

        // Then: what came later is not replayed
        Replay done = awaitEnd(replays, begun.id());
        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.selected()).isEqualTo(250);
        assertThat(done.published()).isEqualTo(250);
        assertThat(done.ranges()).allMatch(range -> range.next() == range.end());
        List<ConsumerRecord<byte[], byte[]>> copies = in(to);
        assertThat(copies.stream().map(ReplaysIT::text).sorted().toList())
                .isEqualTo(in(from).stream()
                        .filter(original -> !new String(original.key(), UTF_8).equals("a3/999"))
                        .map(original -> text(original) + " pasar_replayed=" + begun.id())
                        .sorted()
                        .toList());
    }

    @Test
    void onlyCountsInADryRun() throws Exception {
        // Given
        fill(100);

        // When
        Replay begun = replays.begin(request(account("a1"), FAST, true));

        // Then
        Replay done = awaitEnd(replays, begun.id());
        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.selected()).isEqualTo(25);
        assertThat(done.published()).isZero();
        assertThat(in(to)).isEmpty();
    }

    @Test
    void publishesTheChosenAccountInItsOrder() throws Exception {
        // Given
        fill(100);

        // When
        Replay begun = replays.begin(request(account("a1"), FAST, false));

        // Then
        assertThat(awaitEnd(replays, begun.id()).published()).isEqualTo(25);
        assertThat(in(to)).hasSize(25).allMatch(copy -> new String(copy.key(), UTF_8).startsWith("a1/"));
    }

    @Test
    void publishesTheChosenTimeWhereverTheSpoolHasPutIt() throws Exception {
        // Given: what waited in the spool stands behind later records
        for (int second : new int[] {0, 10, 20, 30, 15}) {
            producer.send(new ProducerRecord<>(
                            from, 0, NOON.plusSeconds(second).toEpochMilli(), "a/1".getBytes(UTF_8), new byte[] {
                                (byte) second
                            }))
                    .get();
        }
        Selection time = new Selection(NOON.plusSeconds(10), NOON.plusSeconds(20), null, null, null, null, null);

        // When
        Replay begun = replays.begin(request(time, FAST, false));

        // Then
        assertThat(awaitEnd(replays, begun.id()).selected()).isEqualTo(2);
        assertThat(in(to).stream().map(copy -> (int) copy.value()[0])).containsExactly(10, 15);
    }

    @Test
    void publishesTheChosenOffsets() throws Exception {
        // Given
        for (int i = 0; i < 10; i++) {
            producer.send(new ProducerRecord<>(from, 1, "a/1".getBytes(UTF_8), new byte[] {(byte) i}))
                    .get();
        }

        // When
        Replay begun = replays.begin(request(new Selection(null, null, 1, 3L, 6L, null, null), FAST, false));

        // Then
        assertThat(awaitEnd(replays, begun.id()).published()).isEqualTo(3);
        assertThat(in(to).stream().map(copy -> (int) copy.value()[0])).containsExactly(3, 4, 5);
    }

    @Test
    void anotherReplicaGoesOnWhenTheOneThatCarriedItOutIsGone() throws Exception {
        // Given
        fill(300);
        boolean[] alive = {true};
        Replays first = replica(id -> alive[0]);
        replays.close();
        Replay begun = first.begin(request(ALL, 20, false));
        await().atMost(SOON).until(() -> first.find(begun.id()).orElseThrow().published() > 0);

        // When: as after kill -9, what was published since its first note is noted nowhere
        Replay noted = first.find(begun.id()).orElseThrow();
        await().atMost(SOON).until(() -> in(to).size() > noted.published() + 5);
        alive[0] = false;
        first.close();
        forgetWhatCameAfter(noted);
        long before = in(to).size();
        Replays second = replica(id -> true);

        // Then
        await().atMost(SOON).until(() -> second.find(begun.id()).orElseThrow().state() == State.DONE);
        Replay done = second.find(begun.id()).orElseThrow();
        assertThat(before).isBetween(1L, 299L);
        assertThat(done.selected()).isEqualTo(300);
        assertThat(in(to)).hasSize((int) (before + 300 - noted.published()));
        assertThat(in(to).stream().map(copy -> new String(copy.key(), UTF_8)).distinct())
                .hasSize(300);
        assertThat(in(to)).allMatch(copy -> text(copy).endsWith("pasar_replayed=" + begun.id()));
    }

    @Test
    void endsWhenItIsCancelledAndStaysSo() throws Exception {
        // Given
        fill(100);
        Replay begun = replays.begin(request(ALL, 1, false));
        await().atMost(SOON).until(() -> replays.find(begun.id()).orElseThrow().published() > 0);

        // When: at a replica that does not carry it out
        Replays other = replica(id -> false);
        Replay cancelled = other.cancel(begun.id()).orElseThrow();

        // Then
        assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
        Replays third = replica(id -> true);
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(third.find(begun.id()).orElseThrow().state()).isEqualTo(State.CANCELLED));
        assertThat(in(to)).hasSizeLessThan(100);
    }

    @Test
    void failsWhenItsTopicIsGone() throws Exception {
        // Given
        fill(10);
        Replays nobodys = replica(id -> false);
        replays.close();
        Replay begun = nobodys.begin(request(ALL, FAST, false));

        // When
        try (var admin = clients.admin()) {
            admin.deleteTopics(List.of(from)).all().get();
        }
        Replays other = replica(id -> true);

        // Then
        Replay failed = awaitEnd(other, begun.id());
        assertThat(failed.state()).isEqualTo(State.FAILED);
        assertThat(failed.reason()).isEqualTo("The topic is gone");
        assertThat(in(to)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "pasar.tiki.order, pasar.commands, topic that only the gateway itself writes",
        "pasar.tiki.order, pasar.registrations, topic that only the gateway itself writes",
        "pasar.tiki.order, pasar.quarantine, topic that only the gateway itself writes",
        "pasar.tiki.order, a b, no name that a topic can have",
        "pasar.tiki.order, pasar.tiki.order, say same-topic=true",
        "pasar.quarantine, x, must be a topic of events",
        "others, x, must be a topic of events",
    })
    void refusesWhatWouldDoHarm(String topic, String target, String why) {
        assertThatThrownBy(() -> replays.begin(new ReplayRequest(topic, target, ALL, 1, false, false)))
                .isInstanceOf(ReplayRefusedException.class)
                .hasMessageContaining(why);
    }

    @Test
    void refusesRangesThatAreNone() {
        // Given
        Selection offsets = new Selection(null, null, null, 1L, null, null, null);
        Selection times = new Selection(NOON, NOON, null, null, null, null, null);

        // Then
        assertThatThrownBy(() -> replays.begin(request(offsets, 1, false)))
                .isInstanceOf(ReplayRefusedException.class)
                .hasMessageContaining("'partition'");
        assertThatThrownBy(() -> replays.begin(request(times, 1, false)))
                .isInstanceOf(ReplayRefusedException.class)
                .hasMessageContaining("not behind its beginning");
    }

    @Test
    void createsNoTopic() {
        // Given
        ReplayRequest nowhere = new ReplayRequest(from, "nowhere", ALL, 1, false, false);
        ReplayRequest nothing = new ReplayRequest("pasar.tiki.none", to, ALL, 1, false, false);

        // Then
        assertThatThrownBy(() -> replays.begin(nowhere)).isInstanceOf(UnknownTopicOrPartitionException.class);
        assertThatThrownBy(() -> replays.begin(nothing)).isInstanceOf(UnknownTopicOrPartitionException.class);
    }

    private static void forgetWhatCameAfter(Replay noted) {
        ReplayRecords records = new ReplayRecords(clients);
        records.start();
        records.write(noted);
        records.close();
    }

    private static KafkaConfiguration.Topics topics() {
        return new KafkaConfiguration.Topics(2, (short) -1, Duration.ofDays(7), DataSize.ofMegabytes(2));
    }

    private Replays replica(Predicate<String> mine) {
        Replays replica = new Replays(clients, mine, Clock.systemUTC());
        replicas.add(replica);
        replica.start();
        await().atMost(SOON).ignoreException(NotReadyException.class).until(() -> replica.all() != null);
        return replica;
    }

    private static Selection account(String account) {
        return new Selection(null, null, null, null, null, account, null);
    }

    private ReplayRequest request(Selection selection, int rate, boolean dryRun) {
        return new ReplayRequest(from, to, selection, rate, dryRun, false);
    }

    private static Replay awaitEnd(Replays replays, String id) {
        await().atMost(SOON)
                .until(() ->
                        replays.find(id).map(found -> found.state().isOver()).orElse(false));
        return replays.find(id).orElseThrow();
    }

    private void fill(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            publish(i);
        }
    }

    private void publish(int i) throws Exception {
        ProducerRecord<byte[], byte[]> event = new ProducerRecord<>(
                from, ("a" + i % 4 + "/" + i).getBytes(UTF_8), new byte[] {(byte) i, (byte) 0xff, '\n', '{', ' '});
        event.headers()
                .add("ce_id", ("id-" + i).getBytes(UTF_8))
                .add("content-type", "application/json".getBytes(UTF_8));
        producer.send(event).get();
    }

    private static List<ConsumerRecord<byte[], byte[]>> in(String topic) {
        return new TopicReader(clients, SOON).last(topic, 10_000);
    }

    private static String text(ConsumerRecord<byte[], byte[]> found) {
        StringBuilder text =
                new StringBuilder(new String(found.key(), UTF_8)).append(' ').append(Arrays.toString(found.value()));
        for (Header header : found.headers()) {
            text.append(' ').append(header.key()).append('=').append(new String(header.value(), UTF_8));
        }
        return text.toString();
    }
}
