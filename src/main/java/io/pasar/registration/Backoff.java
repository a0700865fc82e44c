package io.pasar.registration;

import io.pasar.marketplace.MarketplaceException;
import io.pasar.marketplace.MarketplaceException.Kind;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait until the next try. Safe for use by many threads if its random numbers are. */
final class Backoff {

    private static final Duration FIRST = Duration.ofSeconds(2);
    private static final int LAST_DOUBLING = 20;

    private final Duration longest;
    private final Duration longestGone;
    private final RandomGenerator random;

    /**
     * @param longest the time between two checks when all is well: failing is no reason to look less often
     * @param longestGone between two looks at what the marketplace says is not there
     */
    Backoff(Duration longest, Duration longestGone, RandomGenerator random) {
        this.longest = longest;
        this.longestGone = longestGone.compareTo(longest) > 0 ? longestGone : longest;
        this.random = random;
    }

    /** @param attempts tries in a row that did not end as desired, this one included */
    Duration after(int attempts) {
        return jittered(doubled(FIRST, attempts, longest));
    }

    Duration after(int attempts, MarketplaceException failure) {
        if (failure.kind() == Kind.RATE_LIMITED && failure.retryAfter() != null) {
            // As told, and a little later, so that not all who were told the same come back at once; but later still
            // where coming back as told has not helped
            Duration told = failure.retryAfter().plus(jittered(FIRST));
            Duration usual = after(attempts);
            return told.compareTo(usual) > 0 ? told : usual;
        }
        return switch (failure.kind()) {
            case REJECTED -> longest;
            // At first soon: a proxy that is being changed answers 404 as well
            case GONE -> doubled(longest, attempts, longestGone);
            default -> after(attempts);
        };
    }

    private static Duration doubled(Duration first, int attempts, Duration most) {
        Duration doubled = first.multipliedBy(1L << Math.min(attempts - 1, LAST_DOUBLING));
        return doubled.compareTo(most) < 0 ? doubled : most;
    }

    /** After a try that ended as desired: a tenth less or up to all of it, so that accounts do not come all at once. */
    Duration regular(Duration every) {
        return every.minusMillis(random.nextLong(every.toMillis() / 10 + 1));
    }

    /** Between half of it and all of it. */
    private Duration jittered(Duration wait) {
        long half = wait.toMillis() / 2;
        return Duration.ofMillis(half + random.nextLong(half + 1));
    }
}
