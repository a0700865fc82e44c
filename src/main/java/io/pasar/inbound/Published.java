package io.pasar.inbound;

import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Counts an event that Kafka has acknowledged. */
final class Published implements Processor {

    private final IngestMetrics metrics;
    private final Clock clock;

    Published(IngestMetrics metrics, Clock clock) {
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = Delivery.of(exchange);
        metrics.published(
                delivery.account().marketplace(),
                delivery.eventKind(),
                Duration.between(delivery.receivedAt(), clock.instant()));
    }
}
