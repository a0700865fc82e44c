package io.pasar.inbound;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.pasar.account.EventKind;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the ingest side counts. Labels hold only names from the configuration and the route files, never text from
 * outside. Safe for use by many threads.
 */
final class IngestMetrics {

    private static final String MARKETPLACE = "marketplace";
    private static final String EVENT_KIND = "event_kind";
    private static final String REASON = "reason";

    private final MeterRegistry registry;
    private final MeterProvider<Counter> received;
    private final MeterProvider<Counter> verified;
    private final MeterProvider<Counter> rejected;
    private final MeterProvider<Counter> refused;
    private final MeterProvider<Counter> published;
    private final MeterProvider<Counter> notPublished;
    private final MeterProvider<Counter> quarantined;
    private final MeterProvider<Timer> publishTime;
    private final Map<EventKind, OfKind> ofKinds = new ConcurrentHashMap<>();
    private final Map<String, Counter> ofAddresses = new ConcurrentHashMap<>();

    IngestMetrics(MeterRegistry registry) {
        this.registry = registry;
        received = Counter.builder("pasar.received")
                .description("Deliveries for a known account and event kind")
                .withRegistry(registry);
        verified = Counter.builder("pasar.received.by.address")
                .description("Verified deliveries by the configured public URL that they came for, or other")
                .withRegistry(registry);
        rejected = Counter.builder("pasar.rejected")
                .description("Deliveries rejected by a route; account is empty where it is unknown")
                .withRegistry(registry);
        refused = Counter.builder("pasar.refused")
                .description(
                        "Requests refused by the ingest port, or failed in a route; route is none where no path matches")
                .withRegistry(registry);
        published = Counter.builder("pasar.published")
                .description("Events that Kafka has acknowledged")
                .withRegistry(registry);
        notPublished = Counter.builder("pasar.not.published")
                .description("Events that Kafka has not acknowledged in time; the marketplace is asked to send again")
                .withRegistry(registry);
        quarantined = Counter.builder("pasar.quarantined")
                .description("Rejected deliveries by what became of them: kept, over the rate, or not kept")
                .withRegistry(registry);
        publishTime = Timer.builder("pasar.publish.time")
                .description("From the verified delivery to Kafka's acknowledgement")
                .serviceLevelObjectives(
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(25),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500))
                .withRegistry(registry);
    }

    void received(String marketplace, String eventKind) {
        of(marketplace, eventKind).received.increment();
    }

    /** @param address a configured URL, or other */
    void verified(String address) {
        ofAddresses
                .computeIfAbsent(address, missing -> verified.withTags("address", address))
                .increment();
    }

    void rejected(String marketplace, String account, String reason) {
        rejected.withTags(MARKETPLACE, marketplace, "account", account, REASON, reason)
                .increment();
    }

    void refused(String route, String reason) {
        refused.withTags("route", route, REASON, reason).increment();
    }

    void published(String marketplace, String eventKind, Duration time) {
        OfKind meters = of(marketplace, eventKind);
        meters.published.increment();
        meters.publishTime.record(time);
    }

    void notPublished(String marketplace, String eventKind) {
        notPublished.withTags(MARKETPLACE, marketplace, EVENT_KIND, eventKind).increment();
    }

    void quarantined(String marketplace, String outcome) {
        quarantined.withTags(MARKETPLACE, marketplace, "outcome", outcome).increment();
    }

    private OfKind of(String marketplace, String eventKind) {
        return ofKinds.computeIfAbsent(new EventKind(marketplace, eventKind), kind -> {
            Tags tags = Tags.of(MARKETPLACE, marketplace, EVENT_KIND, eventKind);
            return new OfKind(received.withTags(tags), published.withTags(tags), publishTime.withTags(tags));
        });
    }

    /** What every event is counted by, looked up once: the registry would build and compare labels each time. */
    private record OfKind(Counter received, Counter published, Timer publishTime) {}

    void watch(Load load) {
        Gauge.builder("pasar.in.flight", load, Load::inFlight)
                .description("Deliveries between their last byte and the end of their route")
                .register(registry);
        Gauge.builder("pasar.held", load, Load::held)
                .description("Bytes of bodies that are being received or worked on")
                .baseUnit("bytes")
                .register(registry);
    }
}
