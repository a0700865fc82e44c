package io.pasar.registration;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.pasar.account.Account;
import io.pasar.account.Accounts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Gauge {@code pasar.registration.evidence} by marketplace, account and kind: 1 where such evidence speaks against a
 * registration, otherwise no sample. Gauge {@code pasar.registration.assertion.age} by marketplace and account: how long
 * ago the last registration was taken, where not all of it can be read.
 */
final class EvidenceMetrics {

    private final MultiGauge doubts;
    private final MultiGauge ages;
    private final Accounts accounts;
    private final RegistrationRecords records;
    private final EvidenceReview review;
    private final Clock clock;

    private Set<Doubt> doubtful = Set.of();
    private Set<Aging> aging = Set.of();

    EvidenceMetrics(
            MeterRegistry registry,
            Accounts accounts,
            RegistrationRecords records,
            EvidenceReview review,
            Clock clock) {
        this.doubts = MultiGauge.builder("pasar.registration.evidence")
                .description("1 where what arrives, or does not, makes the registration of an account doubtful")
                .register(registry);
        this.ages = MultiGauge.builder("pasar.registration.assertion.age")
                .description("Time since a marketplace took the registration of an account that it does not show")
                .baseUnit("seconds")
                .register(registry);
        this.accounts = accounts;
        this.records = records;
        this.review = review;
        this.clock = clock;
    }

    /** To be called by one thread. Touches the gauges only when some come or go: an age is worked out when it is read. */
    void update() {
        Set<Doubt> doubtfulNow = new HashSet<>();
        Set<Aging> agingNow = new HashSet<>();
        Instant now = clock.instant();
        for (Account account : accounts.all()) {
            records.find(account.key()).ifPresent(found -> {
                Evidence known = Evidence.of(found);
                for (Episode episode : known.episodes()) {
                    doubtfulNow.add(Doubt.of(account, episode.kind().name().toLowerCase(Locale.ROOT)));
                }
                if (review.isTooOld(found.sent(), known, now)) {
                    doubtfulNow.add(Doubt.of(account, "age"));
                }
                if (found.sent() != null && !known.blind().isEmpty()) {
                    agingNow.add(new Aging(account.marketplace(), account.id()));
                }
            });
        }
        if (!doubtfulNow.equals(doubtful)) {
            doubts.register(doubtfulNow.stream().map(Doubt::row).toList());
            doubtful = doubtfulNow;
        }
        if (!agingNow.equals(aging)) {
            ages.register(agingNow.stream().map(this::row).toList());
            aging = agingNow;
        }
    }

    private Row<?> row(Aging account) {
        return Row.of(Tags.of("marketplace", account.marketplace, "account", account.account), () -> seconds(account));
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

        Row<?> row() {
            return Row.of(Tags.of("marketplace", marketplace, "account", account, "kind", kind), 1);
        }
    }

    private record Aging(String marketplace, String account) {}
}
