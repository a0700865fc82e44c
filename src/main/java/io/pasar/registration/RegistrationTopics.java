package io.pasar.registration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Writes to the topics of registration, and knows their JSON. Safe for use by many threads. */
final class RegistrationTopics implements AutoCloseable {

    static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final long WRITTEN_WITHIN_MILLIS = 5000;

    private final Producer<byte[], byte[]> producer;

    RegistrationTopics(KafkaClients clients) {
        // A caller of the API waits for these writes: it is to be told soon that Kafka is away
        producer = clients.producer(Map.of(
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                2000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                2000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                4000,
                ProducerConfig.LINGER_MS_CONFIG,
                0));
    }

    /** @throws KafkaUnavailableException if Kafka does not take it */
    RecordMetadata write(AccountRecord value) {
        return written(send(Topics.REGISTRATIONS, value.marketplace() + "/" + value.account(), value));
    }

    /**
     * @param key null for an answer to a command that names no account
     * @throws KafkaUnavailableException if Kafka does not take it
     */
    void write(String key, RegistrationEvent value) {
        written(send(key, value));
    }

    /** Blocks for at most 2 s; whether Kafka took it is in the future, see {@link #written}. */
    Future<RecordMetadata> send(String key, RegistrationEvent value) {
        return send(Topics.REGISTRATION_EVENTS, key, value);
    }

    /** Blocks for at most 2 s; whether Kafka took it is in the future, see {@link #written}. */
    Future<RecordMetadata> send(Reconciliation value) {
        return send(Topics.REGISTRATIONS, value.marketplace(), value);
    }

    /** Blocks for at most 2 s; whether Kafka took it is in the future, see {@link #written}. */
    Future<RecordMetadata> send(Command value) {
        return send(Topics.COMMANDS, value.key(), value);
    }

    /** @throws KafkaUnavailableException if Kafka does not take it */
    static RecordMetadata written(Future<RecordMetadata> sent) {
        try {
            return sent.get(WRITTEN_WITHIN_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new KafkaUnavailableException("Kafka did not take a record", e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaUnavailableException("Kafka did not take a record in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaUnavailableException("Interrupted while Kafka took a record", e);
        }
    }

    @Override
    public void close() {
        producer.close();
    }

    private Future<RecordMetadata> send(String topic, String key, Object value) {
        try {
            byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
            return producer.send(new ProducerRecord<>(topic, keyBytes, JSON.writeValueAsBytes(value)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Records of ours are JSON", e);
        }
    }
}
