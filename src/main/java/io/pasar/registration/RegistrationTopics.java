package io.pasar.registration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.kafka.Notice;
import io.pasar.kafka.Topics;
import io.pasar.kafka.spool.Refusal;
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
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to the topics of registration, and knows their JSON. Safe for use by many threads. */
final class RegistrationTopics implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(RegistrationTopics.class);

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

    /** A broker that restarts is waited for, but a caller of the API must be told at some time. */
    private static final Duration CALLER_WAITS = Duration.ofSeconds(30);

    /**
     * Only a stop ends it, which interrupts: the consumer would pass over a command that was given up, and who sent it
     * would never hear of it. Where Kafka takes nothing in one topic for longer than max.poll.interval.ms, another
     * replica may do the same command meanwhile; a check then sees what came of both.
     */
    private static final Duration UNTIL_STOPPED = Duration.ofNanos(Long.MAX_VALUE);

    private static final Duration TOLD_AFTER = Duration.ofSeconds(30);

    private static final long INSIST_EVERY_MILLIS = 500;

    private final Producer<byte[], byte[]> producer;
    private final Duration callerWaits;

    RegistrationTopics(KafkaClients clients) {
        // A caller of the API waits for these writes: it is to be told soon that Kafka is away
        this(clients.promptProducer(Duration.ZERO), CALLER_WAITS);
    }

    RegistrationTopics(Producer<byte[], byte[]> producer, Duration callerWaits) {
        this.producer = producer;
        this.callerWaits = callerWaits;
    }

    /**
     * Blocks until Kafka takes it, or until the thread is interrupted.
     *
     * @throws KafkaUnavailableException if Kafka will never take it, or the thread is interrupted
     */
    RecordMetadata write(AccountRecord value) {
        return insist(() -> send(Topics.REGISTRATIONS, value.key(), value), UNTIL_STOPPED);
    }

    /**
     * Blocks for up to 35 s.
     *
     * @throws KafkaUnavailableException if Kafka does not take it
     */
    RecordMetadata forget(String key) {
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        return insist(() -> producer.send(new ProducerRecord<>(Topics.REGISTRATIONS, keyBytes, null)), callerWaits);
    }

    /**
     * Blocks until Kafka takes it, or until the thread is interrupted.
     *
     * @param key null for an answer to a command that names no account
     * @throws KafkaUnavailableException if Kafka will never take it, or the thread is interrupted
     */
    void write(String key, RegistrationEvent value) {
        insist(() -> send(Topics.REGISTRATION_EVENTS, key, value), UNTIL_STOPPED);
    }

    /**
     * Blocks until Kafka takes it, or until the thread is interrupted.
     *
     * @throws KafkaUnavailableException if Kafka will never take it, or the thread is interrupted
     */
    void write(Command value) {
        insist(() -> send(value), UNTIL_STOPPED);
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
            // Without what Kafka says: a right that is missing is told by its kind
            throw new KafkaUnavailableException(
                    "Kafka did not take a record: " + e.getCause().getClass().getSimpleName(), e.getCause());
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

    private static RecordMetadata insist(Supplier<Future<RecordMetadata>> send, Duration atMost) {
        long begun = System.nanoTime();
        Notice notice = new Notice();
        while (true) {
            try {
                return written(send.get());
            } catch (KafkaUnavailableException e) {
                Duration waited = Duration.ofNanos(System.nanoTime() - begun);
                if (isFinal(e) || waited.compareTo(atMost) > 0) {
                    throw e;
                }
                if (waited.compareTo(TOLD_AFTER) > 0 && notice.isDue(e.getMessage())) {
                    LOGGER.atWarn()
                            .addKeyValue("reason", e.getMessage())
                            .log(
                                    "Kafka does not take the outcome of a command, and others wait behind it; trying again");
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(INSIST_EVERY_MILLIS));
        }
    }

    /** A producer that is replaced fails what it has under way; one that is closed is closed by us. */
    private static boolean isFinal(KafkaUnavailableException e) {
        return Thread.currentThread().isInterrupted()
                || e.getCause() instanceof IllegalStateException
                || e.getCause() instanceof Exception cause && Refusal.isForGood(cause);
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
