package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.pasar.kafka.KafkaUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class RegistrationTopicsTest {

    private static final Command COMMAND = new Command("1", Action.PLAN, "tiki", "p77", Trigger.REQUEST);

    @SuppressWarnings("unchecked")
    private final Producer<byte[], byte[]> producer = mock(Producer.class);

    private final RegistrationTopics topics = new RegistrationTopics(producer, Duration.ZERO);

    /** Whoever sent a command waits for its answer, however long Kafka is away. */
    @Test
    void insistsOnWhatComesOfACommandLongerThanACallerWaits() {
        // Given
        when(producer.send(any()))
                .thenReturn(failed(new NetworkException("away")))
                .thenReturn(failed(new NetworkException("away")))
                .thenReturn(taken());

        // When
        topics.write(COMMAND);

        // Then
        verify(producer, times(3)).send(any());
    }

    @Test
    void tellsACallerWhenItHasWaitedLongEnough() {
        // Given
        when(producer.send(any())).thenReturn(failed(new NetworkException("away")));

        // Then
        assertThatThrownBy(() -> topics.forget("tiki/p77")).isInstanceOf(KafkaUnavailableException.class);
    }

    @Test
    void insistsNoMoreWhenItIsStopped() {
        // Given
        when(producer.send(any())).thenAnswer(asked -> {
            Thread.currentThread().interrupt();
            return new CompletableFuture<>();
        });

        // When
        assertThatThrownBy(() -> topics.write(COMMAND)).isInstanceOf(KafkaUnavailableException.class);

        // Then
        assertThat(Thread.interrupted()).isTrue();
        verify(producer, times(1)).send(any());
    }

    @Test
    void doesNotInsistOnWhatKafkaWillNeverTake() {
        // Given
        when(producer.send(any())).thenReturn(failed(new RecordTooLargeException("too large")));

        // When
        assertThatThrownBy(() -> topics.write(COMMAND))
                .isInstanceOf(KafkaUnavailableException.class)
                .hasMessage("Kafka did not take a record: RecordTooLargeException");

        // Then
        verify(producer, times(1)).send(any());
    }

    /** As a producer fails what it has under way when it is replaced, because nothing is acknowledged. */
    @Test
    void insistsThroughAProducerThatIsReplaced() {
        // Given
        when(producer.send(any()))
                .thenReturn(failed(new KafkaException("Producer is closed forcefully.")))
                .thenReturn(taken());

        // When
        topics.write(COMMAND);

        // Then
        verify(producer, times(2)).send(any());
    }

    @Test
    void takesAHeaderWithoutAValueForNone() {
        assertThat(RegistrationTopics.trigger(new RecordHeaders().add("pasar_trigger", null)))
                .isNull();
    }

    private static Future<RecordMetadata> failed(Exception failure) {
        return CompletableFuture.failedFuture(failure);
    }

    private static Future<RecordMetadata> taken() {
        return CompletableFuture.completedFuture(new RecordMetadata(new TopicPartition("t", 0), 0, 0, 0, 0, 0));
    }
}
