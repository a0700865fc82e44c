package io.pasar.inbound;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deadlines that all lie the same time ahead, so that the oldest is always the first: one timer serves any number of
 * them. For one event loop, not thread-safe.
 */
final class Deadlines {

    private static final Logger LOGGER = LoggerFactory.getLogger(Deadlines.class);

    private final Vertx vertx;
    private final long afterNanos;
    private final Queue<Deadline> pending = new ArrayDeque<>();
    private boolean armed;

    Deadlines(Vertx vertx, Duration after) {
        this.vertx = vertx;
        this.afterNanos = after.toNanos();
    }

    /** Runs {@code onExpiry} on this event loop when the time has passed, unless it is met before. */
    Deadline add(Runnable onExpiry) {
        Deadline deadline = new Deadline(System.nanoTime() + afterNanos, onExpiry);
        pending.add(deadline);
        if (!armed) {
            arm(afterNanos);
        }
        return deadline;
    }

    private void arm(long nanos) {
        armed = true;
        vertx.setTimer(Math.max(1, nanos / 1_000_000), id -> expire());
    }

    private void expire() {
        long now = System.nanoTime();
        // Still armed: one that adds itself again must not arm for its own time, past those that are due before it
        while (!pending.isEmpty() && pending.peek().at - now <= 0) {
            pending.poll().expire();
        }
        armed = false;
        if (!pending.isEmpty()) {
            arm(pending.peek().at - now);
        }
    }

    /** One of them; it stays queued to its end, so it holds on to nothing once it is met. */
    static final class Deadline {

        private final long at;
        private Runnable onExpiry;

        private Deadline(long at, Runnable onExpiry) {
            this.at = at;
            this.onExpiry = onExpiry;
        }

        void met() {
            onExpiry = null;
        }

        private void expire() {
            if (onExpiry == null) {
                return;
            }
            try {
                onExpiry.run();
            } catch (RuntimeException e) {
                // The ones behind it must still be kept
                LOGGER.atError().setCause(e).log("A deadline could not be acted on");
            }
        }
    }
}
