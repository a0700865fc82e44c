package io.pasar.replay;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.pasar.kafka.KafkaClients;
import io.pasar.replay.Replay.Range;
import io.pasar.replay.Replay.State;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out one replay from where it is: counts, then publishes partition by partition, each in its order. For one
 * thread.
 */
final class ReplayRun {

    /** Header of a record that was published again: the id of the replay, the last one if there were several. */
    static final String REPLAYED = "pasar_replayed";

    private static final Logger LOGGER = LoggerFactory.getLogger(ReplayRun.class);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration ASK_WITHIN = Duration.ofSeconds(5);
    private static final Duration CLOSE_CONSUMER_WITHIN = Duration.ofMillis(100);
    private static final long NOTE_EVERY = Duration.ofSeconds(2).toNanos();
    private static final int NOTE_AFTER = 1000;

    /** Bursts are no longer than this part of a second. */
    private static final int BURSTS_PER_SECOND = 20;

    private final KafkaClients clients;
    private final Producer<byte[], byte[]> producer;
    private final ReplayRecords records;
    private final Clock clock;
    private final BooleanSupplier goesOn;
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    private Replay replay;
    private List<Range> reached;
    private long published;
    private int sinceNote;
    private long notedAt;

    /** @param goesOn asked before every record; false if the replay is cancelled or no longer this replica's */
    ReplayRun(
            KafkaClients clients,
            Producer<byte[], byte[]> producer,
            ReplayRecords records,
            Clock clock,
            BooleanSupplier goesOn) {
        this.clients = clients;
        this.producer = producer;
        this.records = records;
        this.clock = clock;
        this.goesOn = goesOn;
    }

    /**
     * Returns when it is over, or not to go on here.
     *
     * @throws KafkaException if Kafka is away; it is to be tried again
     */
    void run(Replay from) {
        replay = from;
        reached = new ArrayList<>(from.ranges());
        published = from.published();
        notedAt = System.nanoTime();
        Consumer<byte[], byte[]> consumer = clients.consumer(settings());
        try {
            boolean whole = isThere(consumer) && count(consumer) && publish(consumer);
            if (whole) {
                end(State.DONE, null);
            } else if (records.isCancelled(replay.id())) {
                end(State.CANCELLED, null);
            }
        } catch (RetriableException e) {
            throw e;
        } catch (KafkaException e) {
            // As a class alone: what Kafka says of a record may name its key
            end(State.FAILED, "Kafka refuses: " + e.getClass().getSimpleName());
        } finally {
            consumer.close(CLOSE_CONSUMER_WITHIN);
        }
    }

    private static Map<String, Object> settings() {
        return Map.of(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 8 * 1024 * 1024);
    }

    /** A topic that was made anew would be waited for without end. */
    private boolean isThere(Consumer<byte[], byte[]> consumer) {
        if (!goesOn.getAsBoolean()) {
            return false;
        }
        List<TopicPartition> partitions =
                replay.ranges().stream().map(this::partition).toList();
        if (consumer.partitionsFor(replay.request().topic(), ASK_WITHIN).isEmpty()) {
            end(State.FAILED, "The topic is gone");
            return false;
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ASK_WITHIN);
        boolean whole = replay.ranges().stream().allMatch(range -> ends.get(partition(range)) >= range.end());
        if (!whole) {
            end(State.FAILED, "The topic was made anew");
        }
        return whole;
    }

    private boolean count(Consumer<byte[], byte[]> consumer) {
        if (replay.selected() != null) {
            return true;
        }
        long count = 0;
        for (Range range : replay.ranges()) {
            long position = range.first();
            while (position < range.end()) {
                if (!goesOn.getAsBoolean()) {
                    return false;
                }
                for (ConsumerRecord<byte[], byte[]> found : read(consumer, range, position)) {
                    count += isSelected(found, range) ? 1 : 0;
                }
                position = consumer.position(partition(range));
            }
        }
        replay = replay.counted(count, clock.instant());
        records.write(replay);
        return true;
    }

