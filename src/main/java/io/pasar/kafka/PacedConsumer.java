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

    private final Pace pace = new Pace();

    PacedConsumer(Map<String, Object> settings) {
        super(settings);
    }

    @Override
    public ConsumerRecords<K, V> poll(Duration timeout) {
        return pace.poll(super::poll, timeout);
    }

    /** For the consumer's thread, not thread-safe. */
    static final class Pace {

        /** Long enough for a broker that is near to answer. */
        private static final long AT_ONCE = Duration.ofMillis(10).toNanos();

        /** By so much a record may come later to a consumer that had nothing to read. */
        private static final long PAUSE = Duration.ofMillis(90).toNanos();

        /** From the beginning, or the last records, more are awaited without a pause: a topic is read through at full speed. */
        private static final long EAGER = Duration.ofMillis(300).toNanos();

        private long recordsAt = System.nanoTime();

        <K, V> ConsumerRecords<K, V> poll(Function<Duration, ConsumerRecords<K, V>> kafka, Duration timeout) {
            long until = System.nanoTime() + timeout.toNanos();
            while (true) {
                long now = System.nanoTime();
                long most = Math.max(AT_ONCE, recordsAt + EAGER - now);
                ConsumerRecords<K, V> records = kafka.apply(Duration.ofNanos(Math.max(0, Math.min(until - now, most))));
                now = System.nanoTime();
                if (!records.isEmpty()) {
                    recordsAt = now;
                    return records;
                }
                if (until - now <= 0) {
                    return records;
                }
                if (now - recordsAt >= EAGER) {
                    // Returns early when interrupted, which the next poll then tells
                    LockSupport.parkNanos(Math.min(until - now, PAUSE));
                }
            }
        }
    }
}
