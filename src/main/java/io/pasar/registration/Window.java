package io.pasar.registration;

import java.time.Duration;

/**
 * How many checks of one marketplace may be asked for and not yet be carried out. Few: a command that somebody waits for
 * stands behind them in the queue, and so do the commands of other marketplaces.
 */
final class Window {

    private static final int FEW = 8;
    private static final int VERY_FEW = 2;
    private static final int MOST = 2000;

    /** Looks are a second apart: what was done in the last second will be done thrice before it is all done. */
    private static final int AHEAD = 3;

    private static final Duration SLOW = Duration.ofSeconds(10);

    private Window() {}

    /**
     * How many more may be asked for now.
     *
     * @param perSecond calls per second that this replica may make; 0 for no limit
     */
    static int room(Look look, double perSecond) {
        int most = perSecond > 0 ? (int) Math.max(VERY_FEW, Math.min(MOST, Math.ceil(AHEAD * perSecond))) : MOST;
        int least = look.oldestAskAge().compareTo(SLOW) > 0 ? VERY_FEW : FEW;
        int size = Math.min(most, Math.max(least, AHEAD * look.answeredCount()));
        return Math.max(0, size - look.outstandingCount());
    }
}
