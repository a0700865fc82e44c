package io.pasar.inbound;

import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What a marketplace gets back. Only what stands here leaves the gateway: no message header of a route does.
 *
 * @param status HTTP status
 * @param body JSON
 * @param retryAfter seconds, for {@code Retry-After}; null to leave it out
 * @param allow methods, for {@code Allow}; null to leave it out
 */
record Answer(int status, byte[] body, String retryAfter, String allow) {

    /** What nothing else answers. */
    static final Answer INTERNAL = error(500, "internal", "The gateway failed; send the webhook again");

    private static final String RETRY_AFTER = "Retry-After";

    /** The one JSON shape of all errors. Code and message are ours: nothing of the request is repeated in them. */
    static Answer error(int status, String code, String message) {
        String json = "{\"success\":false,\"error\":{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}}";
        return new Answer(status, json.getBytes(StandardCharsets.UTF_8), null, null);
    }

    /**
     * What a route left in its message. Nothing is taken for a yes that the route has not said.
     *
     * @throws IllegalStateException if it is no answer: no status, or one that is none, or a body that is no text
     */
    static Answer of(Exchange exchange) {
        Message message = exchange.getMessage();
        Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        byte[] body = bytes(message);
        String retryAfter = message.getHeader(RETRY_AFTER, String.class);
        if (status == null || status < 200 || status > 599 || body == null) {
            throw new IllegalStateException("The route ended without an answer: status " + status);
        }
        if (retryAfter != null && !retryAfter.matches("[0-9]+")) {
            throw new IllegalStateException("The route's Retry-After is no number of seconds");
        }
        return new Answer(status, body, retryAfter, null);
    }

    // Not Camel's converter: it encodes text in the platform's charset
    private static byte[] bytes(Message message) {
        Object body = message.getBody();
        if (body == null) {
            return new byte[0];
        }
        return body instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : message.getBody(byte[].class);
    }

    Answer withRetryAfter(int seconds) {
        return new Answer(status, body, Integer.toString(seconds), allow);
    }

    Answer withAllow(String methods) {
        return new Answer(status, body, retryAfter, methods);
    }
}
