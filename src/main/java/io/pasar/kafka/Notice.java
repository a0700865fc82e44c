package io.pasar.kafka;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Decides which of many like failures are worth a line in the log: the first of each kind, and one every five minutes
 * while they go on. Safe for use by many threads.
 */
public final class Notice {

    private static final long AGAIN_AFTER = Duration.ofMinutes(5).toNanos();

    /** Without any for so long, it had ended; a try that times out takes a minute. */
    private static final long OVER_AFTER = Duration.ofMinutes(2).toNanos();

    /** Kinds can be as many as texts; then the oldest is told anew. */
    private static final int MOST_KINDS = 20;

    private final LongSupplier nanoTime;
    private final Map<String, Long> told = new LinkedHashMap<>();
    private long seenAt;

    public Notice() {
        this(System::nanoTime);
    }

    Notice(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * To be called for every failure.
     *
     * @param kind may be null
     */
    public synchronized boolean isDue(String kind) {
        long now = nanoTime.getAsLong();
        if (now - seenAt >= OVER_AFTER) {
            told.clear();
        }
        seenAt = now;
        Long toldAt = told.get(kind);
        if (toldAt != null && now - toldAt < AGAIN_AFTER) {
            return false;
        }
        told.remove(kind);
        told.put(kind, now);
        if (told.size() > MOST_KINDS) {
            told.remove(told.keySet().iterator().next());
        }
        return true;
    }
}
