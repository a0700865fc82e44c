package io.pasar.observation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * What arrived at this replica since it started, per account and event kind. Safe for use by many threads; recording
 * never blocks.
 */
public final class Observations {

    /** Neither a missing nor a malformed signature says anything about the secret: nobody's secret makes those. */
    private static final String WRONG_SIGNATURE = "wrong-signature";

    private final Clock clock;
    private final Instant since;
    private final Map<Key, Entry> entries = new ConcurrentHashMap<>();

    public Observations(Clock clock) {
        this.clock = clock;
        this.since = clock.instant();
    }

    /** When this replica began to observe. */
    public Instant since() {
        return since;
    }

    /** A delivery whose signature was right. */
    public void verified(String marketplace, String account, String eventKind) {
        Entry entry = entry(marketplace, account, eventKind);
        entry.verified.increment();
        entry.lastVerifiedAt = clock.instant();
        entry.rhythm.updateAndGet(rhythm -> rhythm.verified(entry.lastVerifiedAt));
    }

    /** A delivery for a known account and event kind that was rejected for its signature. */
    public void rejected(String marketplace, String account, String eventKind, String reason) {
        Entry entry = entry(marketplace, account, eventKind);
        entry.rejected.computeIfAbsent(reason, r -> new LongAdder()).increment();
        entry.lastRejectedAt = clock.instant();
        if (WRONG_SIGNATURE.equals(reason)) {
            entry.rhythm.updateAndGet(rhythm -> rhythm.wrong(entry.lastRejectedAt));
        }
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

    /**
     * The streaks of wrongly signed deliveries that this replica saw and that make the secret doubtful.
     *
     * @param least how many deliveries a streak has at least, and how many usual gaps between verified ones it lasts
     * @param shortest how long a streak lasts at least; also taken for the gaps that are not known yet
     * @param longest a streak need not last longer, and one that ended earlier than this ago is none
     */
    public List<Streak> streaks(int least, Duration shortest, Duration longest) {
        Instant now = clock.instant();
        List<Streak> streaks = new ArrayList<>();
        entries.forEach((key, entry) -> {
            if (entry.rhythm.get().isSuspicious(least, shortest, longest)) {
                Rhythm rhythm = withOthers(key, entry);
                if (rhythm.isSuspicious(least, shortest, longest)
                        && !rhythm.wrongAt().plus(longest).isBefore(now)) {
                    streaks.add(new Streak(
                            key.marketplace,
                            key.account,
                            key.eventKind,
                            rhythm.wrong(),
                            rhythm.wrongSince(),
                            rhythm.wrongAt()));
                }
            }
        });
        return streaks;
    }

    /** Genuine deliveries may come to other replicas while forged ones come to this one. */
    private Rhythm withOthers(Key key, Entry entry) {
        Instant verified = of(key.marketplace, key.account, key.eventKind).lastVerifiedAt();
        return verified == null
                ? entry.rhythm.get()
                : entry.rhythm.updateAndGet(rhythm -> rhythm.verifiedElsewhere(verified));
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
        private final AtomicReference<Rhythm> rhythm = new AtomicReference<>(Rhythm.UNKNOWN);
        private volatile Instant lastVerifiedAt;
        private volatile Instant lastRejectedAt;
    }
}
