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
    private final RandomGenerator random;

    /** @param longest the time between two checks when all is well: failing is no reason to look less often */
    Backoff(Duration longest, RandomGenerator random) {
        this.longest = longest;
        this.random = random;
    }

    /** @param attempts tries in a row that did not end as desired, this one included */
    Duration after(int attempts) {
        Duration doubled = FIRST.multipliedBy(1L << Math.min(attempts - 1, LAST_DOUBLING));
        return jittered(doubled.compareTo(longest) < 0 ? doubled : longest);
    }

    Duration after(int attempts, MarketplaceException failure) {
        if (failure.kind() == Kind.RATE_LIMITED && failure.retryAfter() != null) {
            // As told, and a little later, so that not all who were told the same come back at once
            return failure.retryAfter().plus(jittered(FIRST));
        }
        return switch (failure.kind()) {
            case REJECTED, GONE -> longest;
            default -> after(attempts);
        };
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
