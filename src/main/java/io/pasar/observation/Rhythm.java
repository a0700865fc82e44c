package io.pasar.observation;

import java.time.Duration;
import java.time.Instant;

/**
 * How deliveries of one event kind of one account come: the usual time between two verified ones, and the streak of
 * wrongly signed ones since the last verified one. Immutable; what records a delivery is a pure function.
 *
 * <p>A streak is judged by the account's own rhythm: in the time in which so many verified deliveries usually come, none
 * came. So one bad request proves nothing, and neither do any number of forged ones beside genuine ones.
 *
 * @param verifiedAt the last verified delivery, or the first of a burst; null if none
 * @param usualGap average over about the last {@value #REMEMBERED}; zero if none is known
 * @param gaps how many that average is made of, at most {@value #REMEMBERED}
 * @param wrong length of the streak
 * @param wrongSince first of the streak; null without one
 * @param wrongAt last of the streak; null without one
 */
record Rhythm(Instant verifiedAt, Duration usualGap, int gaps, long wrong, Instant wrongSince, Instant wrongAt) {

    static final Rhythm UNKNOWN = new Rhythm(null, Duration.ZERO, 0, 0, null, null);

    private static final int REMEMBERED = 8;

    /** What comes at once is one arrival: ten updates in a second do not make ten a second a shop's normal. */
    private static final Duration BURST = Duration.ofSeconds(1);

    /** Stray requests months apart are no streak. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

    Rhythm verified(Instant at) {
        if (wrong > 0 || verifiedAt == null) {
            // A gap with wrong ones in it is not normal, and nothing is learnt from it
            return new Rhythm(at, usualGap, gaps, 0, null, null);
        }
        Duration gap = Duration.between(verifiedAt, at);
        if (gap.compareTo(BURST) < 0) {
            return this;
        }
        int weight = Math.min(gaps + 1, REMEMBERED);
        return new Rhythm(at, usualGap.plus(gap.minus(usualGap).dividedBy(weight)), weight, 0, null, null);
    }

    Rhythm wrong(Instant at) {
        boolean first = wrong == 0 || !at.isBefore(wrongAt.plus(FORGOTTEN_AFTER));
        return new Rhythm(verifiedAt, usualGap, gaps, first ? 1 : wrong + 1, first ? at : wrongSince, at);
    }

    /** Another replica has verified one. */
    Rhythm verifiedElsewhere(Instant at) {
        return wrong > 0 && !at.isBefore(wrongSince) ? new Rhythm(verifiedAt, usualGap, gaps, 0, null, null) : this;
    }

    /**
     * Whether the streak is so long that the secret is to be doubted.
     *
     * @param least wrongly signed deliveries, and usual gaps, that it must last
     * @param shortest how long it must last at least; also stands for each gap that is not known yet
     * @param longest how long it need not last longer than
     */
    boolean isSuspicious(int least, Duration shortest, Duration longest) {
        if (wrong < least) {
            return false;
        }
        Duration unknown = shortest.multipliedBy(REMEMBERED - gaps);
        Duration usual = usualGap.multipliedBy(gaps).plus(unknown).dividedBy(REMEMBERED);
        Duration needed = max(shortest, min(usual.multipliedBy(least), longest));
        return Duration.between(wrongSince, wrongAt).compareTo(needed) >= 0;
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
