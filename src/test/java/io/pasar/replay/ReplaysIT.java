package io.pasar.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.pasar.inbound.QuarantineRelease.Original;
import io.pasar.inbound.QuarantineRelease.Outcome;
import io.pasar.kafka.EmbeddedBroker;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.TopicProvisioner;
import io.pasar.kafka.TopicReader;
import io.pasar.replay.Quarantine.Listed;
import io.pasar.replay.Quarantine.Page;
import io.pasar.replay.Quarantine.Position;
import io.pasar.replay.Replay.Range;
import io.pasar.replay.Replay.Skipped;
import io.pasar.replay.Replay.State;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Replays over one real broker: by one replica, and by one after another. */
class ReplaysIT {

    @TempDir
    static Path dataDir;

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Instant NOON = Instant.parse("2031-02-03T12:00:00Z");
    private static final Selection ALL = Selection.ofEvents(null, null, null, null, null, null, null);
    private static final int FAST = 10_000;

    /** So that a hundred are not over before a slow machine has looked. */
    private static final int SLOW = 4;

    private static EmbeddedBroker broker;
    private static KafkaClients clients;
    private static Producer<byte[], byte[]> producer;
    private static int ids;

    private final String from = "pasar.tiki.order-" + ++ids;
    private final String to = "again-" + ids;
    private final List<Replays> replicas = new ArrayList<>();
    private final List<String> redelivered = new CopyOnWriteArrayList<>();
    private volatile String refused = "";
    private volatile boolean mine = true;
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
        replays = replica(id -> mine);
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
    void publishesNoFasterThanItsRate() throws Exception {
        // Given
        fill(30);
        long begin = System.nanoTime();

        // When
        Replay begun = replays.begin(request(ALL, 20, false));
        Replay done = awaitEnd(replays, begun.id());

        // Then
        assertThat(done.published()).isEqualTo(30);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(1_300));
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
        Selection time = Selection.ofEvents(NOON.plusSeconds(10), NOON.plusSeconds(20), null, null, null, null, null);

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
        Replay begun = replays.begin(request(Selection.ofEvents(null, null, 1, 3L, 8L, null, null), 2, false));

