package io.pasar.kafka;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the time that an event of the ingest path may wait for Kafka, whatever Kafka's client does: its own time-outs do
 * not cover each of its states. From what becomes of the sends it knows whether Kafka takes events now. Safe for use by
 * many threads.
 */
public final class LiveSends implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(LiveSends.class);

    private static final long LOOK_EVERY_MILLIS = 10;

    /** Weight of a new latency in the running mean is one in this many. */
    private static final int SMOOTHING = 32;

    private static final long CURRENT = Duration.ofSeconds(1).toNanos();

    /** Part of the budget without any acknowledgement after which no more events are sent to wait for one. */
    private static final int STALLED_AFTER = 3;

    /** So many times the usual latency without one is no stall yet. */
    private static final int USUAL = 4;

    private final long budget;
    private final LongSupplier nanoTime;
    private final Queue<Send> pending = new ConcurrentLinkedQueue<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "kafka-budget");
        thread.setDaemon(true);
        return thread;
    });

    private volatile long lastInTime;
    private volatile boolean away;
    private volatile long awaySince;
    private volatile long lastLive;
    private volatile long latency;
    private boolean wasStalled;

    LiveSends(Duration budget) {
        this(budget, System::nanoTime);
        clock.scheduleWithFixedDelay(this::expire, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    LiveSends(Duration budget, LongSupplier nanoTime) {
        this.budget = budget.toNanos();
        this.nanoTime = nanoTime;
        this.lastInTime = nanoTime.getAsLong() - this.budget;
        this.lastLive = nanoTime.getAsLong() - CURRENT;
    }

    /**
     * Whether to expect nothing of a send now: one has failed, and none was acknowledged in time since then, nor in the
     * time that a send may take before it; or one waits, and none was acknowledged for a third of that time, where
     * acknowledgements usually come much sooner.
     */
    public boolean isAway() {
        return away;
    }

    /** Whether that began less than a second ago: nobody needs to find out yet whether it still is so. */
    public boolean hasJustGone() {
        return away && nanoTime.getAsLong() - awaySince < CURRENT;
    }

    /** What others find out about Kafka while no event is sent: it has acknowledged one after this time. */
    public void acknowledgedAfter(Duration time) {
        if (time.toNanos() <= budget) {
            inTime();
        }
    }

    /** How long acknowledgements take, as a running mean; zero if there was none in the last second. */
    public Duration latency() {
        return nanoTime.getAsLong() - lastLive < CURRENT ? Duration.ofNanos(latency) : Duration.ZERO;
    }

    /** How long a send may take. */
    public Duration budget() {
        return Duration.ofNanos(budget);
    }

    /** Begins a send's time; the result is for Kafka, and calls {@code callback} once. */
    Callback begin(Callback callback) {
        Send send = new Send(callback, nanoTime.getAsLong());
        pending.add(send);
        return send;
    }

    void expire() {
        long now = nanoTime.getAsLong();
        for (Send send = pending.peek(); send != null && now - send.begun >= budget; send = pending.peek()) {
            pending.poll();
            try {
                send.complete(null, new TimeoutException("Kafka has not acknowledged in time"));
            } catch (RuntimeException | Error e) {
                // The ones behind it must still be kept
                LOGGER.atError().setCause(e).log("A late send could not be acted on");
            }
        }
        long before = lastInTime;
        boolean stalled = isStalled(now);
        // Twice: behind a pause of the process itself the acknowledgements are there, but not read yet
        if (stalled && wasStalled && !away) {
            goAway(now);
            if (lastInTime != before) {
                away = false;
            }
        }
        wasStalled = stalled;
    }

    private void goAway(long now) {
        if (!away) {
            awaySince = now;
        }
        away = true;
    }

    private boolean isStalled(long now) {
        long patience = Math.max(budget / STALLED_AFTER, USUAL * latency);
        if (now - lastInTime < patience) {
            return false;
        }
        for (Send send : pending) {
            if (now - send.begun < patience) {
                return false;
            }
            if (send.waiting.get() != null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    private void inTime() {
        lastInTime = nanoTime.getAsLong();
        away = false;
    }

    private void settled(long begun, Exception failure) {
        long now = nanoTime.getAsLong();
        if (failure == null) {
            lastLive = now;
            latency += (now - begun - latency) / SMOOTHING;
            inTime();
        } else if (failure instanceof RetriableException && now - lastInTime >= budget) {
            goAway(now);
        }
    }

    /** One send; stays queued for its whole time, so it holds on to nothing once it is settled. */
    private final class Send implements Callback {

        private final AtomicReference<Callback> waiting;
        private final long begun;

        private Send(Callback callback, long begun) {
            this.waiting = new AtomicReference<>(callback == null ? (metadata, failure) -> {} : callback);
            this.begun = begun;
        }

        @Override
        public void onCompletion(RecordMetadata metadata, Exception failure) {
            complete(metadata, failure);
        }

        private void complete(RecordMetadata metadata, Exception failure) {
            Callback callback = waiting.getAndSet(null);
            if (callback != null) {
                settled(begun, failure);
                callback.onCompletion(metadata, failure);
            }
        }
    }
}
