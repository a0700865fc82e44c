package io.pasar.marketplace;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The turns of one kind of call at one marketplace: one after the other at even distances, never a burst, not after a
 * rest either. Safe for use by many threads. Times are {@link System#nanoTime()}'s.
 */
final class Pace {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final DoubleSupplier perSecond;
    private final LongSupplier nanoTime;
    private long nextTurn;
    private long pausedUntil;

    /** @param perSecond calls per second as it is now; 0 for no limit */
    Pace(DoubleSupplier perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
        this.nextTurn = nanoTime.getAsLong();
        this.pausedUntil = nextTurn;
    }

    /** When the caller's turn is; empty, and none is taken, if that is after the deadline. */
    synchronized OptionalLong turn(long deadline) {
        long turn = later(later(nextTurn, pausedUntil), nanoTime.getAsLong());
        if (turn - deadline > 0) {
            return OptionalLong.empty();
        }
        double rate = perSecond.getAsDouble();
        nextTurn = rate > 0 ? turn + (long) (SECOND / rate) : turn;
        return OptionalLong.of(turn);
    }

    /** Nobody's turn is before this is over, whatever turn has been promised. */
    synchronized void pause(Duration pause) {
        pausedUntil = later(pausedUntil, nanoTime.getAsLong() + pause.toNanos());
    }

    synchronized boolean isPaused() {
        return pausedUntil - nanoTime.getAsLong() > 0;
    }

    /** How long somebody who asks now waits for a turn. */
    synchronized Duration expectedWait() {
        long now = nanoTime.getAsLong();
        return Duration.ofNanos(later(later(nextTurn, pausedUntil), now) - now);
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }
}