        // Then
        assertThat(awaitEnd(replays, begun.id()).published()).isEqualTo(5);
        List<ConsumerRecord<byte[], byte[]>> copies = in(to);
        assertThat(copies.stream().map(copy -> (int) copy.value()[0])).containsExactly(3, 4, 5, 6, 7);
        // The first comes at any time within its half second, and waits until it is known where to send it
        assertThat(copies.get(4).timestamp() - copies.get(1).timestamp())
                .as("two in a second: 1500 ms, but for a late second one")
                .isGreaterThanOrEqualTo(500);
    }

    @Test
    void anotherReplicaGoesOnWhenTheOneThatCarriedItOutIsGone() throws Exception {
        // Given
        fill(150);
        Replay begun = replays.begin(request(ALL, SLOW, false));
        Replay noted = awaitPublished(begun.id());

        // When: as after kill -9, what was published since its first note is noted nowhere
        await().atMost(SOON).until(() -> in(to).size() > noted.published() + 5);
        mine = false;
        replays.close();
        forgetWhatCameAfter(noted);
        long before = in(to).size();
        Replays second = replica(id -> true);

        // Then
        await().atMost(SOON).until(() -> second.find(begun.id()).orElseThrow().state() == State.DONE);
        Replay done = second.find(begun.id()).orElseThrow();
        assertThat(before).isBetween(1L, 149L);
        assertThat(done.selected()).isEqualTo(150);
        assertThat(in(to)).hasSize((int) (before + 150 - noted.published()));
        assertThat(in(to).stream().map(copy -> new String(copy.key(), UTF_8)).distinct())
                .hasSize(150);
        assertThat(in(to)).allMatch(copy -> text(copy).endsWith("pasar_replayed=" + begun.id()));
    }

    @Test
    void endsWhenItIsCancelledAndStaysSo() throws Exception {
        // Given
        fill(100);
        Replay begun = replays.begin(request(ALL, 1, false));
        awaitPublished(begun.id());

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
    void failsWhenTheTopicItGoesToIsGone() throws Exception {
        // Given
        fill(10);
        mine = false;
        Replay begun = replays.begin(request(ALL, FAST, false));

        // When
        try (var admin = clients.admin()) {
            admin.deleteTopics(List.of(to)).all().get();
        }
        mine = true;

        // Then
        Replay failed = awaitEnd(replays, begun.id());
        assertThat(failed.state()).isEqualTo(State.FAILED);
        assertThat(failed.reason()).isEqualTo("The topic that it goes to is gone");
    }

    @Test
    void failsWhenWhatItHasCountedIsGoneBeforeItsTurn() throws Exception {
        // Given
        fill(100);
        Replay begun = replays.begin(request(ALL, SLOW, false));
        awaitPublished(begun.id());
        mine = false;
        replays.close();

        // When: as retention does
        try (var admin = clients.admin()) {
            admin.deleteRecords(Map.of(
                            new TopicPartition(from, 0), RecordsToDelete.beforeOffset(-1),
                            new TopicPartition(from, 1), RecordsToDelete.beforeOffset(-1)))
                    .all()
                    .get();
        }

        // Then
        Replay failed = awaitEnd(replica(id -> true), begun.id());
        assertThat(failed.state()).isEqualTo(State.FAILED);
        assertThat(failed.published()).isBetween(1L, 99L);
        assertThat(failed.reason())
                .isEqualTo("%d of 100 were gone when their turn came".formatted(100 - failed.published()));
    }

    @Test
    void saysWhichRecordKafkaRefuses() throws Exception {
        // Given
        try (var admin = clients.admin()) {
            NewTopic small = new NewTopic(to + "-small", 1, (short) 1)
                    .configs(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "20000"));
            admin.createTopics(List.of(small)).all().get();
            // Created is a topic before the broker tells of it
            await().ignoreExceptions().until(() -> admin.describeTopics(List.of(small.name()))
                    .allTopicNames()
                    .get()
                    .containsKey(small.name()));
        }
        producer.send(new ProducerRecord<>(from, 1, "a/1".getBytes(UTF_8), new byte[10]))
                .get();
        producer.send(new ProducerRecord<>(from, 1, "a/1".getBytes(UTF_8), new byte[30_000]))
                .get();

        // When
        Replay begun = replays.begin(ReplayRequest.ofEvents(from, to + "-small", ALL, FAST, false, false));

        // Then
        Replay failed = awaitEnd(replays, begun.id());
        assertThat(failed.state()).isEqualTo(State.FAILED);
        assertThat(failed.reason()).isEqualTo("Kafka refuses partition 1, offset 1: RecordTooLargeException");
    }

    @Test
    void endsBehindATransactionAndLeavesOutWhatWasNeverCommitted() throws Exception {
        // Given
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrapServers(),
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                from);
        try (var other = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            other.initTransactions();
            other.beginTransaction();
            other.send(new ProducerRecord<>(from, 0, "a/aborted".getBytes(UTF_8), new byte[1]))
                    .get();
            other.abortTransaction();
            other.beginTransaction();
            other.send(new ProducerRecord<>(from, 0, "a/committed".getBytes(UTF_8), new byte[1]))
                    .get();
            other.commitTransaction();
        }
        // The producer knows of a commit before readers do; each transaction ends with a record of Kafka's own
        await().atMost(SOON).until(() -> committedEnd(new TopicPartition(from, 0)) == 4);

        // When
        Replay begun = replays.begin(request(ALL, FAST, false));

        // Then
        Replay done = awaitEnd(replays, begun.id());
        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.ranges()).allMatch(range -> range.next() == range.end());
        assertThat(in(to)).extracting(copy -> new String(copy.key(), UTF_8)).containsExactly("a/committed");
    }

    @Test
    void failsWhenItsTopicGoesWhileItRuns() throws Exception {
        // Given: each partition is read when its turn comes
        fill(40);
        replays.close();
        CountDownLatch gone = new CountDownLatch(1);
        replays = replica(id -> !isRunning(id) || isOpen(gone));
        Replay begun = replays.begin(request(ALL, FAST, false));
        await().atMost(SOON).until(() -> isRunning(begun.id()));

        // When
        try (var admin = clients.admin()) {
            admin.deleteTopics(List.of(from)).all().get();
        }
        gone.countDown();

        // Then
        Replay failed = awaitEnd(replays, begun.id());
        assertThat(failed.state()).isEqualTo(State.FAILED);
        assertThat(failed.reason()).isEqualTo("The topic is gone");
        assertThat(failed.published()).as("of the first partition").isBetween(1L, 39L);
    }

    /** And not one of another test. */
    private boolean isRunning(String id) {
        return replays.find(id)
                .filter(found -> found.state() == State.RUNNING
                        && found.request().topic().equals(from))
                .isPresent();
    }

    private static boolean isOpen(CountDownLatch latch) {
        try {
            return latch.await(SOON.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void isNotOverWhenItsReplicaIsStoppedOrItsProducerReplaced() throws Exception {
        // Given
        fill(10);
        mine = false;
        Replay begun = replays.begin(request(ALL, FAST, false));
        ReplayRecords records = new ReplayRecords(clients);
        records.write(begun);
        Producer<byte[], byte[]> replaced = clients.producer(Map.of());
        replaced.close();

        // When
        assertThatThrownBy(() -> run(begun, records, replaced)).isInstanceOf(KafkaException.class);
        // A stop interrupts what does not end in time
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> run(begun, records, producer)).isInstanceOf(KafkaException.class);
        assertThat(Thread.interrupted()).isTrue();
        records.close();

        // Then
        assertThat(awaitEnd(replica(id -> true), begun.id()).state()).isEqualTo(State.DONE);
    }

    @Test
    void countsOnFromWhereAnotherWas() throws Exception {
        // Given: what has been counted cannot be told from one more count, unless it was another number
        fill(100);
        mine = false;
        Replay begun = replays.begin(request(ALL, FAST, true));
        List<Range> reached = begun.ranges().stream()
                .map(range -> range.at(range.first() + 10))
                .toList();
        ReplayRecords records = new ReplayRecords(clients);
        records.write(begun.advanced(reached, 7, 0, Skipped.NONE, Instant.now()));
        records.close();

        // Then
        assertThat(awaitEnd(replica(id -> true), begun.id()).selected()).isEqualTo(87);
    }

    @Test
    void staysOverWhateverAFormerReplicaWrites() throws Exception {
        // Given
        fill(10);
        Replay begun = replays.begin(request(ALL, FAST, false));
        awaitEnd(replays, begun.id());

        // When: it was frozen, and comes to
        ReplayRecords former = new ReplayRecords(clients);
        former.write(begun);
        former.close();

        // Then: also for those who start when compaction has left only the last word
        await().atMost(SOON).untilAsserted(() -> {
            List<ConsumerRecord<byte[], byte[]>> words = in("pasar.replays").stream()
                    .filter(word -> new String(word.key(), UTF_8).equals(begun.id()))
                    .toList();
            assertThat(new String(words.get(words.size() - 1).value(), UTF_8)).contains("\"state\":\"done\"");
        });
        assertThat(replays.find(begun.id()).orElseThrow().state()).isEqualTo(State.DONE);
        assertThat(in(to)).hasSize(10);
    }

    @Test
    void releasesWhatIsRightOnceAndTellsSo() throws Exception {
        // Given
        quarantine("right-1", "wrong-1", "right-2", "unwanted-1");

        // When
        Replay looked = awaitEnd(replays, replays.begin(release(true, false)).id());
        // Then
        assertThat(looked.state()).isEqualTo(State.DONE);
        assertThat(looked.selected()).isEqualTo(2);
        assertThat(looked.skipped()).isEqualTo(new Skipped(1, 1, 0));
        assertThat(redelivered).isEmpty();

        // When
        Replay released = awaitEnd(replays, replays.begin(release(false, false)).id());
        // Then
        assertThat(released.published()).isEqualTo(2);
        assertThat(redelivered).containsExactly("right-1", "right-2");

        // When: at a replica that had no part in it
        replays.close();
        Replays other = replica(id -> true);
        Replay second = awaitEnd(other, other.begin(release(false, false)).id());
        // Then
        assertThat(second.selected()).isZero();
        assertThat(second.skipped()).isEqualTo(new Skipped(1, 1, 2));
        assertThat(redelivered).hasSize(2);
        assertThat(listed(other))
                .extracting(Listed::releasedBy)
                .containsExactly(released.id(), null, released.id(), null);

        // When
        Replay again = awaitEnd(other, other.begin(release(false, true)).id());
        // Then
        assertThat(again.published()).isEqualTo(2);
        assertThat(redelivered).hasSize(4);
    }

    @Test
    void releasesOnWhereAnotherReplicaHasDied() throws Exception {
        // Given
        quarantine(IntStream.range(0, 100).mapToObj(i -> "right-" + i).toArray(String[]::new));
        Replay begun = replays.begin(ReplayRequest.release(ofAccount(), SLOW, false, false));
        Replay noted = awaitPublished(begun.id());

        // When: between its two notes, what is released and how far it is
        mine = false;
        replays.close();
        forgetWhatCameAfter(noted);
        int before = redelivered.size();
        Replay done = awaitEnd(replica(id -> true), begun.id());

        // Then
        assertThat(before).isLessThan(100);
        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.published()).isEqualTo(100);
        assertThat(redelivered).doesNotHaveDuplicates().hasSize(100);
    }

    @Test
    void goesOnWithAReleaseWhenEventsAreTakenAgain() throws Exception {
        // Given
        quarantine(IntStream.range(0, 100).mapToObj(i -> "right-" + i).toArray(String[]::new));
        refused = "right-3";

        // When
        Replay begun = replays.begin(ReplayRequest.release(ofAccount(), 5, false, false));
        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        replays.find(begun.id()).orElseThrow().reason())
                .isEqualTo("KafkaUnavailableException"));
        // When
        refused = "";
        // Then
        await().atMost(SOON).untilAsserted(() -> {
            Replay goesOn = replays.find(begun.id()).orElseThrow();
            assertThat(goesOn.state()).isEqualTo(State.RUNNING);
            assertThat(goesOn.published()).isGreaterThan(4);
            assertThat(goesOn.reason()).isNull();
        });
        assertThat(redelivered).doesNotHaveDuplicates().startsWith("right-0", "right-1", "right-2", "right-3");
        replays.cancel(begun.id());
    }

    @Test
    void listsTheQuarantinePageByPage() throws Exception {
        // Given
        quarantine("right-1", "right-2", "right-3", "right-4", "right-5");
        Quarantine quarantine = new Quarantine(clients, replays);
        List<String> bodies = new ArrayList<>();

        // When
        Position next = null;
        do {
            Page page = quarantine.list(ofAccount(), next, 2);
            assertThat(page.deliveries()).hasSizeLessThanOrEqualTo(2);
            page.deliveries()
                    .forEach(one -> bodies.add(new String(one.delivery().body(), UTF_8)));
            next = page.next();
        } while (next != null);

        // Then
        assertThat(bodies).containsExactly("right-1", "right-2", "right-3", "right-4", "right-5");
    }

    @Test
    void refusesWhatWouldDoHarm() {
        assertRefused("pasar.tiki.order", "pasar.commands", "topic that only the gateway itself writes");
        assertRefused("pasar.tiki.order", "pasar.registrations", "topic that only the gateway itself writes");
        assertRefused("pasar.tiki.order", "pasar.quarantine", "topic that only the gateway itself writes");
        assertRefused("pasar.tiki.order", "__consumer_offsets", "topic of Kafka itself");
        assertRefused("pasar.tiki.order", "a b", "no name that a topic can have");
        assertRefused("pasar.tiki.order", "..", "no name that a topic can have");
        assertRefused("pasar.tiki.order", "pasar.tiki.order", "say same-topic=true");
        assertRefused("pasar.quarantine", "x", "must be a topic of events");
        assertRefused("others", "x", "must be a topic of events");
        assertRefused(Selection.ofEvents(null, null, null, 1L, null, null, null), "'partition'");
        assertRefused(Selection.ofEvents(NOON, NOON, null, null, null, null, null), "not behind its beginning");
        assertRefused(Selection.ofEvents(null, null, 1, 7L, 7L, null, null), "not behind its beginning");
    }

    private void assertRefused(String topic, String target, String why) {
        assertRefused(ReplayRequest.ofEvents(topic, target, ALL, 1, false, false), why);
    }

    private void assertRefused(Selection none, String why) {
        assertRefused(request(none, 1, false), why);
    }

    private void assertRefused(ReplayRequest request, String why) {
        assertThatThrownBy(() -> replays.begin(request))
                .isInstanceOf(ReplayRefusedException.class)
                .hasMessageContaining(why);
    }

    @Test
    void createsNoTopic() {
        // Given
        ReplayRequest nowhere = ReplayRequest.ofEvents(from, "nowhere", ALL, 1, false, false);
        ReplayRequest nothing = ReplayRequest.ofEvents("pasar.tiki.none", to, ALL, 1, false, false);

        // Then
        assertThatThrownBy(() -> replays.begin(nowhere)).isInstanceOf(UnknownTopicOrPartitionException.class);
        assertThatThrownBy(() -> replays.begin(nothing)).isInstanceOf(UnknownTopicOrPartitionException.class);
    }

    private void run(Replay replay, ReplayRecords records, Producer<byte[], byte[]> with) {
        RateLimiter unlimited = RateLimiter.ofDefaults("test");
        new ReplayRun(clients, new Republishing(with, replay, unlimited), records, Clock.systemUTC(), () -> true)
                .run(replay);
    }

    private Selection ofAccount() {
        return Selection.inQuarantine(null, null, "tiki", to, null, null);
    }

    private ReplayRequest release(boolean dryRun, boolean again) {
        return ReplayRequest.release(ofAccount(), 20, dryRun, again);
    }

    private List<Listed> listed(Replays replica) {
        return new Quarantine(clients, replica).list(ofAccount(), null, 100).deliveries();
    }

    /** In place of the route that deliveries came by. */
    private CompletableFuture<Outcome> redelivered(Original original, String release) {
        String body = new String(original.body(), UTF_8);
        if (body.startsWith("wrong")) {
            return CompletableFuture.completedFuture(Outcome.REJECTED);
        }
        if (body.startsWith("unwanted")) {
            return CompletableFuture.completedFuture(Outcome.UNWANTED);
        }
        if (release == null) {
            return CompletableFuture.completedFuture(Outcome.VERIFIED);
        }
        if (body.equals(refused)) {
            return CompletableFuture.completedFuture(Outcome.FAILED);
        }
        redelivered.add(body);
        return CompletableFuture.completedFuture(Outcome.RELEASED);
    }

    private void quarantine(String... bodies) throws Exception {
        for (String body : bodies) {
            ProducerRecord<byte[], byte[]> delivery =
                    new ProducerRecord<>("pasar.quarantine", ("tiki/" + to).getBytes(UTF_8), body.getBytes(UTF_8));
            delivery.headers()
                    .add("pasar_reason", "wrong-signature".getBytes(UTF_8))
                    .add("pasar_marketplace", "tiki".getBytes(UTF_8))
                    .add("pasar_account", to.getBytes(UTF_8))
                    .add("pasar_event_kind", "order".getBytes(UTF_8))
                    .add("pasar_received_at", "2031-02-03T12:00:00Z".getBytes(UTF_8));
            producer.send(delivery).get();
        }
    }

    /** And lets the rest take no time. */
    private static void forgetWhatCameAfter(Replay noted) {
        ReplayRequest slow = noted.request();
        ReplayRequest fast = new ReplayRequest(
                slow.topic(), slow.to(), slow.selection(), FAST, slow.dryRun(), slow.sameTopic(), slow.again());
        ReplayRecords records = new ReplayRecords(clients);
        records.start();
        records.write(new Replay(
                noted.id(),
                fast,
                noted.state(),
                noted.ranges(),
                noted.selected(),
                noted.published(),
                noted.skipped(),
                noted.startedAt(),
                noted.updatedAt(),
                noted.reason()));
        records.close();
    }

    private static KafkaConfiguration.Topics topics() {
        return new KafkaConfiguration.Topics(2, (short) -1, Duration.ofDays(7), DataSize.ofMegabytes(2));
    }

    private Replays replica(Predicate<String> mine) {
        Replays replica = new Replays(clients, this::redelivered, mine, Clock.systemUTC());
        replicas.add(replica);
        replica.start();
        await().atMost(SOON).ignoreException(NotReadyException.class).until(() -> replica.all() != null);
        return replica;
    }

    private static Selection account(String account) {
        return Selection.ofEvents(null, null, null, null, null, account, null);
    }

    private ReplayRequest request(Selection selection, int rate, boolean dryRun) {
        return ReplayRequest.ofEvents(from, to, selection, rate, dryRun, false);
    }

    /** As it is noted first. */
    private Replay awaitPublished(String id) {
        return await().atMost(SOON).until(() -> replays.find(id).orElseThrow(), noted -> noted.published() > 0);
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

    private static long committedEnd(TopicPartition partition) throws Exception {
        try (var admin = clients.admin()) {
            return admin.listOffsets(
                            Map.of(partition, OffsetSpec.latest()),
                            new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                    .partitionResult(partition)
                    .get()
                    .offset();
        }
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
