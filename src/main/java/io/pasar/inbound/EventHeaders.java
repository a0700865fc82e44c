package io.pasar.inbound;

import io.pasar.account.Account;
import io.pasar.kafka.Topics;
import java.time.temporal.ChronoUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.kafka.KafkaConstants;

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
        Message message = exchange.getMessage();

        message.setHeader(KafkaConstants.OVERRIDE_TOPIC, Topics.event(account.marketplace(), delivery.eventKind()));
        message.setHeader(KafkaConstants.KEY, account.id() + "/" + identity.entity());

        message.setHeader("ce_specversion", "1.0");
        message.setHeader("ce_id", identity.id());
        message.setHeader("ce_source", "/" + account.key());
        message.setHeader("ce_type", account.marketplace() + "." + delivery.eventKind());
        message.setHeader("ce_subject", identity.entity());
        message.setHeader(
                "ce_time", delivery.receivedAt().truncatedTo(ChronoUnit.MILLIS).toString());
        set(message, "content-type", delivery.contentType());
        set(message, "traceparent", delivery.traceparent());
        message.setHeader("pasar_identity", identity.strength());
        message.setHeader("pasar_signature", delivery.signature());
        set(message, "pasar_occurred_at", identity.occurredAt());
    }

    private static void set(Message message, String name, String value) {
        if (value != null) {
            message.setHeader(name, value);
        }
    }
}
