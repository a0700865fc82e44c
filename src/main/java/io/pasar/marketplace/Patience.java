package io.pasar.marketplace;

import java.time.Duration;

/** How long a call may wait for its turn under the marketplace's rate limit before it is given up. */
public enum Patience {
    /** Somebody waits for the answer. */
    CALLER(Duration.ofSeconds(5)),
    /**
     * A run of a command. Longer, so that no flood of callers keeps runs from their turn for ever; no longer, because
     * a rebalance of the consumer group waits for the runs under way.
     */
    RUN(Duration.ofSeconds(10));

    private final Duration atMost;

    Patience(Duration atMost) {
        this.atMost = atMost;
    }

    Duration atMost() {
        return atMost;
    }
}
