package io.pasar.inbound;

import io.pasar.account.Account;
import io.pasar.kafka.Topics;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Addresses a rejected delivery to the quarantine topic. The message's own headers must have been wiped before. */
final class QuarantineHeaders implements Processor {

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = Delivery.of(exchange);
        Account account = delivery.account();
        SignatureRejectedException rejection =
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, SignatureRejectedException.class);
        RecordHeaders headers = new RecordHeaders(exchange.getMessage());

        headers.topicAndKey(Topics.QUARANTINE, account.key());
        headers.text("pasar_reason", rejection.reason().text());
        headers.text("pasar_marketplace", account.marketplace());
        headers.text("pasar_account", account.id());
        headers.text("pasar_event_kind", delivery.eventKind());
        headers.asReceived("pasar_signature", delivery.signature());
        headers.asReceived("content-type", delivery.contentType());
        headers.time("pasar_received_at", delivery.receivedAt());
    }
}
