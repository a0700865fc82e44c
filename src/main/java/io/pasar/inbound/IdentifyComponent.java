package io.pasar.inbound;

import io.pasar.account.Account;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.ProcessorEndpoint;

/**
 * The step {@code identify:json}: finds what a verified delivery is about and which event it is. Its parameters are
 * those of {@link IdentityScheme}.
 */
final class IdentifyComponent extends DefaultComponent {

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        if (!"json".equals(remaining)) {
            throw new IllegalArgumentException("Unknown way to identify '" + remaining + "': write identify:json");
        }
        IdentityScheme scheme = new IdentityScheme(
                required(parameters, "entity"),
                required(parameters, "identity"),
                required(parameters, "strength"),
                required(parameters, "occurredAt"));
        return new ProcessorEndpoint(uri, this, exchange -> identify(exchange, scheme));
    }

    /** Defaults are the route template's. */
    private String required(Map<String, Object> parameters, String name) {
        String value = getAndRemoveParameter(parameters, name, String.class);
        if (value == null) {
            throw new IllegalArgumentException("identify:json needs the parameter " + name);
        }
        return value;
    }

    private static void identify(Exchange exchange, IdentityScheme scheme) {
        Delivery delivery = Delivery.of(exchange);
        Account account = delivery.account();
        byte[] body = exchange.getMessage().getBody(byte[].class);
        delivery.withIdentity(scheme.identify(account.marketplace(), account.id(), delivery.eventKind(), body))
                .attachTo(exchange);
    }
}
