package io.pasar.replay;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;

/**
 * A replay, or a release from quarantine, and how far it is: a record's value in {@code pasar.replays}, as JSON.
 * Immutable.
 *
 * @param ranges fixed when it was asked for, save {@link Range#next}
 * @param selected how many records it takes; while it counts, so far
 * @param published how many of them are published, each counted once
 * @param skipped what a release does not take
 * @param reason why it failed, or why it stands still; null otherwise
 */
public record Replay(
        String id,
        ReplayRequest request,
        State state,
        List<Range> ranges,
        long selected,
        long published,
        Skipped skipped,
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

    /**
     * Deliveries that were chosen and are not released.
     *
     * @param rejected whose signature is still not right
     * @param unwanted that no configured account wants
     * @param releasedBefore by another release
     */
    public record Skipped(long rejected, long unwanted, long releasedBefore) {

        static final Skipped NONE = new Skipped(0, 0, 0);
    }

    static Replay asked(String id, ReplayRequest request, List<Range> ranges, Instant now) {
        return new Replay(id, request, State.COUNTING, ranges, 0, 0, Skipped.NONE, now, now, null);
    }

    /** Everything is counted; it begins anew, to publish. */
    Replay counted(Instant now) {
        List<Range> begun =
                ranges.stream().map(range -> range.at(range.first())).toList();
        return new Replay(id, request, State.RUNNING, begun, selected, published, skipped, startedAt, now, null);
    }

    Replay advanced(List<Range> reached, long taken, long sent, Skipped left, Instant now) {
        return new Replay(id, request, state, reached, taken, sent, left, startedAt, now, null);
    }

    Replay ended(State end, String why, Instant now) {
        return new Replay(id, request, end, ranges, selected, published, skipped, startedAt, now, why);
    }

    /** Not over: it goes on when the reason has gone. */
    Replay stuck(String why) {
        return new Replay(id, request, state, ranges, selected, published, skipped, startedAt, updatedAt, why);
    }

    boolean isWhole(String key) {
        return key.equals(id)
                && request != null
                && request.topic() != null
                && request.selection() != null
                && request.rate() > 0
                && state != null
                && ranges != null
                && skipped != null;
    }
}
