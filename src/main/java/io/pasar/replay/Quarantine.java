package io.pasar.replay;

import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.kafka.Topics;
import io.pasar.replay.Replay.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** What is in quarantine. Safe for use by many threads; each call has a consumer of its own. */
public final class Quarantine {

    private static final Duration WITHIN = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(100);

    /** Of bodies, so that no page fills the heap. */
    private static final long MOST_BYTES = 8L * 1024 * 1024;

    private final KafkaClients clients;
    private final Replays replays;

    Quarantine(KafkaClients clients, Replays replays) {
        this.clients = clients;
        this.replays = replays;
    }

    /** Where a list goes on. */
    public record Position(int partition, long offset) {}

    /** @param releasedBy the id of a release that has published it; null if none has */
    public record Listed(Quarantined delivery, String releasedBy) {}

    /** @param next where the list goes on; null if this is its end */
    public record Page(List<Listed> deliveries, Position next) {}

    /**
     * Partition by partition, each in its order; all deliveries of an account lie in one. A page may be shorter than
     * asked for, even empty, and not be the last.
     *
     * @param from where the page before said to go on; null for the beginning
     * @throws NotReadyException if it is not known yet what was released
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer
     */
    public Page list(Selection chosen, Position from, int most) {
        Consumer<byte[], byte[]> consumer = clients.consumer(Ranges.READING);
        try {
            return new Reading(consumer, chosen, most).page(from);
        } catch (InterruptException e) {
            throw new KafkaUnavailableException("Interrupted while reading", e);
        } finally {
            consumer.close(POLL);
        }
    }

    private final class Reading {

        private final Consumer<byte[], byte[]> consumer;
        private final Selection chosen;
        private final int most;
        private final long deadline = System.nanoTime() + WITHIN.toNanos();
        private final List<Listed> found = new ArrayList<>();
        private long bytes;

        private Reading(Consumer<byte[], byte[]> consumer, Selection chosen, int most) {
            this.consumer = consumer;
            this.chosen = chosen;
            this.most = most;
        }

        private Page page(Position from) {
            for (Range range : Ranges.of(consumer, Topics.QUARANTINE, chosen)) {
                if (from == null || range.partition() >= from.partition()) {
                    Position next = read(range, begin(range, from));
                    if (next != null) {
                        return new Page(found, next);
                    }
                }
            }
            return new Page(found, null);
        }

        private static long begin(Range range, Position from) {
            return from != null && range.partition() == from.partition()
                    ? Math.max(range.first(), from.offset())
                    : range.first();
        }

        /** Null at the end of the range. */
        private Position read(Range range, long begin) {
            TopicPartition partition = new TopicPartition(Topics.QUARANTINE, range.partition());
            consumer.assign(List.of(partition));
            consumer.seek(partition, begin);
            long next = begin;
            while (next < range.end()) {
                if (System.nanoTime() >= deadline) {
                    return new Position(range.partition(), next);
                }
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
                    if (found.size() == most || bytes >= MOST_BYTES) {
                        return new Position(range.partition(), each.offset());
                    }
                    take(each);
                }
                next = consumer.position(partition, WITHIN);
            }
            return null;
        }

        private void take(ConsumerRecord<byte[], byte[]> each) {
            Quarantined delivery = Quarantined.of(each);
            if (delivery != null && chosen.takes(delivery)) {
                found.add(new Listed(delivery, replays.releasedBy(delivery).orElse(null)));
                bytes += delivery.body().length;
            }
        }
    }
}
