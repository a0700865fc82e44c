package io.pasar.registration;

import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.TopicTail;
import io.pasar.kafka.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every replica knows of every account: {@code pasar.registrations}, read into memory and followed. */
final class RegistrationRecords implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(RegistrationRecords.class);

    private static final int LONGEST_KEY_IN_LOG = 200;

    private final RegistrationTopics topics;
    private final TopicTail tail;
    private final Map<String, Held> records = new ConcurrentHashMap<>();
    private final Map<String, Reconciliation> reconciliations = new ConcurrentHashMap<>();
    private final AtomicLong changes = new AtomicLong();

    RegistrationRecords(KafkaClients clients, RegistrationTopics topics) {
        this.topics = topics;
        this.tail = new TopicTail(clients, Topics.REGISTRATIONS, TopicTail.Start.BEGINNING, this::read);
    }

    void start() {
        tail.start();
    }

    /** Whether what was written before the start has been read; until then nothing can be said of any account. */
    boolean areRead() {
        return tail.caughtUp().isDone();
    }

    /** Blocks until {@link #areRead()}; false if that takes longer. */
    boolean awaitRead(Duration within) {
        try {
            tail.caughtUp().get(within.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException | CancellationException e) {
            return false;
        }
    }

    Optional<AccountRecord> find(String key) {
        return Optional.ofNullable(records.get(key)).map(Held::value);
    }

    Stream<AccountRecord> all() {
        return records.values().stream().map(Held::value).filter(Objects::nonNull);
    }

    /** Another number whenever what {@link #find} answers may have changed. */
    long changes() {
        return changes.get();
    }

    /** Id of the last request to check all accounts of a marketplace; null if there was none. */
    String reconciliation(String marketplace) {
        Reconciliation last = reconciliations.get(marketplace);
        return last == null ? null : last.id();
    }

    /**
     * Seen by {@link #find} here at once, and on the other replicas as soon as they have read it.
     *
     * @throws io.pasar.kafka.KafkaUnavailableException if Kafka does not take it
     */
    void write(AccountRecord value) {
        RecordMetadata written = topics.write(value);
        hold(value.key(), new Held(value, written.partition(), written.offset()));
    }

    /**
     * Removes what is remembered of an account, on every replica.
     *
     * @throws io.pasar.kafka.KafkaUnavailableException if Kafka does not take it
     */
    void forget(String key) {
        RecordMetadata written = topics.forget(key);
        hold(key, new Held(null, written.partition(), written.offset()));
    }

    @Override
    public void close() {
        tail.close();
    }

    private void read(ConsumerRecord<byte[], byte[]> found) {
        if (found.key() == null) {
            return;
        }
        String key = new String(found.key(), StandardCharsets.UTF_8);
        if (key.indexOf('/') < 0) {
            Reconciliation asked = parsed(key, found.value(), Reconciliation.class, one -> one.id() != null);
            if (asked != null) {
                reconciliations.put(key, asked);
            }
            return;
        }
        AccountRecord value = parsed(key, found.value(), AccountRecord.class, one -> one.isWhole(key));
        hold(key, new Held(value, found.partition(), found.offset()));
    }

    /** The tail may come by a record after a newer one was written here. */
    private void hold(String key, Held held) {
        records.merge(key, held, (known, found) -> found.isNewerThan(known) ? found : known);
        changes.incrementAndGet();
    }

    private static <T> T parsed(String key, byte[] json, Class<T> type, Predicate<T> isWhole) {
        if (json == null) {
            return null;
        }
        try {
            T found = RegistrationTopics.JSON.readValue(json, type);
            if (found != null && isWhole.test(found)) {
                return found;
            }
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("reason", e.getClass().getSimpleName()).log("Not JSON of ours");
        }
        // An account is then taken for one that was never registered: the next check finds out what is there
        LOGGER.atWarn().addKeyValue("key", oneLine(key)).log("A record in pasar.registrations cannot be read");
        return null;
    }

    private static String oneLine(String key) {
        return key.substring(0, Math.min(key.length(), LONGEST_KEY_IN_LOG)).replaceAll("\\p{Cntrl}", "?");
    }

    /** @param value null where an account was forgotten */
    private record Held(AccountRecord value, int partition, long offset) {
        /** Added partitions move keys, and offsets of two partitions say nothing about each other. */
        boolean isNewerThan(Held known) {
            return partition != known.partition || offset > known.offset;
        }
    }
}
