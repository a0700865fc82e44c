package io.pasar.inbound;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the ingest port has taken on: bounded, so that too much of it is a 503 and not a full heap. Safe for use by many
 * threads.
 */
final class Load {

    private final int maxInFlight;
    private final long maxHeld;
    private final int maxConnections;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong held = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger silent = new AtomicInteger();

    Load(int maxInFlight, long maxHeld, int maxConnections) {
        this.maxInFlight = maxInFlight;
        this.maxHeld = maxHeld;
        this.maxConnections = maxConnections;
    }

    /**
     * Whether there is room for these bytes more of a body; if so they are held until {@link #release}. A body may hold no
     * more than it leaves to the others, so large ones that take their time cannot keep small ones out.
     *
     * @param body what the body would hold with them
     */
    boolean hold(int bytes, int body) {
        if (held.addAndGet(bytes) + body <= maxHeld) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    /** Whether so much is held that bodies which hardly arrive must make room. */
    boolean isCrowded() {
        return held.get() > maxHeld / 2;
    }

    void release(long bytes) {
        held.addAndGet(-bytes);
    }

    /** Whether one more delivery may go into its route; if so it counts until {@link #end}. */
    boolean begin() {
        if (inFlight.incrementAndGet() <= maxInFlight) {
            return true;
        }
        inFlight.decrementAndGet();
        return false;
    }

    void end() {
        inFlight.decrementAndGet();
    }

    /** Counts one more until {@link #disconnected}, and tells whether that is one too many. */
    boolean connected() {
        return connections.incrementAndGet() > maxConnections;
    }

    void disconnected() {
        connections.decrementAndGet();
    }

    /** Counts one more that has not asked for anything, until {@link #noLongerSilent}. */
    void silent() {
        silent.incrementAndGet();
    }

    void noLongerSilent() {
        silent.decrementAndGet();
    }

    /** Whether those that have not asked for anything are so few that they may just have come. */
    boolean hardlyAnySilent() {
        return silent.get() < maxConnections / 4;
    }

    int connections() {
        return connections.get();
    }

    int inFlight() {
        return inFlight.get();
    }

    long held() {
        return held.get();
    }
}
