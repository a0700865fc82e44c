package io.pasar.kafka.spool;

import io.pasar.kafka.KafkaStartException;
import io.pasar.kafka.LiveSends;
import io.pasar.kafka.Notice;
import io.pasar.kafka.spool.SpoolStore.Entry;
import io.pasar.kafka.spool.SpoolStore.Stored;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is in the store to Kafka, in order, with many events under way at once. Their producer retries without
 * end, so that none overtakes another of its partition; where it gives up all the same (a broker refuses a whole batch
 * for one event in it), it is closed before it sends what is behind, and when all that was under way has come to its end
 * another one sends all again from the first that failed. For the spool's thread.
 */
final class Drain {

    private static final Logger LOGGER = LoggerFactory.getLogger(Drain.class);

    private static final int MOST_UNDER_WAY = 1_000;
    private static final int LEAST_UNDER_WAY = 32;
    private static final long MOST_BYTES_UNDER_WAY = 4L * 1024 * 1024;
    private static final int READ_AT_ONCE = 250;

    /** Of a topic that is not even tried. */
    private static final Exception NO_SUCH_TOPIC = new UnknownTopicOrPartitionException();

    private static final int NEVER = -1;
    private static final long PACE_EVERY = Duration.ofMillis(20).toNanos();
    private static final long FIRST_PAUSE = Duration.ofMillis(50).toNanos();
    private static final long LONGEST_PAUSE = Duration.ofSeconds(1).toNanos();

    /** Of bytes that are no event of this version; another one may know them. */
    private static final Exception UNREADABLE = new SerializationException("The event cannot be read");

    private static final String UNKNOWN_TOPIC = "unknown";

    private final Supplier<Producer<byte[], byte[]>> connect;
    private final LiveSends live;
    private final MissingTopics missingTopics;
    private final Consumer<Settled> onSettled;
    private final Notice notDraining = new Notice();

    private Line line;

    /**
     * Without any end of a send for this long, nothing more is sent: the producer may soon be replaced (see
     * ProducerWatch), and what the new one sends would overtake what the old one has not.
     */
    private static final long STALLED_AFTER = Duration.ofSeconds(4).toNanos();

    /** Settles that come for an earlier one belong to events that have been read anew since. */
    private volatile int epoch;

    private long cursor;
    private int underWay;
    private long bytesUnderWay;
    private long firstFailed = Long.MAX_VALUE;
    private long pause = FIRST_PAUSE;
    private long resumeAt = System.nanoTime();
    private int window = LEAST_UNDER_WAY;
    private long progressAt;

    /** The epoch of a send that has failed, set at once and on any thread: the next event may be of the same key. */
    private final AtomicInteger failedIn = new AtomicInteger(NEVER);

    private long pacedAt = System.nanoTime();

    /** What became of a send; {@code failure} is null if Kafka has acknowledged. */
    record Settled(int epoch, Entry entry, String topic, long sentAt, Exception failure) {}

    /** What is to become of a sent event. */
    enum Verdict {
        DRAINED,
        REFUSED,
        AGAIN,
        STALE
    }

    /** A producer that is closed once: whoever closes it waits for its callbacks, and they close it too. */
    private record Line(Producer<byte[], byte[]> producer, AtomicBoolean closed) {
        private void close() {
            if (closed.compareAndSet(false, true)) {
                producer.close(Duration.ZERO);
            }
        }
    }

    /**
     * @param connect a new producer with {@link #settings}, to be closed by the drain
     * @param onSettled called on any thread
     */
    Drain(
            Supplier<Producer<byte[], byte[]>> connect,
            LiveSends live,
            MissingTopics missingTopics,
            Consumer<Settled> onSettled) {
        this.connect = connect;
        this.line = new Line(connect.get(), new AtomicBoolean());
        this.live = live;
        this.missingTopics = missingTopics;
        this.onSettled = onSettled;
    }

