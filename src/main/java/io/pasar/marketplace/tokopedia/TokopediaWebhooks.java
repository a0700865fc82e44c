package io.pasar.marketplace.tokopedia;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pasar.account.Account;
import io.pasar.account.Secret;
import io.pasar.marketplace.Listing;
import io.pasar.marketplace.MarketplaceAnswer;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.marketplace.MarketplaceException;
import io.pasar.marketplace.MarketplaceException.Kind;
import io.pasar.marketplace.Registered;
import io.pasar.marketplace.RegistrationRequest;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Tokopedia's list and register calls. Registering replaces everything: a URL that is left out is blanked (Tokopedia:
 * "Webhook Security"), so what was listed is always sent back with what is wanted.
 */
@Component("tokopediaWebhooks")
final class TokopediaWebhooks {

    private static final String FS_ID = "fs_id";
    private static final String SECRET = "webhook_secret";
    private static final Pattern URL_FIELD = Pattern.compile("([a-z0-9]+(?:_[a-z0-9]+)*)_url");
    private static final Pattern STATUS = Pattern.compile("\\s*(\\d{3})\\b.*", Pattern.DOTALL);

    /**
     * What an answer shows (Tokopedia: "List Registered Webhook"); the other kinds can be registered, but not seen. The
     * last one is in no document of the register call.
     */
    private static final List<String> LISTABLE = List.of(
            "order-notification",
            "order-cancellation",
            "order-status",
            "order-request-cancellation",
            "chat-notification",
            "product-changes",
            "campaign-notification",
            "order-partial-fulfillment");

    /**
     * Kinds that no document shows in an answer; one that shows them all the same is believed. The first is in those of
     * the register call, the others are known from a public client library only.
     */
    private static final Set<String> REGISTER_ONLY = Set.of(
            "product-creation",
            "product-edit",
            "product-discussion",
            "order-confirm-delivery-notification",
            "order-actions");

    /** What the documents of the register call name (Tokopedia: "Register Webhook"). */
    private static final Set<String> DOCUMENTED = Set.of(
            FS_ID,
            "order_notification_url",
            "order_cancellation_url",
            "order_status_url",
            "order_request_cancellation_url",
            "chat_notification_url",
            "product_creation_url",
            "product_changes_url",
            "campaign_notification_url",
            SECRET);

    private static final TypeReference<LinkedHashMap<String, Object>> FIELDS = new TypeReference<>() {};

    /** Exact: a field that is only carried over keeps its value, whatever the size of a number in it. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** {@code order-status} is registered as {@code order_status_url}. */
    static String field(String kind) {
        return kind.replace('-', '_') + "_url";
    }

    /** The other way round; null for a field that is no event kind's. */
    static String kind(String field) {
        Matcher matcher = URL_FIELD.matcher(field);
        return matcher.matches() ? matcher.group(1).replace('_', '-') : null;
    }

    /** @throws io.pasar.marketplace.MarketplaceException unless the answer lists this account's registration */
    public Listing listing(Exchange exchange) {
        MarketplaceAnswer answer = MarketplaceAnswer.of(exchange);
        Account account = MarketplaceCalls.account(exchange);
        JsonNode data = successful(answer, account).path("data");
        // An empty answer taken for an empty registration would blank what others have registered
        if (!data.isObject()) {
            throw answer.unexpected("it holds no data");
        }
        if (data.hasNonNull(FS_ID) && !data.path(FS_ID).asText().equals(account.id())) {
            throw answer.unexpected("it is about another fs_id");
        }
        return listing(data, account);
    }

    private static Listing listing(JsonNode data, Account account) {
        Map<String, String> webhooks = new LinkedHashMap<>();
        LISTABLE.forEach(kind -> webhooks.put(kind, ""));
        Map<String, Object> other = JSON.convertValue(data, FIELDS);
        other.remove(FS_ID);
        Secret secret = secret(data, other);
        for (String field : List.copyOf(other.keySet())) {
            String kind = kind(field);
            if (account.carryOver().containsKey(field)) {
                // Shown blank is as good as not shown: the account says what belongs there
                other.remove(field, null);
                other.remove(field, "");
                webhooks.remove(kind);
            } else if (isKnown(kind, account) && isText(other.get(field))) {
                Object url = other.remove(field);
                webhooks.put(kind, url == null ? "" : (String) url);
            }
        }
        return new Listing(webhooks, other, secret);
    }

    /** Null where the answer does not show the secret; an empty one where it shows that none is registered. */
    private static Secret secret(JsonNode data, Map<String, Object> other) {
        if (!data.has(SECRET)) {
            return null;
        }
        other.remove(SECRET);
        return new Secret(data.path(SECRET).asText(""));
    }

