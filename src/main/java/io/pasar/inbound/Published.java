package io.pasar.inbound;

import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Counts what Kafka has acknowledged: an event, or a rejected delivery that is kept for inspection. */
final class Published implements Processor {

    private final IngestMetrics metrics;

    Published(IngestMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = Delivery.of(exchange);
        String marketplace = delivery.account().marketplace();
        if (delivery.identity() == null) {
            metrics.quarantined(marketplace, "kept");
        } else if (delivery.release() == null) {
            // What is released was received hours ago, and would be all that the times show
            metrics.published(
                    marketplace, delivery.eventKind(), Duration.ofNanos(System.nanoTime() - delivery.startedAt()));
        }
    }
}
