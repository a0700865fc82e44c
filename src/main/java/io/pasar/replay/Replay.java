package io.pasar.replay;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;

/**
 * A replay and how far it is: a record's value in {@code pasar.replays}, as JSON. Immutable.
 *
 * @param ranges fixed when it was asked for, save {@link Range#next}
 * @param selected how many records it takes; null until they are counted
 * @param published how many were published; after a crash some twice, and those count twice
 * @param reason why it failed, or why it stands still; null otherwise
 */
public record Replay(
        String id,
        ReplayRequest request,
        State state,
        List<Range> ranges,
        Long selected,
        long published,
        Instant startedAt,
        Instant updatedAt,
        String reason) {

    /** How a replay stands. */
    public enum State {
        /** Nothing is published before it is known how much it will be. */
        @JsonProperty("counting")
        COUNTING,
        @JsonProperty("running")
        RUNNING,
        @JsonProperty("done")
        DONE,
        @JsonProperty("failed")
        FAILED,
        @JsonProperty("cancelled")
        CANCELLED;

        boolean isOver() {
            return this == DONE || this == FAILED || this == CANCELLED;
        }
    }

    /**
     * @param first the first offset
     * @param next where it goes on
     * @param end the first offset that is too late
     */
    public record Range(int partition, long first, long next, long end) {

        Range at(long offset) {
            return new Range(partition, first, Math.min(offset, end), end);
        }
    }

    Replay counted(long count, Instant now) {
        return new Replay(id, request, State.RUNNING, ranges, count, published, startedAt, now, null);
    }

    Replay advanced(List<Range> reached, long count, Instant now) {
        return new Replay(id, request, State.RUNNING, reached, selected, count, startedAt, now, null);
    }

    Replay ended(State end, String why, Instant now) {
        return new Replay(id, request, end, ranges, selected, published, startedAt, now, why);
    }

    /** Not over: it goes on when the reason has gone. */
    Replay stuck(String why) {
        return new Replay(id, request, state, ranges, selected, published, startedAt, updatedAt, why);
    }

    boolean isWhole(String key) {
        return key.equals(id)
                && request != null
                && request.selection() != null
                && request.rate() > 0
                && state != null
                && ranges != null;
    }
}