    /** How the producer of a drain differs: waits for no metadata on the spool's thread, and never gives up by itself. */
    static Map<String, Object> settings() {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "pasar-spool");
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        // When a batch is refused, the next of its partition must not be on its way already
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 64 * 1024);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 4 * MOST_BYTES_UNDER_WAY);
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MS_CONFIG, 50);
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
        settings.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 500);
        return settings;
    }

    /** Forgets what is under way, and begins with the first event there is. */
    void restart() {
        epoch = epoch + 1;
        cursor = 0;
        underWay = 0;
        bytesUnderWay = 0;
        firstFailed = Long.MAX_VALUE;
    }

    /** What is under way may still arrive. */
    void close() {
        line.close();
    }

    boolean isIdle() {
        return underWay == 0;
    }

    /** Whether {@link #send} would send something now, if there is something from the cursor on. */
    boolean isReady(long end) {
        if (isFailing()) {
            return underWay == 0 && System.nanoTime() - resumeAt >= 0;
        }
        return !hasFailed()
                && cursor < end
                && underWay < window
                && bytesUnderWay < MOST_BYTES_UNDER_WAY
                && (underWay == 0 || System.nanoTime() - progressAt < STALLED_AFTER);
    }

    /**
     * Sends as many events as may be under way. What was settled must have left the store before.
     *
     * @param end one more than the last event's sequence
     */
    void send(SpoolStore store, long end) throws RocksDBException {
        pace();
        if (isFailing() && isReady(end) && isConnected()) {
            cursor = firstFailed;
            firstFailed = Long.MAX_VALUE;
            failedIn.set(NEVER);
        }
        while (!isFailing() && isReady(end)) {
            var events =
                    store.read(cursor, Math.min(READ_AT_ONCE, window - underWay), MOST_BYTES_UNDER_WAY - bytesUnderWay);
            if (events.isEmpty()) {
                cursor = end;
            }
            for (Stored stored : events) {
                if (hasFailed()) {
                    return;
                }
                cursor = stored.entry().sequence() + 1;
                send(stored);
            }
        }
    }

    /** Where there can be no producer now, a file of its login missing say, the spool must go on taking events. */
    private boolean isConnected() {
        if (!line.closed().get()) {
            return true;
        }
        try {
            line = new Line(connect.get(), new AtomicBoolean());
            return true;
        } catch (KafkaStartException e) {
            if (notDraining.isDue(e.getMessage())) {
                LOGGER.atError().addKeyValue("reason", e.getMessage()).log("The spool cannot be drained; trying again");
            }
            resumeAt = System.nanoTime() + LONGEST_PAUSE;
            return false;
        }
    }

    private void send(Stored stored) {
        Entry entry = stored.entry();
        int current = epoch;
        long sentAt = System.nanoTime();
        if (underWay == 0) {
            progressAt = sentAt;
        }
        underWay++;
        bytesUnderWay += entry.size();
        ProducerRecord<byte[], byte[]> event;
        try {
            event = EventCodec.decode(stored.event());
        } catch (RuntimeException e) {
            onSettled.accept(new Settled(current, entry, UNKNOWN_TOPIC, sentAt, UNREADABLE));
            return;
        }
        String topic = event.topic();
        if (missingTopics.contains(topic)) {
            onSettled.accept(new Settled(current, entry, topic, sentAt, NO_SUCH_TOPIC));
            return;
        }
        Line sender = line;
        Callback callback = (metadata, failure) -> {
            if (failure != null && !Refusal.isForGood(failure)) {
                failedIn.accumulateAndGet(current, Math::max);
                // A retriable one was never handed to the sender: so is whatever would be behind it
                if (!(failure instanceof RetriableException)) {
                    sender.close();
                }
            }
            onSettled.accept(new Settled(current, entry, topic, sentAt, failure));
        };
        try {
            sender.producer().send(event, callback);
        } catch (RuntimeException e) {
            callback.onCompletion(null, e);
        }
    }

    /** Takes note of what became of a send. */
    Verdict settle(Settled settled) {
        if (settled.epoch() != epoch) {
            return Verdict.STALE;
        }
        progressAt = System.nanoTime();
        underWay--;
        bytesUnderWay -= settled.entry().size();
        Exception failure = settled.failure();
        if (failure == null) {
            pause = FIRST_PAUSE;
            live.acknowledgedAfter(Duration.ofNanos(System.nanoTime() - settled.sentAt()));
            return Verdict.DRAINED;
        }
        if (Refusal.isForGood(failure) || failure == NO_SUCH_TOPIC) {
            return Verdict.REFUSED;
        }
        if (!isFailing()) {
            LOGGER.atDebug().addKeyValue("reason", failure.toString()).log("Kafka does not take an event of the spool");
            resumeAt = System.nanoTime() + pause;
            pause = Math.min(2 * pause, LONGEST_PAUSE);
            missingTopics.suspect(settled.topic());
        }
        firstFailed = Math.min(firstFailed, settled.entry().sequence());
        return Verdict.AGAIN;
    }

    private boolean hasFailed() {
        return failedIn.get() == epoch;
    }

    /** Whether it waits to send again what has failed; what is acknowledged must leave the store meanwhile. */
    boolean isFailing() {
        return firstFailed != Long.MAX_VALUE;
    }

    /** Makes room for live events when their acknowledgements take long, and takes it back bit by bit. */
    private void pace() {
        long now = System.nanoTime();
        if (now - pacedAt < PACE_EVERY) {
            return;
        }
        pacedAt = now;
        boolean crowded = live.latency().compareTo(live.budget().dividedBy(4)) > 0;
        window = crowded ? Math.max(LEAST_UNDER_WAY, window / 2) : Math.min(MOST_UNDER_WAY, window + LEAST_UNDER_WAY);
    }
}
