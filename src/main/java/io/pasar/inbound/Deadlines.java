package io.pasar.inbound;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Deadlines that all lie the same time ahead, so that the oldest is always the first: one timer serves any number of
 * them, and a request that is done in time costs nothing to take off. For one event loop, not thread-safe.
 */
final class Deadlines {

    private final Vertx vertx;
    private final long afterNanos;
    private final Queue<Deadline> pending = new ArrayDeque<>();
    private boolean armed;

    Deadlines(Vertx vertx, Duration after) {
        this.vertx = vertx;
        this.afterNanos = after.toNanos();
    }

    /** Runs {@code onExpiry} on this event loop when the time has passed; it must know itself whether it is too late. */
    void add(Runnable onExpiry) {
        pending.add(new Deadline(System.nanoTime() + afterNanos, onExpiry));
        if (!armed) {
            arm(afterNanos);
        }
    }

    private void arm(long nanos) {
        armed = true;
        vertx.setTimer(Math.max(1, nanos / 1_000_000), id -> expire());
    }

    private void expire() {
        armed = false;
        long now = System.nanoTime();
        while (!pending.isEmpty() && pending.peek().at - now <= 0) {
            pending.poll().onExpiry.run();
        }
        if (!armed && !pending.isEmpty()) {
            arm(pending.peek().at - now);
        }
    }

    private record Deadline(long at, Runnable onExpiry) {}
}
