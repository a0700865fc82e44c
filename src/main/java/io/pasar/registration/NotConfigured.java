package io.pasar.registration;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of accounts that were registered and are configured nowhere, as when a volume is not mounted: nothing else would
 * say why their webhooks are answered 404. Gauge {@code pasar.registration.not.configured}: how many they are.
 */
final class NotConfigured {

    private static final Logger LOGGER = LoggerFactory.getLogger(NotConfigured.class);

    /** Of a line of the log. */
    private static final int MOST_ACCOUNTS = 10;

    private final Registrations registrations;
    private volatile List<String> told = List.of();

    NotConfigured(MeterRegistry meters, Registrations registrations) {
        this.registrations = registrations;
        Gauge.builder("pasar.registration.not.configured", this, known -> known.told.size())
                .description("Accounts that were registered and are configured nowhere")
                .register(meters);
    }

    /** Called by one thread, again and again. */
    void look() {
        List<String> now = registrations.notConfigured();
        if (now.equals(told)) {
            return;
        }
        told = now;
        if (now.isEmpty()) {
            LOGGER.atInfo().log("Every account that was registered is configured again, or forgotten");
            return;
        }
        LOGGER.atWarn()
                .addKeyValue("count", now.size())
                .addKeyValue("accounts", String.join(", ", now.subList(0, Math.min(now.size(), MOST_ACCOUNTS))))
                .log("Accounts were registered and are configured nowhere: their webhooks are answered 404. Configure"
                        + " them, or call DELETE /api/registrations/{marketplace}/{account}");
    }
}
