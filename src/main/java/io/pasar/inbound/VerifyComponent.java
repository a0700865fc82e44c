package io.pasar.inbound;

import io.pasar.account.Account;
import io.pasar.account.PublicUrl;
import io.pasar.inbound.HmacScheme.Verdict;
import io.pasar.inbound.SignatureRejectedException.Reason;
import io.pasar.observation.Observations;
import java.util.List;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.ProcessorEndpoint;

/**
 * The step {@code verify:hmac}: proves over the raw bytes who sent a delivery, or ends it with a
 * {@link SignatureRejectedException}. Its parameters are those of {@link HmacScheme}.
 */
final class VerifyComponent extends DefaultComponent {

    private final AllowedHeaders allowedHeaders;
    private final PublicUrl publicUrl;
    private final Observations observations;
    private final IngestMetrics metrics;

    VerifyComponent(
            AllowedHeaders allowedHeaders, PublicUrl publicUrl, Observations observations, IngestMetrics metrics) {
        this.allowedHeaders = allowedHeaders;
        this.publicUrl = publicUrl;
        this.observations = observations;
        this.metrics = metrics;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        if (!"hmac".equals(remaining)) {
            throw new IllegalArgumentException("Unknown way to verify '" + remaining + "': write verify:hmac");
        }
        HmacScheme scheme = new HmacScheme(
                required(parameters, "header"),
                required(parameters, "algorithm"),
                required(parameters, "encoding"),
                required(parameters, "prefix"),
                required(parameters, "signed"));
        if (scheme.header().isBlank()) {
            throw new IllegalArgumentException("verify:hmac needs the name of a header");
        }
        allowedHeaders.add(scheme.header());
        return new ProcessorEndpoint(uri, this, exchange -> verify(exchange, scheme));
    }

    /** Defaults are the route template's. */
    private String required(Map<String, Object> parameters, String name) {
        String value = getAndRemoveParameter(parameters, name, String.class);
        if (value == null) {
            throw new IllegalArgumentException("verify:hmac needs the parameter " + name);
        }
        return value;
    }

    /** Anybody can write any Host; a URL that was signed is proven. */
    private String address(Exchange exchange, Verdict verdict) {
        return verdict.url() < 0
                ? exchange.getMessage().getHeader(Addresses.HEADER, PublicUrl.OTHER, String.class)
                : publicUrl.all().get(verdict.url()).toString();
    }

    private void verify(Exchange exchange, HmacScheme scheme) {
        boolean again = Delivery.of(exchange).release() != null;
        String signature = again
                ? QuarantineRelease.signature(exchange.getMessage())
                : exchange.getMessage().getHeader(scheme.header(), String.class);
        Delivery delivery = Delivery.of(exchange).withSignature(signature);
        delivery.attachTo(exchange);
        Account account = delivery.account();
        String eventKind = delivery.eventKind();
        Verdict verdict = scheme.verify(
                signature,
                exchange.getMessage().getBody(byte[].class),
                account.webhookSecrets(),
                scheme.signsUrl() ? publicUrl.webhooks(account, eventKind) : List.of(),
                account.clientId());
        Reason rejection = verdict.rejection();
        if (again) {
            QuarantineRelease.verified(exchange, rejection);
            return;
        }
        if (rejection == null) {
            String address = address(exchange, verdict);
            observations.verified(account.marketplace(), account.id(), eventKind, verdict.secret(), address);
            metrics.verified(address);
            return;
        }
        observations.rejected(account.marketplace(), account.id(), eventKind, rejection.text());
        metrics.rejected(account.marketplace(), account.id(), rejection.text());
        throw new SignatureRejectedException(rejection);
    }
}
