package io.pasar.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Asks for records without haste. While a broker answers every fetch with an error (one whose disk is full, say), Kafka's
 * own consumer asks it again at once for as long as a poll lasts: each would take what is left of the processor, here and
 * at the broker, until the broker is well.
 */
class PacedConsumer<K, V> extends KafkaConsumer<K, V> {

    /** Long enough for a broker that is near to answer. */
    private static final long AT_ONCE = Duration.ofMillis(10).toNanos();

    /** By so much a record may come later to a consumer that had nothing to read. */
    private static final long PAUSE = Duration.ofMillis(90).toNanos();

    PacedConsumer(Map<String, Object> settings) {
        super(settings);
    }

    @Override
    public ConsumerRecords<K, V> poll(Duration timeout) {
        return poll(super::poll, timeout);
    }

    static <K, V> ConsumerRecords<K, V> poll(Function<Duration, ConsumerRecords<K, V>> kafka, Duration timeout) {
        long until = System.nanoTime() + timeout.toNanos();
        long left = timeout.toNanos();
        while (true) {
            ConsumerRecords<K, V> records = kafka.apply(Duration.ofNanos(Math.max(0, Math.min(left, AT_ONCE))));
            left = until - System.nanoTime();
            if (!records.isEmpty() || left <= 0) {
                return records;
            }
            // Returns early when interrupted, which the next poll then tells
            LockSupport.parkNanos(Math.min(left, PAUSE));
            left = until - System.nanoTime();
        }
    }
}
