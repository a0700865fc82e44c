package io.pasar.registration;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Gauge {@code pasar.registration.state} by marketplace, account and state: 1 for the state that an account is in; the
 * other states have no sample. Gauges {@code pasar.registration.due} and {@code pasar.registration.oldest.check.age} by
 * marketplace, the same on every replica. Timer {@code pasar.registration.check} by marketplace and state, of the checks
 * that this replica carried out.
 */
final class RegistrationMetrics {

    private final MeterRegistry registry;
    private final MultiGauge states;
    private final MultiGauge due;
    private final MultiGauge oldestCheckAge;
    private final Registrations registrations;
    private List<RegistrationStatus> shown = List.of();

    RegistrationMetrics(MeterRegistry registry, Registrations registrations) {
        this.registry = registry;
        this.states = MultiGauge.builder("pasar.registration.state")
                .description("1 for the state that the registration of an account is in")
                .register(registry);
        this.due = MultiGauge.builder("pasar.registration.due")
                .description("Accounts that are due for a check")
                .register(registry);
        this.oldestCheckAge = MultiGauge.builder("pasar.registration.oldest.check.age")
                .description("Since the check that is the longest ago of each account's last")
                .baseUnit("seconds")
                .register(registry);
        this.registrations = registrations;
    }

    /** Brings the states up to date. Called by one thread. */
    void updateStates() {
        List<RegistrationStatus> now = registrations.all();
        // To register thousands of gauges again costs more than all the rest of a look at the accounts
        if (!sameStates(shown, now)) {
            states.register(
                    now.stream().<Row<?>>map(status -> Row.of(tags(status), 1)).toList());
            shown = now;
        }
    }

    void updateProgress(Collection<Look> looks) {
        due.register(
                looks.stream()
                        .<Row<?>>map(look -> Row.of(Tags.of("marketplace", look.marketplace()), look.due()))
                        .toList(),
                true);
        oldestCheckAge.register(
                looks.stream()
                        .<Row<?>>map(look -> Row.of(
                                Tags.of("marketplace", look.marketplace()),
                                look.oldestCheckAge().toMillis() / 1000.0))
                        .toList(),
                true);
    }

    /** Safe for use by many threads. */
    void checked(String marketplace, State state, long nanos) {
        Timer.builder("pasar.registration.check")
                .description("Checks of registrations, repairs included")
                .tags("marketplace", marketplace, "state", name(state))
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    private static boolean sameStates(List<RegistrationStatus> before, List<RegistrationStatus> now) {
        if (before.size() != now.size()) {
            return false;
        }
        for (int i = 0; i < now.size(); i++) {
            RegistrationStatus one = before.get(i);
            RegistrationStatus other = now.get(i);
            if (one.state() != other.state()
                    || !one.account().equals(other.account())
                    || !one.marketplace().equals(other.marketplace())) {
                return false;
            }
        }
        return true;
    }

    private static Tags tags(RegistrationStatus status) {
        return Tags.of("marketplace", status.marketplace(), "account", status.account(), "state", name(status.state()));
    }

    static String name(State state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
