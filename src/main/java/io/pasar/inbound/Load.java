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
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong held = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();

    Load(int maxInFlight, long maxHeld) {
        this.maxInFlight = maxInFlight;
        this.maxHeld = maxHeld;
    }

    /** Whether there is room for these bytes of a body; if so they are held until {@link #release}. */
    boolean hold(int bytes) {
        if (held.addAndGet(bytes) <= maxHeld) {
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

    void connected() {
        connections.incrementAndGet();
    }

    void disconnected() {
        connections.decrementAndGet();
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
