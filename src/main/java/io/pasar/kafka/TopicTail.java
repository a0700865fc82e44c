package io.pasar.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all partitions of a topic on a thread of its own and hands every record to a callback, in the order of each
 * partition. Needs no consumer group: every replica sees everything. Waits for a topic that does not exist yet, goes on
 * where it was when Kafka comes back, and takes in partitions that are added later.
 */
public final class TopicTail implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(TopicTail.class);

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LOOK_FOR_PARTITIONS = Duration.ofSeconds(30);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
    private static final Duration CLOSE_CONSUMER_WITHIN = Duration.ofSeconds(1);

    /** Where a tail begins. */
    public enum Start {
        /** With the oldest record that is still there. */
        BEGINNING,
        /** With the first record written after the tail has found the topic. */
        END
    }

    private final KafkaClients clients;
    private final String topic;
    private final Start start;
    private final java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> callback;
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private final Notice notice = new Notice();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /** The next offset of each partition; only the tail's thread touches these two. */
    private final Map<TopicPartition, Long> positions = new HashMap<>();

    private final Map<TopicPartition, Long> endsAtStart = new HashMap<>();

    private volatile Consumer<byte[], byte[]> consumer;

    /** @param callback called on the tail's thread; what it throws is logged, and the record is passed over */
    public TopicTail(
            KafkaClients clients,
            String topic,
            Start start,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> callback) {
        this.clients = clients;
        this.topic = topic;
        this.start = start;
        this.callback = callback;
        this.thread = new Thread(this::run, "tail-" + topic);
        this.thread.setDaemon(true);
    }

    /** Begins to read; to be called once. Returns at once. */
    public void start() {
        thread.start();
    }

    /**
     * Completes, on the tail's thread, when every record has been handed over that the topic held when the tail first
     * found it, or that took their place. Never completes while Kafka is away or the topic does not exist; cancelled
     * by {@link #close()}.
     */
    public CompletableFuture<Void> caughtUp() {
        return caughtUp.copy();
    }

    /** Returns when the last callback is over, or after 5 s. */
    @Override
    public void close() {
        closed.countDown();
        Consumer<byte[], byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
        try {
            if (Thread.currentThread() != thread) {
                thread.join(CLOSE_WITHIN.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        caughtUp.cancel(false);
    }

    private void run() {
        while (!isClosed()) {
            try {
                consumer = clients.consumer(Map.of());
                read(consumer);
            } catch (WakeupException e) {
                LOGGER.atDebug().addKeyValue("topic", topic).log("Tail is woken to close");
            } catch (InterruptException e) {
                closed.countDown();
            } catch (RuntimeException e) {
                if (notice.isDue(e.getMessage())) {
                    LOGGER.atWarn()
                            .addKeyValue("topic", topic)
                            .addKeyValue("reason", e.getMessage())
                            .log("Topic cannot be read; trying again");
                }
                waitUnlessClosed();
            } finally {
                closeConsumer();
            }
        }
    }

    private void closeConsumer() {
        Consumer<byte[], byte[]> reading = consumer;
        consumer = null;
        try {
            if (reading != null) {
                reading.close(CLOSE_CONSUMER_WITHIN);
            }
        } catch (KafkaException e) {
            // What it has failed with it may throw once more; the tail must go on with another
            LOGGER.atDebug()
                    .addKeyValue("topic", topic)
                    .addKeyValue("reason", e.getMessage())
                    .log("Not closed cleanly");
        }
    }

    private void read(Consumer<byte[], byte[]> reading) {
        long lookAgainAt = System.nanoTime();
        while (!isClosed()) {
            if (System.nanoTime() >= lookAgainAt) {
                assign(reading);
                lookAgainAt = System.nanoTime() + LOOK_FOR_PARTITIONS.toNanos();
            }
            if (positions.isEmpty()) {
                lookAgainAt = System.nanoTime();
                waitUnlessClosed();
                continue;
            }
            reading.poll(POLL).forEach(this::handOver);
            positions.replaceAll((partition, position) -> reading.position(partition));
            tellCaughtUp();
            if (!caughtUp.isDone()) {
                lowerEnds(reading);
            }
        }
    }

    private void assign(Consumer<byte[], byte[]> reading) {
        Collection<TopicPartition> added = new ArrayList<>();
        reading.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .filter(partition -> !reading.assignment().contains(partition))
                .forEach(added::add);
        if (added.isEmpty()) {
            return;
        }
        boolean first = positions.isEmpty();
        List<TopicPartition> unseen = added.stream()
                .filter(partition -> !positions.containsKey(partition))
                .toList();
        // Read from its beginning even by a tail that began at the end: a partition added since then is new as a whole
        positions.putAll(first && start == Start.END ? reading.endOffsets(unseen) : reading.beginningOffsets(unseen));
        if (first) {
            endsAtStart.putAll(reading.endOffsets(unseen));
        }
        reading.assign(positions.keySet());
        positions.forEach(reading::seek);
        tellCaughtUp();
    }

    /** A topic that is made anew, or truncated, before the tail has caught up may never be as long again. */
    private void lowerEnds(Consumer<byte[], byte[]> reading) {
        try {
            reading.endOffsets(endsAtStart.keySet(), POLL).forEach((partition, end) -> {
                // Beyond the end it is about to be set back, and has seen nothing yet of what is there now
                if (positions.get(partition) <= end) {
                    endsAtStart.merge(partition, end, Math::min);
                }
            });
        } catch (TimeoutException e) {
            LOGGER.atDebug().addKeyValue("topic", topic).log("Ends of the topic cannot be had; asking again");
        }
    }

    private void handOver(ConsumerRecord<byte[], byte[]> found) {
        try {
            callback.accept(found);
        } catch (RuntimeException e) {
            LOGGER.atError()
                    .addKeyValue("topic", topic)
                    .addKeyValue("partition", found.partition())
                    .addKeyValue("offset", found.offset())
                    .setCause(e)
                    .log("Record passed over");
        }
        positions.put(new TopicPartition(topic, found.partition()), found.offset() + 1);
    }

    private void tellCaughtUp() {
        if (!caughtUp.isDone()
                && endsAtStart.entrySet().stream().allMatch(end -> positions.get(end.getKey()) >= end.getValue())) {
            caughtUp.complete(null);
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void waitUnlessClosed() {
        try {
            if (closed.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.atDebug().addKeyValue("topic", topic).log("Tail closes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }
}
