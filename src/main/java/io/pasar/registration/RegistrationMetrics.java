package io.pasar.registration;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Gauge {@code pasar.registration.state} by marketplace, account and state: 1 for the state that an account is in; the
 * other states have no sample.
 */
final class RegistrationMetrics {

    private static final String NAME = "pasar.registration.state";

    private final MeterRegistry registry;
    private final Supplier<List<RegistrationStatus>> statuses;
    private final Map<String, Shown> shown = new HashMap<>();

    RegistrationMetrics(MeterRegistry registry, Supplier<List<RegistrationStatus>> statuses) {
        this.registry = registry;
        this.statuses = statuses;
    }

    /** Brings the gauges up to date with the states as they are now. */
    synchronized void update() {
        List<RegistrationStatus> now = statuses.get();
        now.forEach(this::show);
        Set<String> keys = now.stream().map(RegistrationMetrics::key).collect(Collectors.toSet());
        shown.entrySet().removeIf(entry -> {
            boolean gone = !keys.contains(entry.getKey());
            if (gone) {
                registry.remove(entry.getValue().meter());
            }
            return gone;
        });
    }

    private void show(RegistrationStatus status) {
        Shown known = shown.get(key(status));
        if (known != null && known.state() == status.state()) {
            return;
        }
        if (known != null) {
            registry.remove(known.meter());
        }
        Meter gauge = Gauge.builder(NAME, () -> 1)
                .description("1 for the state that the registration of an account is in")
                .tag("marketplace", status.marketplace())
                .tag("account", status.account())
                .tag("state", status.state().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .register(registry);
        shown.put(key(status), new Shown(status.state(), gauge));
    }

    private static String key(RegistrationStatus status) {
        return status.marketplace() + "/" + status.account();
    }

    private record Shown(State state, Meter meter) {}
}
