package io.pasar.inbound;

import io.pasar.account.Account;
import java.time.Clock;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.ProcessorEndpoint;

/**
 * The step {@code delivery:<marketplace>/<event-kind>}: which account is this request for, and does it want this event
 * kind? Takes the path parameter {@code account}.
 */
final class DeliveryComponent extends DefaultComponent {

    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    private final Recipients recipients;
    private final IngestMetrics metrics;
    private final Clock clock;

    DeliveryComponent(Recipients recipients, IngestMetrics metrics, Clock clock) {
        this.recipients = recipients;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        String[] names = remaining.split("/", -1);
        if (names.length != 2) {
            throw new IllegalArgumentException("Write delivery:<marketplace>/<event-kind>, not delivery:" + remaining);
        }
        return new ProcessorEndpoint(uri, this, exchange -> receive(exchange, names[0], names[1]));
    }

    private void receive(Exchange exchange, String marketplace, String eventKind) {
        Message message = exchange.getMessage();
        Account account = recipients.find(marketplace, message.getHeader("account", String.class), eventKind);
        if (account == null) {
            throw new UnknownWebhookException();
        }
        String release = QuarantineRelease.release(message);
        if (release == null) {
            metrics.received(marketplace, eventKind);
        }
        new Delivery(
                        account,
                        eventKind,
                        release == null ? clock.instant() : QuarantineRelease.receivedAt(message),
                        System.nanoTime(),
                        message.getHeader(AllowedHeaders.CONTENT_TYPE, String.class),
                        traceparent(message),
                        null,
                        null,
                        release)
                .attachTo(exchange);
    }

    private static String traceparent(Message message) {
        String value = message.getHeader(AllowedHeaders.TRACEPARENT, String.class);
        return value != null && TRACEPARENT.matcher(value).matches() ? value : null;
    }
}