    private boolean publish(Consumer<byte[], byte[]> consumer) {
        if (replay.request().dryRun()) {
            return true;
        }
        RateLimiter limiter = limiter(replay.request().rate());
        for (int i = 0; i < reached.size(); i++) {
            Range range = reached.get(i);
            while (range.next() < range.end()) {
                for (ConsumerRecord<byte[], byte[]> found : read(consumer, range, range.next())) {
                    if (!goesOn.getAsBoolean()) {
                        note();
                        return false;
                    }
                    if (isSelected(found, range)) {
                        RateLimiter.waitForPermission(limiter);
                        send(found);
                    }
                    reached.set(i, range.at(found.offset() + 1));
                    noteNowAndThen();
                }
                range = range.at(consumer.position(partition(range)));
                reached.set(i, range);
                if (!goesOn.getAsBoolean()) {
                    note();
                    return false;
                }
            }
        }
        note();
        return true;
    }

    private Iterable<ConsumerRecord<byte[], byte[]>> read(
            Consumer<byte[], byte[]> consumer, Range range, long position) {
        TopicPartition partition = partition(range);
        if (!consumer.assignment().contains(partition)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, position);
        } else if (consumer.position(partition) != position) {
            // The count has read the same partition before
            consumer.seek(partition, position);
        }
        return consumer.poll(POLL);
    }

    private boolean isSelected(ConsumerRecord<byte[], byte[]> found, Range range) {
        return found.offset() < range.end() && replay.request().selection().takes(found);
    }

    private void send(ConsumerRecord<byte[], byte[]> found) {
        Headers headers = new RecordHeaders(found.headers().toArray());
        headers.remove(REPLAYED).add(REPLAYED, replay.id().getBytes(StandardCharsets.UTF_8));
        // With a time of its own: with the old one, retention could delete it at once
        producer.send(
                new ProducerRecord<>(replay.request().to(), null, null, found.key(), found.value(), headers),
                (metadata, e) -> {
                    if (e != null) {
                        failure.compareAndSet(null, e);
                    }
                });
        published++;
    }

    private void noteNowAndThen() {
        if (++sinceNote >= NOTE_AFTER || System.nanoTime() - notedAt >= NOTE_EVERY) {
            note();
        }
    }

    /** Only what Kafka has acknowledged counts. */
    private void note() {
        producer.flush();
        Exception failed = failure.get();
        if (failed instanceof KafkaException refusal) {
            throw refusal;
        }
        if (failed != null) {
            throw new KafkaException(failed);
        }
        sinceNote = 0;
        notedAt = System.nanoTime();
        replay = replay.advanced(List.copyOf(reached), published, clock.instant());
        records.write(replay);
    }

    private void end(State state, String reason) {
        replay = replay.ended(state, reason, clock.instant());
        records.write(replay);
        LOGGER.atInfo()
                .addKeyValue("replay", replay.id())
                .addKeyValue("topic", replay.request().topic())
                .addKeyValue("to", replay.request().to())
                .addKeyValue("selected", replay.selected())
                .addKeyValue("published", replay.published())
                .addKeyValue("state", state)
                .addKeyValue("reason", reason)
                .log("A replay has ended");
    }

    private TopicPartition partition(Range range) {
        return new TopicPartition(replay.request().topic(), range.partition());
    }

    private static RateLimiter limiter(int rate) {
        int burst = Math.max(1, rate / BURSTS_PER_SECOND);
        return RateLimiter.of(
                "replay",
                RateLimiterConfig.custom()
                        .limitForPeriod(burst)
                        .limitRefreshPeriod(
                                Duration.ofNanos(Duration.ofSeconds(1).toNanos() * burst / rate))
                        .timeoutDuration(Duration.ofSeconds(5))
                        .build());
    }
}
