package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Of a broker that answers at once, and of none that can be reached. */
class PacedConsumerTest {

    private static final Duration LONG = Duration.ofSeconds(2);

    private static final ConsumerRecords<String, String> SOME = new ConsumerRecords<>(
            Map.of(new TopicPartition("some", 0), List.of(new ConsumerRecord<>("some", 0, 0, "key", "value"))));

    private final PacedConsumer.Pace pace = new PacedConsumer.Pace();
    private final List<Duration> asked = new ArrayList<>();

    @Test
    void restsMostOfTheTimeWhileNothingComes() {
        // When
        long begunAt = System.nanoTime();
        ConsumerRecords<String, String> records = pace.poll(this::nothing, LONG);
        Duration took = Duration.ofNanos(System.nanoTime() - begunAt);

        // Then
        assertThat(records.isEmpty()).isTrue();
        assertThat(took).isGreaterThanOrEqualTo(LONG);
        assertThat(asked.stream().mapToLong(Duration::toMillis).sum()).isLessThan(LONG.toMillis() / 2);
    }

    @Test
    void asksOnWithoutARestWhereRecordsHaveJustCome() {
        // Given
        pace.poll(this::nothing, LONG);
        pace.poll(time -> SOME, LONG);
        asked.clear();

        // When
        pace.poll(this::nothing, LONG);

        // Then
        assertThat(asked.get(0)).isGreaterThan(Duration.ofMillis(20));
        assertThat(asked.get(asked.size() - 1)).isLessThanOrEqualTo(Duration.ofMillis(10));
    }

    @Test
    void returnsWithTheFirstRecords() {
        // Given
        AtomicInteger times = new AtomicInteger();

        // When
        ConsumerRecords<String, String> records =
                pace.poll(time -> times.incrementAndGet() < 3 ? nothing(time) : SOME, Duration.ofDays(1));

        // Then
        assertThat(records.count()).isOne();
    }

    @Test
    void asksOnceWhereThereIsNoTime() {
        // When
        pace.poll(this::nothing, Duration.ZERO);

        // Then
        assertThat(asked).containsExactly(Duration.ZERO);
    }

    /** Takes its time, as Kafka's own does. */
    private ConsumerRecords<String, String> nothing(Duration time) {
        asked.add(time);
        for (long until = System.nanoTime() + time.toNanos(); System.nanoTime() - until < 0; ) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
        return ConsumerRecords.empty();
    }
}
