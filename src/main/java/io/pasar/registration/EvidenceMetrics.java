package io.pasar.registration;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.pasar.account.Account;
import io.pasar.account.Accounts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Gauge {@code pasar.registration.evidence} by marketplace, account and kind: 1 where such evidence speaks against a
 * registration, otherwise no sample. Gauge {@code pasar.registration.assertion.age} by marketplace and account: how long
 * ago the last registration was taken, where not all of it can be read.
 */
final class EvidenceMetrics {

    private final MeterRegistry registry;
    private final Accounts accounts;
    private final RegistrationRecords records;
    private final EvidenceReview review;
    private final Clock clock;

    private final Map<Doubt, Meter> doubts = new HashMap<>();
    private final Map<Aging, Meter> ages = new HashMap<>();

    EvidenceMetrics(
            MeterRegistry registry,
            Accounts accounts,
            RegistrationRecords records,
            EvidenceReview review,
            Clock clock) {
        this.registry = registry;
        this.accounts = accounts;
        this.records = records;
        this.review = review;
        this.clock = clock;
    }

    /** To be called by one thread. Touches only the gauges that come or go: an age is worked out when it is read. */
    void update() {
        Set<Doubt> doubtsNow = new HashSet<>();
        Set<Aging> agesNow = new HashSet<>();
        Instant now = clock.instant();
        for (Account account : accounts.all()) {
            records.find(account.key()).ifPresent(found -> {
                Evidence known = Evidence.of(found);
                for (Episode episode : known.episodes()) {
                    doubtsNow.add(Doubt.of(account, episode.kind().name().toLowerCase(Locale.ROOT)));
                }
                if (review.isTooOld(found.sent(), known, now)) {
                    doubtsNow.add(Doubt.of(account, "age"));
                }
                if (found.sent() != null && !known.blind().isEmpty()) {
                    agesNow.add(new Aging(account.marketplace(), account.id()));
                }
            });
        }
        bringUpToDate(doubts, doubtsNow, this::gauge);
        bringUpToDate(ages, agesNow, this::gauge);
    }

    private <T> void bringUpToDate(Map<T, Meter> shown, Set<T> now, Function<T, Meter> gauge) {
        shown.entrySet().removeIf(entry -> {
            boolean gone = !now.contains(entry.getKey());
            if (gone) {
                registry.remove(entry.getValue());
            }
            return gone;
        });
        now.forEach(one -> shown.computeIfAbsent(one, gauge));
    }

    private Meter gauge(Doubt doubt) {
        return Gauge.builder("pasar.registration.evidence", () -> 1)
                .description("1 where what arrives, or does not, makes the registration of an account doubtful")
                .tags(Tags.of("marketplace", doubt.marketplace, "account", doubt.account, "kind", doubt.kind))
                .register(registry);
    }

    private Meter gauge(Aging aging) {
        return Gauge.builder("pasar.registration.assertion.age", () -> seconds(aging))
                .description("Time since a marketplace took the registration of an account that it does not show")
                .baseUnit("seconds")
                .tags(Tags.of("marketplace", aging.marketplace, "account", aging.account))
                .register(registry);
    }

    private double seconds(Aging account) {
        return records.find(account.marketplace + "/" + account.account)
                .map(AccountRecord::sent)
                .map(sent -> Duration.between(sent.sentAt(), clock.instant()).toMillis() / 1000.0)
                .orElse(Double.NaN);
    }

    private record Doubt(String marketplace, String account, String kind) {

        static Doubt of(Account account, String kind) {
            return new Doubt(account.marketplace(), account.id(), kind);
        }
    }

    private record Aging(String marketplace, String account) {}
}
