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
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** Writes to the topics of registration, and knows their JSON. Safe for use by many threads. */
final class RegistrationTopics implements AutoCloseable {

    static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Header of a command that the gateway has sent: what made it do so. A command of another system has none, or else
     * claims no more than it may ask for anyway.
     */
    static final String TRIGGER = "pasar_trigger";

    private static final long WRITTEN_WITHIN_MILLIS = 5000;

    /** A broker that restarts is waited for: a record or an answer that is given up is never written. */
    private static final Duration INSIST_FOR = Duration.ofSeconds(30);

    private static final long INSIST_EVERY_MILLIS = 500;

    private final Producer<byte[], byte[]> producer;

    RegistrationTopics(KafkaClients clients) {
        // A caller of the API waits for these writes: it is to be told soon that Kafka is away
        this(clients.promptProducer(Duration.ZERO));
    }

    RegistrationTopics(Producer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    /**
     * Blocks for up to 35 s.
     *
     * @throws KafkaUnavailableException if Kafka does not take it
     */
    RecordMetadata write(AccountRecord value) {
        return insist(() -> send(Topics.REGISTRATIONS, value.key(), value));
    }

    /**
     * Blocks for up to 35 s.
     *
     * @throws KafkaUnavailableException if Kafka does not take it
     */
    RecordMetadata forget(String key) {
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        return insist(() -> producer.send(new ProducerRecord<>(Topics.REGISTRATIONS, keyBytes, null)));
    }

    /**
     * Blocks for up to 35 s.
     *
     * @param key null for an answer to a command that names no account
     * @throws KafkaUnavailableException if Kafka does not take it
     */
    void write(String key, RegistrationEvent value) {
        insist(() -> send(Topics.REGISTRATION_EVENTS, key, value));
    }

    /**
     * Blocks for up to 35 s.
     *
     * @throws KafkaUnavailableException if Kafka does not take it
     */
    void write(Command value) {
        insist(() -> send(value));
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
        ProducerRecord<byte[], byte[]> command = record(Topics.COMMANDS, value.key(), value);
        command.headers().add(TRIGGER, value.trigger().name().getBytes(StandardCharsets.UTF_8));
        return producer.send(command);
    }

    /** Who asked for a command; null in a command of another system. */
    static Trigger trigger(Headers ofCommand) {
        Header header = ofCommand.lastHeader(TRIGGER);
        return header == null || header.value() == null
                ? null
                : Trigger.named(new String(header.value(), StandardCharsets.UTF_8));
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

    private static RecordMetadata insist(Supplier<Future<RecordMetadata>> send) {
        long deadline = System.nanoTime() + INSIST_FOR.toNanos();
        while (true) {
            try {
                return written(send.get());
            } catch (KafkaUnavailableException e) {
                if (isFinal(e) || System.nanoTime() > deadline) {
                    throw e;
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(INSIST_EVERY_MILLIS));
        }
    }

    private static boolean isFinal(KafkaUnavailableException e) {
        boolean passing = e.getCause() instanceof RetriableException
                || e.getCause() instanceof TimeoutException
                || e.getCause() instanceof KafkaUnavailableException;
        return !passing || Thread.currentThread().isInterrupted();
    }

    private Future<RecordMetadata> send(String topic, String key, Object value) {
        return producer.send(record(topic, key, value));
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, String key, Object value) {
        try {
            byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
            return new ProducerRecord<>(topic, keyBytes, JSON.writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Records of ours are JSON", e);
        }
    }
}
