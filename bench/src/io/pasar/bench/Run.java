package io.pasar.bench;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * What came of one stretch of load.
 *
 * @param sent requests
 * @param ok answers with 200
 * @param okInTime those of them that came before the time was over
 * @param refused answers with another status
 * @param broken connections that ended without an answer
 * @param unanswered requests without an answer when patience was over
 * @param micros time to the answer
 * @param cpu time of all cores that the gateway's process used; zero where nobody looked
 */
record Run(
        Duration time,
        long sent,
        long ok,
        long okInTime,
        long refused,
        long broken,
        long unanswered,
        Histogram micros,
        Duration cpu) {

    double perSecond() {
        return okInTime / (time.toNanos() / 1e9);
    }

    double millisAt(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1000.0;
    }

    /** What one request costs the gateway: unlike the rate, other work on the machine hardly changes it. */
    double cpuMicrosPerRequest() {
        return cpu.toNanos() / 1000.0 / Math.max(1, ok);
    }

    Run withCpu(Duration used) {
        return new Run(time, sent, ok, okInTime, refused, broken, unanswered, micros, used);
    }

    long failed() {
        return refused + broken + unanswered;
    }
}
