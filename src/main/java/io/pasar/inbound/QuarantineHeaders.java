package io.pasar.inbound;

import io.pasar.account.Account;
import io.pasar.kafka.Topics;
import java.time.temporal.ChronoUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.kafka.KafkaConstants;

/** Addresses a rejected delivery to the quarantine topic. The message's own headers must have been wiped before. */
final class QuarantineHeaders implements Processor {

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = Delivery.of(exchange);
        Account account = delivery.account();
        Message message = exchange.getMessage();
        SignatureRejectedException rejection =
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, SignatureRejectedException.class);

        message.setHeader(KafkaConstants.OVERRIDE_TOPIC, Topics.QUARANTINE);
        message.setHeader(KafkaConstants.KEY, account.key());

        message.setHeader("pasar_reason", rejection.reason().text());
        message.setHeader("pasar_marketplace", account.marketplace());
        message.setHeader("pasar_account", account.id());
        message.setHeader("pasar_event_kind", delivery.eventKind());
        if (delivery.signature() != null) {
            message.setHeader("pasar_signature", delivery.signature());
        }
        if (delivery.contentType() != null) {
            message.setHeader("content-type", delivery.contentType());
        }
        message.setHeader(
                "pasar_received_at",
                delivery.receivedAt().truncatedTo(ChronoUnit.MILLIS).toString());
    }
}
