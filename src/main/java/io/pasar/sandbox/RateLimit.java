package io.pasar.sandbox;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tokopedia's limit per endpoint, and the headers that tell of it (Rate Limit guide). "5 req/s (burst 5)" is the guide's
 * example; which endpoint has which number is documented nowhere, nor that each client has its own. A bucket per key
 * that gains one request every {@code 1/perSecond} seconds. Safe for use by many threads.
 */
final class RateLimit {

    private final int perSecond;
    private final long interval;
    private final LongSupplier nanoTime;
    private final Map<String, Long> fullAt = new HashMap<>();

    /** @param perSecond requests per second and burst; 0 for no limit */
    RateLimit(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.interval = perSecond == 0 ? 0 : Duration.ofSeconds(1).toNanos() / perSecond;
        this.nanoTime = nanoTime;
    }

    synchronized Verdict take(String key) {
        if (perSecond == 0) {
            return new Verdict(true, Map.of());
        }
        long now = nanoTime.getAsLong();
        long full = Math.max(fullAt.getOrDefault(key, now), now);
        boolean allowed = full + interval - now <= interval * perSecond;
        if (allowed) {
            full += interval;
            fullAt.put(key, full);
        }
        long untilFull = full - now;
        long remaining = (interval * perSecond - untilFull) / interval;
        return new Verdict(allowed, headers(remaining, untilFull + interval - interval * perSecond, untilFull));
    }

    synchronized void reset() {
        fullAt.clear();
    }

    /** The headers of a client that has used up its burst this instant. */
    Map<String, String> exhausted() {
        long second = Duration.ofSeconds(1).toNanos();
        return headers(0, perSecond == 0 ? second : interval, second);
    }

    private Map<String, String> headers(long remaining, long untilNext, long untilFull) {
        Map<String, String> headers = new LinkedHashMap<>();
        int limit = perSecond == 0 ? 5 : perSecond;
        headers.put("X-Ratelimit-Limit", limit + " req/s (burst " + limit + ")");
        headers.put("X-Ratelimit-Remaining", Long.toString(remaining));
        // The guide: "If user still have remaining rate limit, this value will always show -0.000000"
        headers.put("X-Ratelimit-Reset-After", remaining > 0 ? "-0.000000" : seconds(untilNext));
        headers.put("X-Ratelimit-Full-Reset-After", seconds(untilFull));
        return headers;
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.6f", nanos / 1e9);
    }

    record Verdict(boolean allowed, Map<String, String> headers) {}
}
