package io.pasar.observation;

import io.pasar.account.Account;
import io.pasar.account.Secret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * What arrived, per account and event kind. Counts are of this replica since it started: sums over replicas and time
 * are what the metrics are for. When something was last seen holds across replicas and restarts, once
 * {@link SharedObservations} joins them. Safe for use by many threads; recording never blocks.
 */
public final class Observations {

    /** Neither a missing nor a malformed signature says anything about the secret: nobody's secret makes those. */
    private static final String WRONG_SIGNATURE = "wrong-signature";

    private final Clock clock;
    private final Instant since;
    private final Map<Key, Entry> entries = new ConcurrentHashMap<>();

    /** By which secrets and for which addresses deliveries came to this replica. */
    private final Map<AccountKey, Uses> uses = new ConcurrentHashMap<>();

    /** What other replicas have seen, and this one in earlier lives. */
    private final Map<AccountKey, Sightings> shared = new ConcurrentHashMap<>();

    /** Whether all is in {@link #shared} that was seen before: until then nobody knows what is missing. */
    private volatile boolean complete;

    public Observations(Clock clock) {
        this.clock = clock;
        this.since = clock.instant();
    }

    /** When this replica began to observe. */
    public Instant since() {
        return since;
    }

    /**
     * A delivery whose signature was right.
     *
     * @param secret the one that proved it
     * @param address the configured public URL that it came for, or {@link io.pasar.account.PublicUrl#OTHER}
     */
    public void verified(String marketplace, String account, String eventKind, Secret secret, String address) {
        Entry entry = entry(marketplace, account, eventKind);
        entry.verified.increment();
        entry.lastVerifiedAt = clock.instant();
        entry.rhythm.updateAndGet(rhythm -> rhythm.verified(entry.lastVerifiedAt));
        uses.computeIfAbsent(new AccountKey(marketplace, account), key -> new Uses())
                .used(secret, address, clock.instant());
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
        Sightings.EventKind everywhere = shared.getOrDefault(new AccountKey(marketplace, account), Sightings.NONE)
                .eventKinds()
                .getOrDefault(eventKind, Sightings.EventKind.NONE);
        if (entry == null) {
            return new Observed(everywhere.lastVerifiedAt(), 0, everywhere.lastRejectedAt(), Map.of());
        }
        Sightings.EventKind seen = entry.seen().merge(everywhere);
        Map<String, Long> rejected = new TreeMap<>();
        entry.rejected.forEach((reason, count) -> rejected.put(reason, count.sum()));
        return new Observed(seen.lastVerifiedAt(), entry.verified.sum(), seen.lastRejectedAt(), rejected);
    }

    /** When each thing was last seen of this account, by this replica or another; since when is null until that is read. */
    public Sightings sightings(Account account) {
        AccountKey key = AccountKey.of(account);
        Map<String, Sightings.EventKind> kinds = new HashMap<>();
        account.events().forEach(kind -> {
            Entry entry = entries.get(new Key(account.marketplace(), account.id(), kind));
            if (entry != null) {
                kinds.put(kind, entry.seen());
            }
        });
        Sightings known = shared.getOrDefault(key, Sightings.NONE);
        Sightings everywhere = complete ? known : known.begunAtAnUnknownTime();
        Uses here = uses.get(key);
        if (here == null && kinds.isEmpty()) {
            return everywhere;
        }
        return everywhere.merge(new Sightings(
                null,
                kinds,
                here == null ? null : here.secrets(account),
                here == null ? null : Uses.instants(here.addresses)));
    }

    /** All that was seen before has been taken in. */
    void complete() {
        complete = true;
    }

    /** Takes in what another replica has seen, or this one in an earlier life; answers what is known with it. */
    Sightings learn(AccountKey account, Sightings seen) {
        return shared.merge(account, seen, Sightings::merge);
    }

    /** Forgets all other accounts, and secrets that these no longer have. */
    void retain(Collection<Account> accounts) {
        Set<AccountKey> existing = new HashSet<>();
        accounts.forEach(account -> {
            existing.add(AccountKey.of(account));
            Uses here = uses.get(AccountKey.of(account));
            if (here != null) {
                here.secrets.keySet().retainAll(account.webhookSecrets());
            }
        });
        uses.keySet().retainAll(existing);
        shared.keySet().retainAll(existing);
        entries.keySet().removeIf(key -> !existing.contains(new AccountKey(key.marketplace, key.account)));
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
     * @param lastVerifiedAt by any replica; null if none
     * @param verified by this replica since it started
     * @param lastRejectedAt by any replica; null if none
     * @param rejected count by reason, by this replica since it started
     */
    public record Observed(Instant lastVerifiedAt, long verified, Instant lastRejectedAt, Map<String, Long> rejected) {}

    private record Key(String marketplace, String account, String eventKind) {}

    private static final class Entry {
        private final LongAdder verified = new LongAdder();
        private final Map<String, LongAdder> rejected = new ConcurrentHashMap<>();
        private final AtomicReference<Rhythm> rhythm = new AtomicReference<>(Rhythm.UNKNOWN);
        private volatile Instant lastVerifiedAt;
        private volatile Instant lastRejectedAt;

        private Sightings.EventKind seen() {
            return new Sightings.EventKind(lastVerifiedAt, lastRejectedAt);
        }
    }

    record AccountKey(String marketplace, String account) {

        static AccountKey of(Account account) {
            return new AccountKey(account.marketplace(), account.id());
        }
    }

    private static final class Uses {

        private final Map<Secret, Use> secrets = new ConcurrentHashMap<>(2);
        private final Map<String, Use> addresses = new ConcurrentHashMap<>(2);

        private void used(Secret secret, String address, Instant now) {
            secrets.computeIfAbsent(secret, key -> new Use()).lastAt = now;
            addresses.computeIfAbsent(address, key -> new Use()).lastAt = now;
        }

        private Map<String, Instant> secrets(Account account) {
            Map<String, Instant> byFingerprint = new HashMap<>();
            secrets.forEach((secret, use) -> byFingerprint.put(use.fingerprint(secret, account), use.lastAt));
            return byFingerprint;
        }

        private static Map<String, Instant> instants(Map<String, Use> uses) {
            Map<String, Instant> instants = new HashMap<>();
            uses.forEach((name, use) -> instants.put(name, use.lastAt));
            return instants;
        }
    }

    private static final class Use {

        private volatile Instant lastAt = Instant.EPOCH;
        private volatile String fingerprint;

        /** Worked out when somebody asks, and once: not per delivery. */
        private String fingerprint(Secret secret, Account account) {
            String known = fingerprint;
            if (known == null) {
                known = secret.fingerprint(account.marketplace(), account.id());
                fingerprint = known;
            }
            return known;
        }
    }
}
