package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class LateProducerTest {

    private final ProducerRecord<byte[], byte[]> event =
            new ProducerRecord<>("orders", "event".getBytes(StandardCharsets.UTF_8));
    private final MockProducer<byte[], byte[]> kafka =
            new MockProducer<>(true, new ByteArraySerializer(), new ByteArraySerializer());
    private final Queue<Boolean> found = new ArrayDeque<>();
    private final List<LateProducer> closed = new ArrayList<>();
    private final LateProducer producer = new LateProducer(this::create, closed::add);

    @Test
    void failsASendAtOnceWhileKafkaCannotBeFound() {
        // Given
        found.add(false);
        producer.connect();

        // When
        AtomicReference<Exception> failure = new AtomicReference<>();
        var future = producer.send(event, (metadata, e) -> failure.set(e));

        // Then
        assertThat(failure.get()).isInstanceOf(KafkaUnavailableException.class);
        assertThat(future).isDone().isNotCancelled();
    }

    @Test
    void tellsOfOneThatIsReplacedMeanwhileAsOfKafkaThatIsAway() {
        // Given
        found.add(true);
        producer.connect();
        kafka.close();

        // Then
        assertThat(producer.send(event))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(KafkaUnavailableException.class);
    }

    @Test
    void sendsOnceKafkaIsFound() throws Exception {
        // Given
        found.add(false);
        found.add(true);

        // When
        boolean first = producer.connect();
        boolean second = producer.connect();
        producer.send(event).get();

        // Then
        assertThat(first).isFalse();
        assertThat(second).isTrue();
        assertThat(kafka.history()).containsExactly(event);
    }

    @Test
    void looksNoMoreOnceClosed() {
        // Given
        found.add(false);
        producer.connect();

        // When
        producer.close();

        // Then
        assertThat(producer.connect()).isTrue();
        assertThat(closed).containsExactly(producer);
    }

    @Test
    void isMorePatientEachTimeANewProducerWasInVain() {
        // Given
        MockProducer<byte[], byte[]> silent =
                new MockProducer<>(false, new ByteArraySerializer(), new ByteArraySerializer());
        Queue<MockProducer<byte[], byte[]>> made = new ArrayDeque<>(List.of(silent, silent, kafka));
        LateProducer renewed = new LateProducer(made::remove, closed::add);
        renewed.connect();
        Duration patience = renewed.patience();

        // When
        renewed.send(event);
        renewed.renew(List.of(), Duration.ZERO);

        // Then
        assertThat(silent.closed()).isTrue();
        assertThat(renewed.waitingSince()).isEmpty();
        assertThat(renewed.patience()).isEqualTo(patience.multipliedBy(2));

        // When
        renewed.renew(List.of(), Duration.ZERO);
        renewed.send(event);

        // Then
        assertThat(renewed.lastAcknowledged()).isPresent();
        assertThat(renewed.patience()).isEqualTo(patience);
    }

    private Producer<byte[], byte[]> create() {
        if (!found.remove()) {
            throw new KafkaUnavailableException("away");
        }
        return kafka;
    }
}
