package io.pasar.inbound;

import io.pasar.account.Account;
import java.time.Instant;
import org.apache.camel.Exchange;

/**
 * One webhook request on its way through the inbound route, kept beside the message: a step that wipes the message's
 * headers loses nothing of it.
 *
 * @param startedAt of {@link System#nanoTime}: what takes how long does not depend on a clock that is set
 * @param contentType as sent; null if it was not
 * @param traceparent as sent, if it is one; null otherwise
 * @param signature as received; null before verification, or if there was none
 * @param identity null before the identify step
 * @param release by which it comes out of quarantine; null for one that a marketplace has just sent
 */
record Delivery(
        Account account,
        String eventKind,
        Instant receivedAt,
        long startedAt,
        String contentType,
        String traceparent,
        String signature,
        Identity identity,
        String release) {

    private static final String PROPERTY = "pasarDelivery";

    /** @throws IllegalStateException if the route has no {@code delivery:} step before this one */
    static Delivery of(Exchange exchange) {
        Delivery delivery = exchange.getProperty(PROPERTY, Delivery.class);
        if (delivery == null) {
            throw new IllegalStateException("This step needs a delivery: step before it");
        }
        return delivery;
    }

    void attachTo(Exchange exchange) {
        exchange.setProperty(PROPERTY, this);
    }

    Delivery withSignature(String received) {
        return new Delivery(
                account, eventKind, receivedAt, startedAt, contentType, traceparent, received, identity, release);
    }

    Delivery withIdentity(Identity found) {
        return new Delivery(
                account, eventKind, receivedAt, startedAt, contentType, traceparent, signature, found, release);
    }
}
