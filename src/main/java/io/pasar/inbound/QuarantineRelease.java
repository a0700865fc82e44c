package io.pasar.inbound;

import io.pasar.inbound.IngestEngine.Match;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Sends a delivery that was rejected once more through the route it came by, so that it is verified, identified and
 * published by the one way there is. It counts as no sign of life of a marketplace, and where it is rejected again, no
 * copy of it goes to quarantine. Safe for use by many threads.
 */
public final class QuarantineRelease {

    // Message headers of ours: what a sender writes never comes into a message under these names
    private static final String RELEASE = "pasarRelease";
    private static final String SIGNATURE = "pasarReleaseSignature";
    private static final String RECEIVED_AT = "pasarReleaseReceivedAt";

    /** In place of a release's id. */
    private static final String CHECK = "";

    private final IngestEngine engine;
    private final Recipients recipients;

    QuarantineRelease(IngestEngine engine, Recipients recipients) {
        this.engine = engine;
        this.recipients = recipients;
    }

    /**
     * A delivery as it came.
     *
     * @param contentType null if none was sent
     * @param signature as received; null if there was none
     */
    public record Original(
            String marketplace,
            String account,
            String eventKind,
            Instant receivedAt,
            String contentType,
            String signature,
            byte[] body) {}

    /** What came of it. */
    public enum Outcome {
        /** Its signature is right; nothing was published. */
        VERIFIED,
        /** It is in its topic, or in the spool. */
        RELEASED,
        /** Its signature is still not right. */
        REJECTED,
        /** No configured account wants it. */
        UNWANTED,
        /** It could not be published now. */
        FAILED
    }

    /** @param release its id, for the header {@code pasar_replayed}; null to end before anything is published */
    public CompletableFuture<Outcome> send(Original original, String release) {
        List<String> path = List.of("webhooks", original.marketplace(), original.account(), original.eventKind());
        Match match = engine.match(path);
        if (match == null || !recipients.knows(original.marketplace(), original.account(), original.eventKind())) {
            return CompletableFuture.completedFuture(Outcome.UNWANTED);
        }
        if (!match.consumer().isStarted()) {
            return CompletableFuture.completedFuture(Outcome.FAILED);
        }
        Map<String, String> headers = new HashMap<>(match.parameters());
        headers.put(RELEASE, release == null ? CHECK : release);
        headers.put(RECEIVED_AT, original.receivedAt().toString());
        put(headers, AllowedHeaders.CONTENT_TYPE, original.contentType());
        put(headers, SIGNATURE, original.signature());
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        match.consumer()
                .deliver(original.body(), headers, answer -> outcome.complete(outcome(answer, release == null)));
        return outcome;
    }

    private static void put(Map<String, String> headers, String name, String value) {
        if (value != null) {
            headers.put(name, value);
        }
    }

    private static Outcome outcome(Answer answer, boolean checkOnly) {
        return switch (answer.status()) {
            case 200 -> checkOnly ? Outcome.VERIFIED : Outcome.RELEASED;
            case 401 -> Outcome.REJECTED;
            case 404 -> Outcome.UNWANTED;
            default -> Outcome.FAILED;
        };
    }

    /** Null for a delivery that a marketplace has just sent; empty for one that is only verified. */
    static String release(Message message) {
        return message.getHeader(RELEASE, String.class);
    }

    static Instant receivedAt(Message message) {
        return Instant.parse(message.getHeader(RECEIVED_AT, String.class));
    }

    static String signature(Message message) {
        return message.getHeader(SIGNATURE, String.class);
    }

    /** Ends the route where there is nothing to publish: what is rejected again is in quarantine already. */
    static void verified(Exchange exchange, SignatureRejectedException.Reason rejection) {
        Message message = exchange.getMessage();
        if (rejection == null && !CHECK.equals(release(message))) {
            return;
        }
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, rejection == null ? 200 : 401);
        message.setBody(rejection == null ? new byte[0] : rejection.text().getBytes(StandardCharsets.UTF_8));
        exchange.setRouteStop(true);
    }
}
