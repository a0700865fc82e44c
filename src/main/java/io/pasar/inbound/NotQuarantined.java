package io.pasar.inbound;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.processor.ThrottlerRejectedExecutionException;

/** Counts a rejected delivery that could not be kept for inspection, by why. */
final class NotQuarantined implements Processor {

    private final IngestMetrics metrics;

    NotQuarantined(IngestMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void process(Exchange exchange) {
        Object cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT);
        String outcome = cause instanceof ThrottlerRejectedExecutionException ? "over-rate" : "not-kept";
        metrics.quarantined(Delivery.of(exchange).account().marketplace(), outcome);
    }
}
