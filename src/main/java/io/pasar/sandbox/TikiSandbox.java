package io.pasar.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pasar.sandbox.Seller.TokenAuth;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.springframework.context.annotation.Profile;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/**
 * Tiki's side: token, register-webhooks, and the webhooks it then sends. Nothing can be read back, as at the real one.
 *
 * <p>Sources: "Client Credentials" (token); "Register webhooks" (call, payload, both answers).
 *
 * <p>Made up, since no document has it: every error but {@code INVALID_TOKEN} (its envelope is the documented one), and
 * that an error's HTTP status is its {@code status_code}; the token endpoint's errors (RFC 6749, section 5.2) and how
 * long a token lives; that unknown fields are refused, and a partner that is none of the client's accounts here; that a
 * registration belongs to its {@code external_partner_id}, or to the client where a call names none (it may be the
 * client alone); that a second call replaces the first; that there is no rate limit.
 */
@Hidden
@RestController
@Profile("sandbox")
@RequestMapping("/sandbox/tiki")
final class TikiSandbox extends StandIn {

    private static final int SECRET_LENGTH = 32;

    /** By {@code external_partner_id}; by client where a call names none. */
    private final Map<String, Registration> registrations = new LinkedHashMap<>();

    TikiSandbox(Sellers sellers, Courier courier, TaskScheduler scheduler, SandboxProperties properties) {
        super("tiki", sellers, courier, scheduler, properties.tokenLifetime(), false);
    }

    @PostMapping("/sc/oauth2/token")
    DeferredResult<ResponseEntity<byte[]>> token(
            HttpServletRequest request, @RequestParam MultiValueMap<String, String> form) {
        String client = basic(request).map(Credentials::client).orElse(form.getFirst("client_id"));
        return serve(request, Call.TOKEN, accountsOf(client), null, () -> token(request, form, basic(request)));
    }

    private Reply token(HttpServletRequest request, MultiValueMap<String, String> form, Optional<Credentials> basic) {
        if (!hasType(request, MediaType.APPLICATION_FORM_URLENCODED)) {
            return oauthError(400, "invalid_request", "The body must be application/x-www-form-urlencoded");
        }
        if (request.getQueryString() != null) {
            return oauthError(400, "invalid_request", "Parameters belong into the body, not into the URL");
        }
        if (!"client_credentials".equals(form.getFirst("grant_type"))) {
            return oauthError(400, "unsupported_grant_type", "grant_type must be client_credentials");
        }
        if (basic.isPresent() && form.containsKey("client_secret")) {
            return oauthError(400, "invalid_request", "Only one way of client authentication may be used");
        }
        Credentials credentials =
                basic.orElseGet(() -> new Credentials(form.getFirst("client_id"), form.getFirst("client_secret")));
        if (!known(credentials, basic.isPresent() ? TokenAuth.BASIC : TokenAuth.BODY)) {
            // One app has one method, chosen in the console; the other one is refused even with the right secret
            return oauthError(401, "invalid_client", "Unknown client, wrong secret, or not this app's method");
        }
        Tokens.Token token = tokens().issue(credentials.client());
        return Reply.json(
                200,
                Json.newObject()
                        .put("access_token", token.text())
                        .put("expires_in", tokens().secondsLeft(token))
                        .put("scope", "")
                        .put("token_type", "bearer"));
    }

    private static Reply oauthError(int status, String error, String description) {
        return Reply.json(status, Json.newObject().put("error", error).put("error_description", description));
    }

    @PostMapping("/business/v1/register-webhooks")
    DeferredResult<ResponseEntity<byte[]>> register(
            HttpServletRequest request, @RequestBody(required = false) byte[] body) {
        Optional<ObjectNode> payload = Json.object(body);
        List<String> accounts = payload.map(
                        json -> json.path("external_partner_id").asText())
                .filter(id -> !id.isEmpty())
                .map(List::of)
                .orElse(List.of());
        return serve(request, Call.REGISTER, accounts, body, () -> register(request, payload));
    }

    private Reply register(HttpServletRequest request, Optional<ObjectNode> payload) {
        Optional<String> client = bearer(request);
        if (client.isEmpty()) {
            return error(401, "Unauthorized", "INVALID_TOKEN");
        }
        if (!hasType(request, MediaType.APPLICATION_JSON)) {
            return error(415, "Content-Type must be application/json", "UNSUPPORTED_MEDIA_TYPE");
        }
        if (payload.isEmpty()) {
            return error(400, "The body is no JSON object", "INVALID_JSON");
        }
        List<String> mistakes = mistakes(payload.get(), account -> isAccountOf(client.get(), account));
        if (!mistakes.isEmpty()) {
            return error(400, String.join("; ", mistakes), "INVALID_PARAMETER");
        }
        String account = payload.get().path("external_partner_id").asText(client.get());
        synchronized (this) {
            registrations.put(account, Registration.of(payload.get()));
        }
        enlist(account);
        return Reply.json(200, Json.newObject().put("success", true).set("meta_data", metaData()));
    }

    private static List<String> mistakes(ObjectNode payload, Predicate<String> isPartner) {
        List<String> mistakes = new ArrayList<>();
        unknown(payload, Set.of("sync_inventory_location", "sync_webhook", "external_partner_id"), "", mistakes);
        JsonNode locations = payload.path("sync_inventory_location");
        if (!locations.isArray() || locations.isEmpty()) {
            mistakes.add("sync_inventory_location must be an array of warehouse codes");
        }
        for (JsonNode location : locations) {
            if (!location.isTextual() || location.asText().isBlank()) {
                mistakes.add("sync_inventory_location must hold texts only");
            }
        }
        JsonNode partner = payload.path("external_partner_id");
        if (!partner.isMissingNode() && !(partner.isTextual() && isPartner.test(partner.asText()))) {
            mistakes.add("external_partner_id must be the text of a shop of this client");
        }
        if (payload.path("sync_webhook") instanceof ObjectNode webhooks) {
            unknown(webhooks, Set.of("order", "stock", "aftersale"), "sync_webhook.", mistakes);
            if (!webhooks.has("order")) {
                mistakes.add("sync_webhook.order is mandatory");
            }
            webhooks.properties().forEach(webhook -> webhookMistakes(webhook.getKey(), webhook.getValue(), mistakes));
        } else {
            mistakes.add("sync_webhook must be an object");
        }
        return mistakes;
    }

