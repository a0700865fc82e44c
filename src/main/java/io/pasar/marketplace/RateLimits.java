package io.pasar.marketplace;

import io.pasar.marketplace.MarketplaceException.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.apache.camel.Message;

/**
 * Keeps this replica's calls to each marketplace below its part of the marketplace's rate limit. The limit counts for
 * each of the three calls by itself (Tokopedia, "Rate Limit": per endpoint), and for all accounts together, because no
 * document says that accounts are counted apart. Callers come first in, first out. Safe for use by many threads.
 */
public final class RateLimits {

    private final Map<String, Double> perSecond;
    private final DoubleSupplier share;
    private final ConcurrentMap<String, Map<MarketplaceCall, Pace>> paces = new ConcurrentHashMap<>();

    /**
     * @param perSecond calls per second by marketplace, for all replicas together; one that is missing has no limit
     * @param share this replica's part of it, above 0 and up to 1; asked at every call
     */
    public RateLimits(Map<String, Double> perSecond, DoubleSupplier share) {
        this.perSecond = Map.copyOf(perSecond);
        this.share = share;
    }

    /** Limits nothing but what a marketplace itself asks for. */
    static RateLimits none() {
        return new RateLimits(Map.of(), () -> 1);
    }

    /** For all replicas together; 0 for no limit. */
    double perSecond(String marketplace) {
        return perSecond.getOrDefault(marketplace, 0.0);
    }

    /** How long the marketplace's slowest call would wait for its turn now. */
    Duration expectedWait(String marketplace) {
        return Arrays.stream(MarketplaceCall.values())
                .map(call -> pace(marketplace, call).expectedWait())
                .reduce(Duration.ZERO, (one, other) -> one.compareTo(other) > 0 ? one : other);
    }

    /**
     * Blocks until it is this call's turn.
     *
     * @throws MarketplaceException {@link Kind#POSTPONED} at once, if its turn would come too late
     */
    void await(String marketplace, MarketplaceCall call, Duration atMost) {
        Pace pace = pace(marketplace, call);
        long deadline = System.nanoTime() + atMost.toNanos();
        do {
            OptionalLong turn = pace.turn(deadline);
            if (turn.isEmpty()) {
                throw postponed(call, pace.expectedWait());
            }
            sleepUntil(turn.getAsLong(), call);
        } while (pace.isPaused());
    }

    /**
     * Heeds what an answer says of the rate: a 429, or Tokopedia's {@code X-Ratelimit-Remaining: 0} ("Rate Limit"). A
     * marketplace is asked again after a minute at the latest; what it answers then counts.
     */
    void heed(String marketplace, MarketplaceCall call, Message answer) {
        Duration rest = MarketplaceAnswer.rest(answer);
        if (!rest.isZero()) {
            pace(marketplace, call).pause(rest);
        }
    }

    private Pace pace(String marketplace, MarketplaceCall call) {
        return paces.computeIfAbsent(marketplace, unknown -> new ConcurrentHashMap<>())
                .computeIfAbsent(
                        call,
                        unknown -> new Pace(() -> perSecond(marketplace) * share.getAsDouble(), System::nanoTime));
    }

    private static void sleepUntil(long turn, MarketplaceCall call) {
        try {
            TimeUnit.NANOSECONDS.sleep(turn - System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw postponed(call, Duration.ZERO);
        }
    }

    private static MarketplaceException postponed(MarketplaceCall call, Duration wait) {
        Duration seconds = Duration.ofSeconds(wait.toSeconds() + 1);
        String text = call.words() + ": not asked, because too many calls wait for their turn under the rate limit";
        return new MarketplaceException(Kind.POSTPONED, 0, null, text, null, seconds, null);
    }
}
