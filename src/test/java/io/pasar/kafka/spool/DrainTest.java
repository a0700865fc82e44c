package io.pasar.kafka.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaStartException;
import io.pasar.kafka.LiveSends;
import io.pasar.kafka.spool.Drain.Settled;
import io.pasar.kafka.spool.Drain.Verdict;
import io.pasar.kafka.spool.SpoolStore.Change;
import io.pasar.kafka.spool.SpoolStore.Entry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.ArgumentMatchers;

class DrainTest {

    private final MockProducer<byte[], byte[]> kafka =
            new MockProducer<>(false, new ByteArraySerializer(), new ByteArraySerializer());
    private final Queue<Settled> settled = new ArrayDeque<>();
    private final KafkaClients clients = NoKafka.clients();
    private final MissingTopics missingTopics = new MissingTopics(clients::admin, Duration.ofDays(1));
    private final LiveSends live = mock(LiveSends.class);
    private final MockProducer<byte[], byte[]> renewed =
            new MockProducer<>(false, new ByteArraySerializer(), new ByteArraySerializer());
    private final Iterator<Supplier<Producer<byte[], byte[]>>> producers = List.<Supplier<Producer<byte[], byte[]>>>of(
                    () -> kafka, this::missingFile, () -> renewed)
            .iterator();
    private final Drain drain = drain();

    @TempDir
    private Path directory;

    private boolean mayBeMissing;
    private SpoolStore store;
    private long end = 1;

    private Drain drain() {
        when(live.budget()).thenReturn(Duration.ofMillis(400));
        when(live.latency()).thenReturn(Duration.ZERO);
        return new Drain(() -> producers.next().get(), live, missingTopics, settled::add);
    }

    private Producer<byte[], byte[]> missingFile() {
        if (!mayBeMissing) {
            return producers.next().get();
        }
        throw new KafkaStartException("pasar.kafka.properties: truststore.p12 is missing");
    }

    @BeforeEach
    void open() {
        store = SpoolStore.open(directory);
    }

    @AfterEach
    void close() {
        store.close();
        missingTopics.close();
        clients.close();
    }

    @Test
    void sendsManyAtOnceAndEachOnce() throws Exception {
        // Given
        add("a1", "b1", "a2");

        // When
        drain.send(store, end);

        // Then
        assertThat(sent()).containsExactly("a1", "b1", "a2");

        // When
        kafka.completeNext();
        drain.send(store, end);

        // Then
        assertThat(settle()).containsExactly("1 DRAINED");
        assertThat(kafka.history()).hasSize(3);
        assertThat(drain.isIdle()).isFalse();
    }

    @Test
    void sendsNothingMoreAfterAFailureUntilAllHasEnded() throws Exception {
        // Given
        add("a1", "b1");
        drain.send(store, end);
        kafka.errorNext(new KafkaException("closed"));
        add("a2");

        // When
        drain.send(store, end);

        // Then
        assertThat(sent()).containsExactly("a1", "b1");
        assertThat(kafka.closed()).isTrue();

        // When
        assertThat(settle()).containsExactly("1 AGAIN");
        drain.send(store, end);

        // Then
        assertThat(drain.isReady(end)).isFalse();
        assertThat(sent()).containsExactly("a1", "b1");

        // When
        kafka.completeNext();
        assertThat(settle()).containsExactly("2 DRAINED");
        remove(2);
        await().until(() -> drain.isReady(end));
        drain.send(store, end);

        // Then
        assertThat(sent()).containsExactly("a1", "b1", "a1", "a2");
    }

    @Test
    void waitsWhereThereCanBeNoProducerNow() throws Exception {
        // Given
        mayBeMissing = true;
        add("a1");
        drain.send(store, end);
        kafka.errorNext(new KafkaException("closed"));
        settle();
        await().until(() -> drain.isReady(end));

        // When
        drain.send(store, end);

        // Then
        assertThat(drain.isReady(end)).isFalse();
        assertThat(sent()).containsExactly("a1");

        // When
        await().until(() -> drain.isReady(end));
        drain.send(store, end);

        // Then
        assertThat(sent()).containsExactly("a1", "a1");
    }

    @Test
    void lacksNothingThatFailedWhileItWasSent() throws Exception {
        // Given
        kafka.sendException = new TimeoutException("Topic orders not present in metadata after 0 ms.");
        add("a1", "a2");

        // When
        drain.send(store, end);
        assertThat(settle()).containsExactly("1 AGAIN");
        kafka.sendException = null;
        await().until(() -> drain.isReady(end));
        drain.send(store, end);

        // Then
        assertThat(sent()).containsExactly("a1", "a2");
    }