    private static void webhookMistakes(String eventKind, JsonNode node, List<String> mistakes) {
        String field = "sync_webhook." + eventKind;
        if (!(node instanceof ObjectNode webhook)) {
            mistakes.add(field + " must be an object");
            return;
        }
        unknown(webhook, Set.of("url", "secret_key"), field + ".", mistakes);
        if (!webhook.path("url").isTextual() || !isWebUrl(webhook.path("url").asText())) {
            mistakes.add(field + ".url must be a URL");
        }
        JsonNode secret = webhook.path("secret_key");
        if (!secret.isTextual() || secret.asText().length() != SECRET_LENGTH) {
            mistakes.add(field + ".secret_key must string length " + SECRET_LENGTH + " characters");
        }
    }

    private static void unknown(ObjectNode object, Set<String> known, String prefix, List<String> mistakes) {
        object.fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                mistakes.add("unknown field " + prefix + field);
            }
        });
    }

    private static boolean hasType(HttpServletRequest request, MediaType type) {
        try {
            return request.getContentType() != null
                    && type.equalsTypeAndSubtype(MediaType.parseMediaType(request.getContentType()));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    private static Reply error(int status, String message, String code) {
        ObjectNode answer = Json.newObject().put("success", false);
        answer.putObject("error")
                .put("status_code", status)
                .put("message", message)
                .put("message_code", code);
        return Reply.json(status, answer.set("meta_data", metaData()));
    }

    private static ObjectNode metaData() {
        return Json.newObject().put("request_id", UUID.randomUUID().toString().replace("-", ""));
    }

    @Override
    Reply failure(int status, String message) {
        return error(
                status,
                status == 401 ? "Unauthorized" : message,
                status == 401
                        ? "INVALID_TOKEN"
                        : Reply.phrase(status).toUpperCase(Locale.ROOT).replace(' ', '_'));
    }

    @Override
    Set<Call> calls() {
        return Set.of(Call.TOKEN, Call.REGISTER);
    }

    @Override
    synchronized Collection<String> registered() {
        return List.copyOf(registrations.keySet());
    }

    @Override
    synchronized Map<String, String> urls(String account) {
        Map<String, String> urls = new LinkedHashMap<>();
        Registration registration = registrations.get(account);
        if (registration != null) {
            registration.hooks.forEach((eventKind, hook) -> {
                if (!hook.url.isEmpty()) {
                    urls.put(eventKind, hook.url);
                }
            });
        }
        return urls;
    }

    @Override
    synchronized String secret(String account, String eventKind) {
        Registration registration = registrations.get(account);
        Hook hook = registration == null ? null : registration.hooks.get(eventKind);
        return hook == null ? "" : hook.secret;
    }

    @Override
    String signatureHeader() {
        return "x-signature";
    }

    @Override
    String signature(String secret, byte[] body) {
        return "sha1=" + Hmac.hex("HmacSHA1", secret, body);
    }

    @Override
    byte[] payload(String account, String eventKind, long number) {
        Registration registration;
        synchronized (this) {
            registration = registrations.get(account);
        }
        return TikiPayloads.of(eventKind, number, registration.locations, registration.partner);
    }

    @Override
    Example example() {
        return new Example("order", TikiPayloads.EXAMPLE);
    }

    @Override
    synchronized JsonNode registration(String account) {
        Registration registration = registrations.get(account);
        ObjectNode shown = Json.newObject();
        registration.locations.forEach(shown.putArray("sync_inventory_location")::add);
        ObjectNode webhooks = shown.putObject("sync_webhook");
        registration.hooks.forEach((eventKind, hook) ->
                webhooks.putObject(eventKind).put("url", hook.url).put("secret_key", Json.mask(hook.secret)));
        return registration.partner == null ? shown : shown.put("external_partner_id", registration.partner);
    }

    @Override
    synchronized boolean setUrl(String account, String eventKind, String url) {
        // Without an entry there is no secret either, so nothing can be made of an event kind that is not registered
        return registrations.get(account).hooks.computeIfPresent(eventKind, (kind, hook) -> new Hook(url, hook.secret))
                != null;
    }

    @Override
    synchronized void setSecret(String account, String secret) {
        registrations.get(account).hooks.replaceAll((eventKind, hook) -> new Hook(hook.url, secret));
    }

    @Override
    synchronized void forget() {
        registrations.clear();
    }

    /** @param partner null where the call named none */
    private record Registration(List<String> locations, Map<String, Hook> hooks, String partner) {

        static Registration of(ObjectNode payload) {
            List<String> locations = new ArrayList<>();
            payload.path("sync_inventory_location").forEach(location -> locations.add(location.asText()));
            Map<String, Hook> hooks = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> webhook :
                    payload.path("sync_webhook").properties()) {
                JsonNode hook = webhook.getValue();
                hooks.put(
                        webhook.getKey(),
                        new Hook(
                                hook.path("url").asText(),
                                hook.path("secret_key").asText()));
            }
            return new Registration(
                    locations, hooks, payload.path("external_partner_id").textValue());
        }
    }

    private record Hook(String url, String secret) {}
}
