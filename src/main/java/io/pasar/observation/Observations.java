package io.pasar.observation;

import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;

/**
 * What arrived at this replica since it started, per account and event kind. Safe for use by many threads; recording
 * never blocks.
 */
public final class Observations {

    private final Clock clock;
    private final Map<Key, Entry> entries = new ConcurrentHashMap<>();

    public Observations(Clock clock) {
        this.clock = clock;
    }

    /** A delivery whose signature was right. */
    public void verified(String marketplace, String account, String eventKind) {
        Entry entry = entry(marketplace, account, eventKind);
        entry.verified.increment();
        entry.lastVerifiedAt = clock.instant();
    }

    /** A delivery for a known account and event kind that was rejected for its signature. */
    public void rejected(String marketplace, String account, String eventKind, String reason) {
        Entry entry = entry(marketplace, account, eventKind);
        entry.rejected.computeIfAbsent(reason, r -> new LongAdder()).increment();
        entry.lastRejectedAt = clock.instant();
    }

    /** What was observed of one event kind of one account; zeros and nulls if nothing was. */
    public Observed of(String marketplace, String account, String eventKind) {
        Entry entry = entries.get(new Key(marketplace, account, eventKind));
        if (entry == null) {
            return new Observed(null, 0, null, Map.of());
        }
        Map<String, Long> rejected = new TreeMap<>();
        entry.rejected.forEach((reason, count) -> rejected.put(reason, count.sum()));
        return new Observed(entry.lastVerifiedAt, entry.verified.sum(), entry.lastRejectedAt, rejected);
    }

    /** Forgets what was observed of accounts that are gone. */
    public void retain(BiPredicate<String, String> isMarketplaceAndAccount) {
        entries.keySet().removeIf(key -> !isMarketplaceAndAccount.test(key.marketplace, key.account));
    }

    private Entry entry(String marketplace, String account, String eventKind) {
        return entries.computeIfAbsent(new Key(marketplace, account, eventKind), key -> new Entry());
    }

    /**
     * @param lastVerifiedAt null if none
     * @param lastRejectedAt null if none
     * @param rejected count by reason
     */
    public record Observed(Instant lastVerifiedAt, long verified, Instant lastRejectedAt, Map<String, Long> rejected) {}

    private record Key(String marketplace, String account, String eventKind) {}

    private static final class Entry {
        private final LongAdder verified = new LongAdder();
        private final Map<String, LongAdder> rejected = new ConcurrentHashMap<>();
        private volatile Instant lastVerifiedAt;
        private volatile Instant lastRejectedAt;
    }
}
