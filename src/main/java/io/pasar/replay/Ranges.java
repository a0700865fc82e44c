package io.pasar.replay;

import io.pasar.replay.Replay.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Where the records lie that a selection takes. */
final class Ranges {

    private static final Duration ASK_WITHIN = Duration.ofSeconds(5);

    /**
     * What was never committed is not published again; a batch is bounded, since records may be large. Each partition
     * begins only when a fetch that waits at the end of the one before has returned.
     */
    static final Map<String, Object> READING = Map.of(
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
            8 * 1024 * 1024,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            50);

    private Ranges() {}

    /**
     * By partition, in their order; from what is there now, so that nothing that comes later belongs to it. The end is
     * never taken from a time: what the spool has handed on late stands behind later records, and is found only by
     * reading on.
     *
     * @throws UnknownTopicOrPartitionException if there is no such topic, or no such partition
     */
    static List<Range> of(Consumer<byte[], byte[]> consumer, String topic, Selection selection) {
        List<TopicPartition> partitions = partitions(consumer, topic, selection.partition());
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, ASK_WITHIN);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ASK_WITHIN);
        Map<TopicPartition, OffsetAndTimestamp> since = since(consumer, partitions, selection);
        List<Range> ranges = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            long end = ends.get(partition);
            if (selection.untilOffset() != null) {
                end = Math.min(end, selection.untilOffset());
            }
            long first = begins.get(partition);
            if (selection.fromOffset() != null) {
                first = Math.max(first, selection.fromOffset());
            }
            if (selection.from() != null) {
                OffsetAndTimestamp found = since.get(partition);
                first = found == null ? end : Math.max(first, found.offset());
            }
            first = Math.min(first, end);
            ranges.add(new Range(partition.partition(), first, first, end));
        }
        return ranges;
    }

    private static List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer, String topic, Integer only) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic, ASK_WITHIN).stream()
                .filter(info -> only == null || info.partition() == only)
                .map(info -> new TopicPartition(topic, info.partition()))
                .sorted(Comparator.comparingInt(TopicPartition::partition))
                .toList();
        if (partitions.isEmpty()) {
            throw new UnknownTopicOrPartitionException(topic + (only == null ? "" : "/" + only));
        }
        return partitions;
    }

    private static Map<TopicPartition, OffsetAndTimestamp> since(
            Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Selection selection) {
        if (selection.from() == null) {
            return Map.of();
        }
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, selection.from().toEpochMilli()));
        return consumer.offsetsForTimes(times, ASK_WITHIN);
    }
}
