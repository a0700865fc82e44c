package io.pasar.inbound;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
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

    /** In order, and quick to take out of: what is met early would else live for its whole time, thousands a second. */
    private final Set<Deadline> pending = new LinkedHashSet<>();

    private boolean armed;

    Deadlines(Vertx vertx, Duration after) {
        this.vertx = vertx;
        this.afterNanos = after.toNanos();
    }

    /** Runs {@code onExpiry} on this event loop when the time has passed, unless it is met before. */
    Deadline add(Runnable onExpiry) {
        Deadline deadline = new Deadline(this, System.nanoTime() + afterNanos, onExpiry);
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
        for (Deadline next = next(); next != null && next.at - now <= 0; next = next()) {
            next.met();
            next.expire();
        }
        armed = false;
        if (!pending.isEmpty()) {
            arm(next().at - now);
        }
    }

    private Deadline next() {
        return pending.isEmpty() ? null : pending.iterator().next();
    }

    int pending() {
        return pending.size();
    }

    /** One of them. Compared by identity. */
    static final class Deadline {

        private final Deadlines deadlines;
        private final long at;
        private final Runnable onExpiry;

        private Deadline(Deadlines deadlines, long at, Runnable onExpiry) {
            this.deadlines = deadlines;
            this.at = at;
            this.onExpiry = onExpiry;
        }

        void met() {
            deadlines.pending.remove(this);
        }

        private void expire() {
            try {
                onExpiry.run();
            } catch (RuntimeException e) {
                // The ones behind it must still be kept
                LOGGER.atError().setCause(e).log("A deadline could not be acted on");
            }
        }
    }
}
