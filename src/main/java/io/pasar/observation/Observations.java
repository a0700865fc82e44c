package io.pasar.observation;

import io.pasar.account.Account;
import io.pasar.account.Secret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
import java.util.function.Supplier;

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

    /** What came to this replica. */
    private final Map<AccountKey, Seen> here = new ConcurrentHashMap<>();

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
        Instant now = clock.instant();
        Seen seen = seen(marketplace, account);
        seen.ofKind(eventKind).verified(now);
        of(seen.secrets, secret, () -> new Use(now)).last.at(now);
        of(seen.addresses, address, () -> new Use(now)).last.at(now);
    }

    /** A delivery for a known account and event kind that was rejected for its signature. */
    public void rejected(String marketplace, String account, String eventKind, String reason) {
        seen(marketplace, account).ofKind(eventKind).rejected(reason, clock.instant());
    }

    /** What was observed of one event kind of one account; zeros and nulls if nothing was. */
    public Observed of(String marketplace, String account, String eventKind) {
        AccountKey key = new AccountKey(marketplace, account);
        Sightings.EventKind everywhere =
                shared.getOrDefault(key, Sightings.NONE).eventKinds().getOrDefault(eventKind, Sightings.EventKind.NONE);
        Seen seen = here.get(key);
        OfKind ofKind = seen == null ? null : seen.eventKinds.get(eventKind);
        if (ofKind == null) {
            return new Observed(everywhere.lastVerifiedAt(), 0, everywhere.lastRejectedAt(), Map.of());
        }
        Sightings.EventKind latest = ofKind.latest().merge(everywhere);
        Map<String, Long> rejected = new TreeMap<>();
        ofKind.rejected.forEach((reason, count) -> rejected.put(reason, count.sum()));
        return new Observed(latest.lastVerifiedAt(), ofKind.verified.sum(), latest.lastRejectedAt(), rejected);
    }

    /** When each thing was last seen of this account, by this replica or another; since when is null until that is read. */
    public Sightings sightings(Account account) {
        AccountKey key = AccountKey.of(account);
        Sightings known = shared.getOrDefault(key, Sightings.NONE);
        Sightings everywhere = complete ? known : known.begunAtAnUnknownTime();
        Seen seen = here.get(key);
        return seen == null ? everywhere : everywhere.merge(seen.sightings(account));
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
            Seen seen = here.get(AccountKey.of(account));
            if (seen != null) {
                seen.secrets.keySet().retainAll(account.webhookSecrets());
            }
        });
        here.keySet().retainAll(existing);
        shared.keySet().retainAll(existing);
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
        here.forEach((account, seen) -> seen.eventKinds.forEach((eventKind, ofKind) -> {
            if (ofKind.rhythm.get().isSuspicious(least, shortest, longest)) {
                Rhythm rhythm = withOthers(account, eventKind, ofKind);
                if (rhythm.isSuspicious(least, shortest, longest)
                        && !rhythm.wrongAt().plus(longest).isBefore(now)) {
                    streaks.add(new Streak(
                            account.marketplace,
                            account.account,
                            eventKind,
                            rhythm.wrong(),
                            rhythm.wrongSince(),
                            rhythm.wrongAt()));
                }
            }
        }));
        return streaks;
    }

    /** Genuine deliveries may come to other replicas while forged ones come to this one. */
    private Rhythm withOthers(AccountKey account, String eventKind, OfKind ofKind) {
        Instant verified = of(account.marketplace, account.account, eventKind).lastVerifiedAt();
        return verified == null
                ? ofKind.rhythm.get()
                : ofKind.rhythm.updateAndGet(rhythm -> rhythm.verifiedElsewhere(verified));
    }

    private Seen seen(String marketplace, String account) {
        return of(here, new AccountKey(marketplace, account), Seen::new);
    }

    /** Looks first: to compute what is absent, the map may lock. */
    private static <K, V> V of(Map<K, V> map, K key, Supplier<V> missing) {
        V known = map.get(key);
        return known == null ? map.computeIfAbsent(key, absent -> missing.get()) : known;
    }

    /**
     * @param lastVerifiedAt by any replica; null if none
     * @param verified by this replica since it started
     * @param lastRejectedAt by any replica; null if none
     * @param rejected count by reason, by this replica since it started
     */
    public record Observed(Instant lastVerifiedAt, long verified, Instant lastRejectedAt, Map<String, Long> rejected) {}

    record AccountKey(String marketplace, String account) {

        static AccountKey of(Account account) {
            return new AccountKey(account.marketplace(), account.id());
        }
    }

    /** What came for one account. */
    private static final class Seen {

        private final Map<String, OfKind> eventKinds = new ConcurrentHashMap<>(2);
        private final Map<Secret, Use> secrets = new ConcurrentHashMap<>(2);
        private final Map<String, Use> addresses = new ConcurrentHashMap<>(2);

        private OfKind ofKind(String eventKind) {
            return of(eventKinds, eventKind, OfKind::new);
        }

        private Sightings sightings(Account account) {
            Map<String, Sightings.EventKind> kinds = new HashMap<>();
            account.events().forEach(kind -> {
                OfKind ofKind = eventKinds.get(kind);
                if (ofKind != null) {
                    kinds.put(kind, ofKind.latest());
                }
            });
            Map<String, Instant> byFingerprint = new HashMap<>();
            secrets.forEach((secret, use) -> byFingerprint.put(use.fingerprint(secret, account), use.last.at()));
            Map<String, Instant> byAddress = new HashMap<>();
            addresses.forEach((address, use) -> byAddress.put(address, use.last.at()));
            return new Sightings(null, kinds, byFingerprint, byAddress);
        }
    }

    private static final class OfKind {

        private final LongAdder verified = new LongAdder();
        private final Map<String, LongAdder> rejected = new ConcurrentHashMap<>(2);
        private final AtomicReference<Rhythm> rhythm = new AtomicReference<>(Rhythm.UNKNOWN);
        private final Latest lastVerified = new Latest();
        private final Latest lastRejected = new Latest();

        private void verified(Instant at) {
            verified.increment();
            lastVerified.at(at);
            Rhythm before = rhythm.get();
            // Mostly nothing is learnt, and writing the same again would cost more than looking
            if (before.verified(at) != before) {
                rhythm.updateAndGet(some -> some.verified(at));
            }
        }

        private void rejected(String reason, Instant at) {
            of(rejected, reason, LongAdder::new).increment();
            lastRejected.at(at);
            if (WRONG_SIGNATURE.equals(reason)) {
                rhythm.updateAndGet(some -> some.wrong(at));
            }
        }

        private Sightings.EventKind latest() {
            return new Sightings.EventKind(lastVerified.at(), lastRejected.at());
        }
    }

    private static final class Use {

        private final Latest last = new Latest();
        private volatile String fingerprint;

        private Use(Instant at) {
            last.at(at);
        }

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

    /** A number, not an object per delivery that outlives it in each of very many accounts. */
    private static final class Latest {

        private static final long NEVER = Long.MIN_VALUE;

        private volatile long nanos = NEVER;

        private void at(Instant instant) {
            nanos = ChronoUnit.NANOS.between(Instant.EPOCH, instant);
        }

        /** Null if never. */
        private Instant at() {
            return nanos == NEVER ? null : Instant.EPOCH.plusNanos(nanos);
        }
    }
}
