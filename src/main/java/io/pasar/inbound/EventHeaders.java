package io.pasar.inbound;

import io.pasar.account.Account;
import io.pasar.kafka.Topics;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Addresses a verified delivery to its topic and key and gives it the headers of an event: CloudEvents 1.0 in Kafka's
 * binary mode, all as text. The message's own headers must have been wiped before.
 */
final class EventHeaders implements Processor {

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = Delivery.of(exchange);
        Account account = delivery.account();
        Identity identity = delivery.identity();
        RecordHeaders headers = new RecordHeaders(exchange.getMessage());

        headers.topicAndKey(
                Topics.of(account.marketplace(), delivery.eventKind()), account.id() + "/" + identity.entity());
        headers.text("ce_specversion", "1.0");
        headers.text("ce_id", identity.id());
        headers.text("ce_source", "/" + account.key());
        headers.text("ce_type", account.marketplace() + "." + delivery.eventKind());
        headers.text("ce_subject", identity.entity());
        headers.time("ce_time", delivery.receivedAt());
        headers.asReceived("content-type", delivery.contentType());
        headers.asReceived("traceparent", delivery.traceparent());
        headers.text("pasar_identity", identity.strength());
        headers.asReceived("pasar_signature", delivery.signature());
        headers.text("pasar_occurred_at", identity.occurredAt());
        headers.text("pasar_replayed", delivery.release());
    }
}