    private static boolean isKnown(String kind, Account account) {
        return kind != null
                && (LISTABLE.contains(kind)
                        || REGISTER_ONLY.contains(kind)
                        || account.events().contains(kind));
    }

    private static boolean isText(Object value) {
        return value == null || value instanceof String;
    }

    /**
     * Everything listed, then what the account carries over, then what it wants. A blank URL is left out: leaving out
     * and sending an empty text are the same to Tokopedia, and only the first is known to be accepted.
     */
    public byte[] body(RegistrationRequest request) throws JsonProcessingException {
        return JSON.writeValueAsBytes(fields(request));
    }

    private static Map<String, Object> fields(RegistrationRequest request) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put(FS_ID, new BigInteger(request.account().id()));
        Listing listed = request.listed();
        listed.other().forEach((field, value) -> {
            if (kind(field) == null || !isBlank(value)) {
                body.put(field, value);
            }
        });
        listed.webhooks().forEach((kind, url) -> put(body, field(kind), url));
        request.account().carryOver().forEach((field, url) -> {
            if (!isListed(listed, field)) {
                put(body, field, url);
            }
        });
        request.urls().forEach((kind, url) -> put(body, field(kind), url));
        body.put(SECRET, request.secret().value());
        return body;
    }

    private static void put(Map<String, Object> body, String field, String url) {
        if (!url.isEmpty()) {
            body.put(field, url);
        }
    }

    private static boolean isBlank(Object value) {
        return value == null || "".equals(value);
    }

    private static boolean isListed(Listing listed, String field) {
        String kind = kind(field);
        return listed.other().containsKey(field)
                || kind != null && !listed.webhooks().getOrDefault(kind, "").isEmpty();
    }

    /** @throws io.pasar.marketplace.MarketplaceException unless Tokopedia says that it took it */
    public Registered answer(Exchange exchange) {
        MarketplaceAnswer answer = MarketplaceAnswer.of(exchange);
        try {
            successful(answer, MarketplaceCalls.account(exchange));
            return new Registered(null);
        } catch (MarketplaceException e) {
            boolean advisable = e.kind() == Kind.REJECTED && e.status() == 400;
            // Fields of others are named as the marketplace lists them, whatever that is
            throw advisable ? advised(e, answer.shortened(undocumented(MarketplaceCalls.request(exchange)))) : e;
        }
    }

    private static String undocumented(RegistrationRequest request) {
        return fields(request).keySet().stream()
                .filter(field -> !DOCUMENTED.contains(field))
                .collect(Collectors.joining(", "));
    }

    /** One field that it does not know may be why all of them are refused; it does not say which. */
    private static MarketplaceException advised(MarketplaceException failure, String undocumented) {
        return undocumented.isEmpty()
                ? failure
                : failure.advising("Among what was sent no document of this call names " + undocumented + ": if that is"
                        + " why, take what of it is ours out of events and carry-over");
    }

    /**
     * The body of an answer that reports no failure, in either of Tokopedia's two envelopes: the old one with {@code
     * status} and {@code error_message}, the new one with {@code header}.
     */
    private static JsonNode successful(MarketplaceAnswer answer, Account account) {
        JsonNode body = answer.json();
        JsonNode header = body.path("header");
        List<String> errors = new ArrayList<>();
        body.path("error_message").forEach(error -> errors.add(error.asText()));
        String code = header.path("error_code").asText("0");
        if (!"0".equals(code) && !code.isEmpty()) {
            errors.add(header.path("reason").asText(""));
        }
        int status = status(body.path("status").asText(""));
        if (!errors.isEmpty() || status >= 300) {
            throw advised(
                    answer.failure(status, "0".equals(code) ? null : code, String.join("; ", errors), null), account);
        }
        if (!answer.successful() || body.isMissingNode()) {
            throw advised(answer.failure(), account);
        }
        return body;
    }

    /**
     * The merger is announced (Tokopedia Seller Education, "Tokopedia & TikTok Shop", 21 March 2025); when this API
     * ends is not.
     */
    private static MarketplaceException advised(MarketplaceException failure, Account account) {
        return failure.kind() == Kind.GONE
                ? failure.advising("Tokopedia has no app with fs_id " + account.id()
                        + ", or no longer has this API: its shops are being merged into Tokopedia & TikTok Shop, which"
                        + " is reached through TikTok Shop Partner Center. Check the id, and ask Tokopedia whether the"
                        + " app was moved; if it is served again, apply")
                : failure;
    }

    private static int status(String text) {
        Matcher matcher = STATUS.matcher(text);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    }
}
