package io.pasar.kafka;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Looks at the newest records of a topic. Safe for use by many threads; each call has a consumer of its own. */
public final class TopicReader {

    private static final Duration POLL = Duration.ofMillis(100);

    private static final Comparator<ConsumerRecord<byte[], byte[]>> OLDEST_FIRST =
            Comparator.<ConsumerRecord<byte[], byte[]>>comparingLong(ConsumerRecord::timestamp)
                    .thenComparingInt(ConsumerRecord::partition)
                    .thenComparingLong(ConsumerRecord::offset);

    private final KafkaClients clients;
    private final Duration within;

    /** @param within longest time one call may take */
    public TopicReader(KafkaClients clients, Duration within) {
        this.clients = clients;
        this.within = within;
    }

    /**
     * The newest records of a topic, newest last; fewer than asked for where there are no more, where compaction has
     * removed some, or where the time was over, and none where the topic does not exist. Holds at most that many in
     * memory.
     *
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer in time, or refuses
     */
    public List<ConsumerRecord<byte[], byte[]>> last(String topic, int count) {
        long deadline = System.nanoTime() + within.toNanos();
        Consumer<byte[], byte[]> consumer = clients.consumer(settings());
        try {
            List<TopicPartition> partitions = consumer.partitionsFor(topic, until(deadline)).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            if (partitions.isEmpty() || count <= 0) {
                return List.of();
            }
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, until(deadline));
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, until(deadline));
            consumer.assign(partitions);
            ends.forEach((partition, end) -> consumer.seek(partition, Math.max(begins.get(partition), end - count)));
            return newest(consumer, ends, count, deadline);
        } catch (InterruptException e) {
            throw new KafkaUnavailableException("Interrupted while reading", e);
        } finally {
            consumer.close(POLL);
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> newest(
            Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends, int count, long deadline) {
        PriorityQueue<ConsumerRecord<byte[], byte[]>> newest = new PriorityQueue<>(OLDEST_FIRST);
        while (!reached(consumer, ends) && System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> found : consumer.poll(POLL)) {
                newest.add(found);
                if (newest.size() > count) {
                    newest.remove();
                }
            }
        }
        return newest.stream().sorted(OLDEST_FIRST).toList();
    }

    private static Duration until(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    private static Map<String, Object> settings() {
        // Records may be large, and only the newest are kept
        return Map.of(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 8 * 1024 * 1024);
    }

    private static boolean reached(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }
}
