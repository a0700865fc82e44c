package io.pasar.marketplace.tiki;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pasar.marketplace.MarketplaceAnswer;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.marketplace.MarketplaceException;
import io.pasar.marketplace.MarketplaceException.Kind;
import io.pasar.marketplace.Registered;
import io.pasar.marketplace.RegistrationRequest;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Tiki's {@code register-webhooks} call (Tiki: "Register webhooks", sections 4 and 5). Whether a second call replaces
 * or merges is not documented, so the body is always whole.
 */
@Component("tikiWebhooks")
final class TikiWebhooks {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The documented payload; an event kind that is not wanted is left out. */
    public byte[] body(RegistrationRequest request) throws JsonProcessingException {
        ObjectNode body = JSON.createObjectNode();
        ArrayNode locations = body.putArray("sync_inventory_location");
        request.account().warehouses().forEach(locations::add);
        ObjectNode webhooks = body.putObject("sync_webhook");
        request.urls().forEach((kind, url) -> webhooks.putObject(kind)
                .put("url", url)
                .put("secret_key", request.secret().value()));
        body.put("external_partner_id", request.account().id());
        return JSON.writeValueAsBytes(body);
    }

    /** @throws io.pasar.marketplace.MarketplaceException unless Tiki says that it took it */
    public Registered answer(Exchange exchange) {
        MarketplaceAnswer answer = MarketplaceAnswer.of(exchange);
        JsonNode body = answer.json();
        String requestId = body.at("/meta_data/request_id").asText(null);
        if (answer.successful() && body.path("success").asBoolean(false)) {
            return new Registered(answer.shortenedId(requestId));
        }
        if (body.has("success") || body.has("error")) {
            JsonNode error = body.path("error");
            throw advised(
                    answer.failure(
                            error.path("status_code").asInt(0),
                            error.path("message_code").asText(null),
                            error.path("message").asText(null),
                            requestId),
                    exchange);
        }
        throw advised(answer.failure(), exchange);
    }

    /** The documents have named two hosts over time (Tiki: "Register webhooks", older and newest copy). */
    private static MarketplaceException advised(MarketplaceException failure, Exchange exchange) {
        return failure.kind() == Kind.GONE
                ? failure.advising("Tiki has no such call there, or does not know external_partner_id "
                        + MarketplaceCalls.account(exchange).id()
                        + ". Check the id and pasar.marketplaces.tiki.api-url, and ask Tiki; if it is served again,"
                        + " apply")
                : failure;
    }
}
