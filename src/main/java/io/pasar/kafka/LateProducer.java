package io.pasar.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A producer that exists before Kafka can be found. Kafka's own cannot be built while no bootstrap server resolves,
 * and one that cannot be built would keep a route, and with it the gateway, from starting. Until it is there every
 * send fails at once with {@link KafkaUnavailableException}. It knows how long nothing has been acknowledged, and
 * {@link #renew} replaces a producer of Kafka that does not come back by itself: one whose first login was refused never
 * asks again for the id that it cannot write without. No transactions. Safe for use by many threads.
 */
final class LateProducer implements Producer<byte[], byte[]> {

    private static final Duration POLL = Duration.ofMillis(5);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int PATIENCE_DOUBLES_AT_MOST = 4;

    private final Supplier<Producer<byte[], byte[]>> create;
    private final Consumer<LateProducer> onClose;
    private final UnaryOperator<Callback> budget;

    private volatile Producer<byte[], byte[]> connected;
    private volatile boolean closed;

    /** Of {@link System#nanoTime}; 0 is never. */
    private volatile long waitingSince;

    private volatile long lastAcknowledged;
    private final AtomicInteger renewedInVain = new AtomicInteger();

    LateProducer(Supplier<Producer<byte[], byte[]>> create, Consumer<LateProducer> onClose) {
        this(create, onClose, UnaryOperator.identity());
    }

    /** @param budget given every send's callback, which may be null; what it returns is called instead */
    LateProducer(
            Supplier<Producer<byte[], byte[]>> create, Consumer<LateProducer> onClose, UnaryOperator<Callback> budget) {
        this.create = create;
        this.onClose = onClose;
        this.budget = budget;
    }

    /**
     * @return whether there is nothing left to try: connected, or closed
     * @throws KafkaStartException if it can never succeed
     */
    synchronized boolean connect() {
        if (connected != null || closed) {
            return true;
        }
        try {
            connected = create.get();
            return true;
        } catch (KafkaUnavailableException e) {
            return false;
        }
    }

    /**
     * Loads the topics' metadata, so that a send to them needs none, even where it may not wait for any.
     *
     * @return the topics whose metadata could not be had in time
     */
    Set<String> warmUp(Collection<String> topics, Duration within) {
        Producer<byte[], byte[]> producer = connected;
        return producer == null ? Set.copyOf(topics) : warmUp(producer, topics, within);
    }

    /** How long a send has been waiting without any acknowledgement, failed sends included; zero if none has. */
    Duration waiting() {
        long since = waitingSince;
        return since == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
    }

    /** Since when there are sends, but no acknowledgement. */
    Optional<Instant> waitingSince() {
        return instant(waitingSince);
    }

    Optional<Instant> lastAcknowledged() {
        return instant(lastAcknowledged);
    }

    /** How long to wait for an acknowledgement before {@link #renew}; longer each time it did not help. */
    Duration patience() {
        return PATIENCE.multipliedBy(1L << Math.min(renewedInVain.get(), PATIENCE_DOUBLES_AT_MOST));
    }

    /**
     * Sends from now on with a new producer, loaded with the topics' metadata. What the old one has not yet sent fails.
     *
     * @throws KafkaUnavailableException if there can be no new one now; the old one stays
     * @throws KafkaStartException if there can never be a new one; the old one stays
     */
    void renew(Collection<String> topics, Duration within) {
        Producer<byte[], byte[]> fresh = create.get();
        warmUp(fresh, topics, within);
        Producer<byte[], byte[]> old;
        synchronized (this) {
            old = closed ? fresh : connected;
            if (!closed) {
                connected = fresh;
                renewedInVain.incrementAndGet();
                waitingSince = 0;
            }
        }
        if (old != null) {
            old.close(Duration.ZERO);
        }
    }

    private Set<String> warmUp(Producer<byte[], byte[]> producer, Collection<String> topics, Duration within) {
        Set<String> cold = new HashSet<>(topics);
        long deadline = System.nanoTime() + within.toNanos();
        cold.removeIf(topic -> isWarm(producer, topic));
        while (!cold.isEmpty()
                && !closed
                && System.nanoTime() < deadline
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(POLL.toNanos());
            cold.removeIf(topic -> isWarm(producer, topic));
        }
        return cold;
    }

    private static boolean isWarm(Producer<byte[], byte[]> producer, String topic) {
        try {
            return !producer.partitionsFor(topic).isEmpty();
        } catch (KafkaException | IllegalStateException e) {
            // The latter where it was replaced, and closed, meanwhile
            return false;
        }
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> producerRecord) {
        return send(producerRecord, null);
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> producerRecord, Callback onCompletion) {
        Callback callback = budget.apply(onCompletion);
        Producer<byte[], byte[]> producer = connected;
        if (producer != null) {
            if (waitingSince == 0) {
                waitingSince = now();
            }
            try {
                return producer.send(producerRecord, (metadata, failure) -> {
                    if (failure == null) {
                        acknowledged();
                    }
                    if (callback != null) {
                        callback.onCompletion(metadata, failure);
                    }
                });
            } catch (IllegalStateException e) {
                // It was replaced, and closed, meanwhile
                return failed(producerRecord, callback, closed ? e : unavailable());
            } catch (RuntimeException e) {
                return failed(producerRecord, callback, e);
            }
        }
        return failed(producerRecord, callback, unavailable());
    }

    /** Told as every other failure is: one that is thrown would leave the callback to its budget. */
    private static Future<RecordMetadata> failed(
            ProducerRecord<byte[], byte[]> producerRecord, Callback callback, RuntimeException failure) {
        if (callback != null) {
            TopicPartition none = new TopicPartition(producerRecord.topic(), RecordMetadata.UNKNOWN_PARTITION);
            callback.onCompletion(new RecordMetadata(none, -1, -1, -1, -1, -1), failure);
        }
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public void flush() {
        Producer<byte[], byte[]> producer = connected;
        if (producer != null) {
            producer.flush();
        }
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        return connected().partitionsFor(topic);
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        Producer<byte[], byte[]> producer = connected;
        return producer == null ? Map.of() : producer.metrics();
    }

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        return connected().clientInstanceId(timeout);
    }

    @Override
    public void close() {
        close(CLOSE_WITHIN);
    }

    @Override
    public synchronized void close(Duration timeout) {
        if (closed) {
            return;
        }
        closed = true;
        onClose.accept(this);
        if (connected != null) {
            connected.close(timeout);
        }
    }

    @Override
    public void initTransactions() {
        throw noTransactions();
    }

    @Override
    public void beginTransaction() {
        throw noTransactions();
    }

    @Override
    @Deprecated
    public void sendOffsetsToTransaction(Map<TopicPartition, OffsetAndMetadata> offsets, String groupId) {
        throw noTransactions();
    }

    @Override
    public void sendOffsetsToTransaction(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
        throw noTransactions();
    }

    @Override
    public void commitTransaction() {
        throw noTransactions();
    }

    @Override
    public void abortTransaction() {
        throw noTransactions();
    }

    private void acknowledged() {
        waitingSince = 0;
        lastAcknowledged = now();
        renewedInVain.set(0);
    }

    private static long now() {
        return System.nanoTime() | 1;
    }

    private static Optional<Instant> instant(long nanoTime) {
        return nanoTime == 0 ? Optional.empty() : Optional.of(Instant.now().minusNanos(System.nanoTime() - nanoTime));
    }

    private Producer<byte[], byte[]> connected() {
        Producer<byte[], byte[]> producer = connected;
        if (producer == null) {
            throw unavailable();
        }
        return producer;
    }

    private static KafkaUnavailableException unavailable() {
        return new KafkaUnavailableException("No bootstrap server of Kafka could be found yet");
    }

    private static UnsupportedOperationException noTransactions() {
        return new UnsupportedOperationException("The gateway publishes without transactions");
    }
}
