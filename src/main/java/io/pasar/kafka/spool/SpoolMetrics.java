package io.pasar.kafka.spool;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Locale;

/** What the spool counts. Safe for use by many threads. */
final class SpoolMetrics {

    private final MeterRegistry registry;
    private final Counter spooled;
    private final Counter drained;
    private final Counter repeated;
    private final MeterProvider<Counter> refused;

    SpoolMetrics(MeterRegistry registry) {
        this.registry = registry;
        spooled = Counter.builder("pasar.spool.spooled")
                .description("Events that the spool has taken, each safe on the disk")
                .register(registry);
        drained = Counter.builder("pasar.spool.drained")
                .description("Events of the spool that Kafka has acknowledged")
                .register(registry);
        repeated = Counter.builder("pasar.spool.sent.again")
                .description("Events of the spool that were sent to Kafka again after a failure")
                .register(registry);
        refused = Counter.builder("pasar.spool.refused")
                .description("Events that the spool could not take")
                .withRegistry(registry);
    }

    void spooled(int events) {
        spooled.increment(events);
    }

    void drained(int events) {
        drained.increment(events);
    }

    void sentAgain() {
        repeated.increment();
    }

    void refused(SpoolUnavailableException.Reason reason) {
        refused.withTag("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .increment();
    }

    void watch(Spool spool) {
        Gauge.builder("pasar.spool.events", spool, each -> each.status().events())
                .description("Events that wait in the spool")
                .register(registry);
        Gauge.builder("pasar.spool.size", spool, each -> each.status().bytes())
                .description("What pasar.spool.max-size bounds")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("pasar.spool.oldest.age", spool, each -> age(each.status()))
                .description("Since when the oldest event waits")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("pasar.spool.set.aside", spool, each -> each.status().setAsideEvents())
                .description("Events that Kafka has refused")
                .register(registry);
        Gauge.builder("pasar.spool.damaged", spool, each -> each.status().damaged() ? 1 : 0)
                .description("Whether a part of the spool's log could not be read")
                .register(registry);
        FunctionCounter.builder("pasar.spool.syncs", spool, Spool::syncs)
                .description("How often the spool's log was forced to the disk")
                .register(registry);
    }

    private static double age(SpoolStatus status) {
        return status.oldestAge().toMillis() / (double) Duration.ofSeconds(1).toMillis();
    }
}
