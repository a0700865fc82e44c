package io.pasar.registration;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;

/**
 * Gauge {@code pasar.registration.state} by marketplace, account and state: 1 for the state that an account is in; the
 * other states have no sample.
 */
final class RegistrationMetrics {

    private final MultiGauge states;
    private final Registrations registrations;

    RegistrationMetrics(MeterRegistry registry, Registrations registrations) {
        this.states = MultiGauge.builder("pasar.registration.state")
                .description("1 for the state that the registration of an account is in")
                .register(registry);
        this.registrations = registrations;
    }

    /** Brings the gauges up to date with the states as they are now. */
    void update() {
        states.register(registrations.all().stream()
                .<Row<?>>map(status -> Row.of(tags(status), 1))
                .toList());
    }

    private static Tags tags(RegistrationStatus status) {
        String state = status.state().name().toLowerCase(Locale.ROOT).replace('_', '-');
        return Tags.of("marketplace", status.marketplace(), "account", status.account(), "state", state);
    }
}