    static List<RuntimeException> refusals() {
        return List.of(new RecordTooLargeException(), new TopicAuthorizationException("orders"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void letsTheOthersPassOneThatIsRefusedForGood(RuntimeException refusal) throws Exception {
        // Given
        add("a1", "a2");
        drain.send(store, end);

        // When
        kafka.errorNext(refusal);
        kafka.completeNext();

        // Then
        assertThat(settle()).containsExactly("1 REFUSED", "2 DRAINED");
        assertThat(drain.isFailing()).isFalse();
    }

    @Test
    void knowsNothingOfWhatWasSentBeforeItBeganAnew() throws Exception {
        // Given
        add("a1");
        drain.send(store, end);
        drain.restart();
        drain.send(store, end);

        // When
        kafka.completeNext();
        kafka.completeNext();

        // Then
        assertThat(settle()).containsExactly("1 STALE", "1 DRAINED");
        assertThat(drain.isIdle()).isTrue();
    }

    @Test
    void doesNotWaitForATopicThatIsNotComing() throws Exception {
        // Given
        KafkaFutureImpl<Map<String, TopicDescription>> unknown = new KafkaFutureImpl<>();
        unknown.completeExceptionally(new UnknownTopicOrPartitionException());
        DescribeTopicsResult result = mock(DescribeTopicsResult.class);
        when(result.allTopicNames()).thenReturn(unknown);
        Admin admin = mock(Admin.class);
        when(admin.describeTopics(ArgumentMatchers.<Collection<String>>any(), any()))
                .thenReturn(result);
        MissingTopics gone = new MissingTopics(() -> admin, Duration.ZERO);
        Drain impatient = new Drain(() -> kafka, live, gone, settled::add);
        add("a1", "a2");

        // When
        kafka.sendException = new TimeoutException("Topic orders not present in metadata after 0 ms.");
        impatient.send(store, end);
        await().until(() -> !settled.isEmpty());
        Verdict first = impatient.settle(settled.remove());
        await().until(() -> gone.contains("orders") && impatient.isReady(end));
        impatient.send(store, end);

        // Then
        assertThat(first).isEqualTo(Verdict.AGAIN);
        assertThat(settled).hasSize(2).allSatisfy(each -> {
            assertThat(impatient.settle(each)).isEqualTo(Verdict.REFUSED);
            assertThat(Refusal.reason(each.failure())).isEqualTo("unknown-topic-or-partition");
        });
        gone.close();
    }

    @Test
    void sendsMoreAtOnceUntilLiveEventsWaitAndThenLittle() throws Exception {
        // Given
        add(IntStream.range(0, 10_000).mapToObj(i -> "a" + i).toArray(String[]::new));

        // Then
        await().pollInterval(Duration.ofMillis(20)).until(() -> sentAtOnce() > 200);

        // When
        when(live.latency()).thenReturn(Duration.ofMillis(101));

        // Then
        await().pollInterval(Duration.ofMillis(20)).until(() -> sentAtOnce() <= 32);
        assertThat(sentAtOnce()).isEqualTo(32);

        // When
        when(live.latency()).thenReturn(Duration.ofMillis(100));

        // Then
        await().pollInterval(Duration.ofMillis(20)).until(() -> sentAtOnce() > 64);
    }

    /** How much it has under way after all that was so before has ended. */
    private int sentAtOnce() throws Exception {
        while (kafka.completeNext()) {
            settle();
        }
        int before = kafka.history().size();
        drain.send(store, end);
        return kafka.history().size() - before;
    }

    @Test
    void isNotHeldUpByTheFailureOfWhatItHasForgotten() throws Exception {
        // Given
        add("a1");
        drain.send(store, end);
        drain.restart();

        // When
        kafka.errorNext(new KafkaException("closed"));
        drain.send(store, end);

        // Then
        assertThat(settle()).containsExactly("1 STALE", "1 AGAIN");
        await().until(() -> drain.isReady(end));
        drain.send(store, end);
        assertThat(sent()).containsExactly("a1", "a1");
    }

    @Test
    void isNotFreedByTheLateFailureOfWhatItHasForgotten() throws Exception {
        // Given
        add("a1");
        drain.send(store, end);
        drain.restart();
        kafka.sendException = new TimeoutException("Topic orders not present in metadata after 0 ms.");
        drain.send(store, end);
        kafka.sendException = null;
        add("a2");

        // When
        kafka.errorNext(new TimeoutException("late"));
        drain.send(store, end);

        // Then
        assertThat(sent()).containsExactly("a1");
        assertThat(settle()).containsExactly("1 AGAIN", "1 STALE");
    }

    /** Its producer may soon be replaced: what the new one sends would overtake what the old one has not. */
    @Test
    void sendsNothingMoreWhenNothingHasEndedForLong() throws Exception {
        // Given
        add("a1");
        drain.send(store, end);
        add("a2");

        // When
        await().until(() -> !drain.isReady(end));
        drain.send(store, end);

        // Then
        assertThat(sent()).containsExactly("a1");

        // When
        kafka.completeNext();
        settle();
        drain.send(store, end);

        // Then
        assertThat(sent()).containsExactly("a1", "a2");
    }

    private void add(String... values) throws Exception {
        try (Change change = store.change()) {
            for (String value : values) {
                ProducerRecord<byte[], byte[]> event = Events.of("orders", value.substring(0, 1), value);
                byte[] encoded = EventCodec.encode(event);
                change.add(
                        new Entry(end++, KeyCounts.hash(event.topic(), event.key()), encoded.length, Instant.EPOCH),
                        encoded);
            }
            change.write(false);
        }
    }

    private void remove(long sequence) throws Exception {
        try (Change change = store.change()) {
            change.remove(sequence);
            change.write(false);
        }
    }

    private List<String> settle() {
        List<String> verdicts = new ArrayList<>();
        for (Settled each = settled.poll(); each != null; each = settled.poll()) {
            Verdict verdict = drain.settle(each);
            verdicts.add(each.entry().sequence() + " " + verdict);
        }
        return verdicts;
    }

    private List<String> sent() {
        return Stream.of(kafka, renewed)
                .flatMap(each -> each.history().stream())
                .map(event -> new String(event.value(), UTF_8))
                .toList();
    }
}
