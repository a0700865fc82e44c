package io.pasar.inbound;

import io.vertx.core.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * The request headers that become message headers; all others stay outside, so that nothing a sender writes can steer
 * a Camel component. Verification steps add the header they read. Safe for use by many threads.
 */
final class AllowedHeaders {

    static final String CONTENT_TYPE = "content-type";
    static final String TRACEPARENT = "traceparent";

    private final Set<CharSequence> names = new CopyOnWriteArraySet<>();

    AllowedHeaders() {
        add(CONTENT_TYPE);
        add(TRACEPARENT);
    }

    /** @throws IllegalArgumentException for a name that Camel or its Kafka component would take as an order */
    void add(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        if (lowerCase.startsWith("camel") || lowerCase.startsWith("kafka.")) {
            throw new IllegalArgumentException("A header named " + name + " would steer Camel; it cannot be let in");
        }
        names.add(HttpHeaders.createOptimized(lowerCase));
    }

    /** In lower case. */
    Set<CharSequence> names() {
        return names;
    }
}
