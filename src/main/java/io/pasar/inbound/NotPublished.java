package io.pasar.inbound;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Counts what Kafka has not acknowledged: an event, or a rejected delivery that is then not kept. */
final class NotPublished implements Processor {

    private final IngestMetrics metrics;

    NotPublished(IngestMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = Delivery.of(exchange);
        String marketplace = delivery.account().marketplace();
        if (delivery.identity() == null) {
            metrics.quarantined(marketplace, "not-kept");
        } else {
            metrics.notPublished(marketplace, delivery.eventKind());
        }
    }
}
