package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Of a broker that answers at once, and of none that can be reached. */
class PacedConsumerTest {

    private static final Duration LONG = Duration.ofSeconds(1);

    private static final ConsumerRecords<String, String> SOME = new ConsumerRecords<>(
            Map.of(new TopicPartition("some", 0), List.of(new ConsumerRecord<>("some", 0, 0, "key", "value"))));

    @Test
    void restsMostOfTheTimeWhileNothingComes() {
        // Given
        AtomicLong asked = new AtomicLong();
        AtomicInteger times = new AtomicInteger();

        // When
        long begunAt = System.nanoTime();
        ConsumerRecords<String, String> records = PacedConsumer.poll(
                time -> {
                    times.incrementAndGet();
                    asked.addAndGet(time.toMillis());
                    return ConsumerRecords.empty();
                },
                LONG);
        Duration took = Duration.ofNanos(System.nanoTime() - begunAt);

        // Then
        assertThat(records.isEmpty()).isTrue();
        assertThat(took).isGreaterThanOrEqualTo(LONG);
        assertThat(times).hasValueBetween(2, 13);
        assertThat(asked).hasValueLessThanOrEqualTo(LONG.toMillis() / 5);
    }

    @Test
    void returnsWithTheFirstRecords() {
        // Given
        AtomicInteger times = new AtomicInteger();

        // When
        ConsumerRecords<String, String> records = PacedConsumer.poll(
                time -> times.incrementAndGet() < 3 ? ConsumerRecords.empty() : SOME, Duration.ofDays(1));

        // Then
        assertThat(records.count()).isOne();
    }

    @Test
    void asksOnceWhereThereIsNoTime() {
        // Given
        AtomicInteger times = new AtomicInteger();

        // When
        PacedConsumer.poll(
                time -> {
                    times.incrementAndGet();
                    assertThat(time).isZero();
                    return ConsumerRecords.empty();
                },
                Duration.ZERO);

        // Then
        assertThat(times).hasValue(1);
    }
}
