package io.pasar.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pasar.sandbox.SandboxProperties.AlreadyRegistered;
import io.pasar.sandbox.Seller.TokenAuth;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Tokopedia's side: token, list, register, trigger, and the webhooks it then sends.
 *
 * <p>Sources: "Authentication" and news of 22 October 2021 (token); "List Registered Webhook" (fields, the 401 page);
 * "Register Webhook" and "Webhook Security" (a write replaces everything, the signature); "Trigger Webhook"; "Rate
 * Limit".
 *
 * <p>Made up, since no document has it: the token endpoint's errors and how long a token lives; what a strange {@code
 * fs_id} is answered; the number of the rate limit, see {@link RateLimit}, and the body of a 429; which error a wrong
 * trigger gets; that anything but texts is "bad input data". That register takes {@code order_partial_fulfillment_url}
 * (which only the list's document has), {@code product_edit_url}, {@code product_discussion_url}, {@code
 * order_confirm_delivery_notification_url} and {@code order_actions_url} (which only public clients send), that it
 * keeps and lists fields that nobody knows, and that a write may leave out what its document calls required, as public
 * clients do. Left out: {@code TKPD-Signature}, the encryption of buyers' data, and the upload of its key.
 */
@Hidden
@RestController
@Profile("sandbox")
@RequestMapping("/sandbox/tokopedia")
final class TokopediaSandbox extends StandIn {

    private static final String SECRET = "webhook_secret";
    private static final String URL_SUFFIX = "_url";

    /** In the order of the document's answer. */
    private static final List<String> ALWAYS_LISTED = List.of(
            "order_notification_url",
            "order_cancellation_url",
            "order_status_url",
            "order_request_cancellation_url",
            "chat_notification_url",
            "product_changes_url",
            "campaign_notification_url",
            "order_partial_fulfillment_url");

    /** The list's document does not have them; register's has the first alone. */
    private static final List<String> NEVER_LISTED = List.of(
            "product_creation_url",
            "product_edit_url",
            "product_discussion_url",
            "order_confirm_delivery_notification_url",
            "order_actions_url");

    private final List<AlreadyRegistered> alreadyRegistered;
    private final RateLimit rateLimit;

    /** Field to text by {@code fs_id}; the secret is one of the fields. */
    private final Map<String, Map<String, String>> registrations = new LinkedHashMap<>();

    TokopediaSandbox(Sellers sellers, Courier courier, TaskScheduler scheduler, SandboxProperties properties) {
        super("tokopedia", sellers, courier, scheduler, properties.tokenLifetime(), true);
        this.alreadyRegistered = properties.alreadyRegistered();
        this.rateLimit = new RateLimit(properties.rateLimit(), System::nanoTime);
        for (Seller seller : sellers()) {
            if (!seller.id().matches("\\d+")) {
                throw new IllegalArgumentException(
                        "pasar.accounts: the id of a tokopedia account is its fs_id, a number, and not " + seller.id());
            }
        }
        forget();
    }

    @PostMapping("/token")
    DeferredResult<ResponseEntity<byte[]>> token(HttpServletRequest request) {
        Optional<Credentials> basic = basic(request);
        // "Authentication" has it in the URL, of a request without a body; a parameter could also come from a form
        String grantType = UriComponentsBuilder.newInstance()
                .query(request.getQueryString())
                .build()
                .getQueryParams()
                .getFirst("grant_type");
        List<String> accounts =
                basic.map(Credentials::client).map(this::accountsOf).orElse(List.of());
        return serve(request, Call.TOKEN, accounts, null, () -> token(grantType, basic));
    }

    private Reply token(String grantType, Optional<Credentials> basic) {
        if (!"client_credentials".equals(grantType)) {
            return Reply.json(400, Json.newObject().put("error", "unsupported_grant_type"));
        }
        if (basic.isEmpty() || !known(basic.get(), TokenAuth.BASIC)) {
            return Reply.json(401, Json.newObject().put("error", "invalid_client"));
        }
        Tokens.Token token = tokens().issue(basic.get().client());
        return Reply.json(
                200,
                Json.newObject()
                        .put("access_token", token.text())
                        .put("event_code", "")
                        .put("expires_in", tokens().secondsLeft(token))
                        .put("last_login_type", "")
                        .put("sq_check", false)
                        .put("token_type", "Bearer"));
    }

    @GetMapping("/v1/fs/{fsId}")
    DeferredResult<ResponseEntity<byte[]>> list(HttpServletRequest request, @PathVariable String fsId) {
        return serve(
                request,
                Call.LIST,
                List.of(fsId),
                null,
                () -> authorized(request, Call.LIST, fsId, seller -> list(fsId)));
    }

    private Reply list(String fsId) {
        ObjectNode data = Json.newObject().put("fs_id", Long.parseLong(fsId));
        Map<String, String> fields = fields(fsId);
        ALWAYS_LISTED.forEach(field -> data.put(field, fields.getOrDefault(field, "")));
        fields.forEach((field, text) -> {
            if (!NEVER_LISTED.contains(field)) {
                data.put(field, text);
            }
        });
        data.remove(SECRET);
        return envelope(200, data.put(SECRET, fields.getOrDefault(SECRET, "")));
    }

    @PostMapping(path = "/v1/fs/{fsId}/register", params = "!upload")
    DeferredResult<ResponseEntity<byte[]>> register(
            HttpServletRequest request, @PathVariable String fsId, @RequestBody(required = false) byte[] body) {
        return serve(
                request,
                Call.REGISTER,
                List.of(fsId),
                body,
                () -> authorized(request, Call.REGISTER, fsId, seller -> replace(request, fsId, body)));
    }

    private Reply replace(HttpServletRequest request, String fsId, byte[] body) {
        Optional<ObjectNode> payload = Json.object(body);
        if (!isJson(request) || payload.isEmpty()) {
            return failure(400, "bad input data");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : payload.get().properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            boolean good = name.equals("fs_id")
                    ? value.asText().equals(fsId)
                    : value.isTextual() && (!name.endsWith(URL_SUFFIX) || isUrlOrEmpty(value.asText()));
            if (!good) {
                return failure(400, "bad input data");
            }
            fields.put(name, value.asText());
        }
        fields.remove("fs_id");
        synchronized (this) {
            // Webhook Security: whatever the write does not repeat is replaced by an empty string
            registrations.put(fsId, fields);
        }
        enlist(fsId);
        return envelope(200, Json.newObject().textNode("success"));
    }

    private static boolean isUrlOrEmpty(String text) {
        return text.isEmpty() || isWebUrl(text);
    }

    @PostMapping("/v1/fs/{fsId}/trigger")
    DeferredResult<ResponseEntity<byte[]>> trigger(
            HttpServletRequest request, @PathVariable String fsId, @RequestBody(required = false) byte[] body) {
        return serve(
                request,
                Call.TRIGGER,
                List.of(fsId),
                body,
                () -> authorized(request, Call.TRIGGER, fsId, seller -> trigger(fsId, body)));
    }

    private Reply trigger(String fsId, byte[] body) {
        JsonNode payload = Json.object(body).orElseGet(Json::newObject);
        JsonNode order = payload.path("order_id");
        // The table writes type, the example Type
        String type = payload.path(payload.has("Type") ? "Type" : "type").asText();
        String custom = payload.path("url").asText();
        boolean good = order.isIntegralNumber()
                && Set.of("order_status", "order_notification").contains(type)
                && payload.path("url").isTextual()
                && isUrlOrEmpty(custom)
                && payload.path("is_encrypted").isBoolean();
        if (!good) {
            return triggerAnswer(
                    400,
                    "We could not process your request due to malformed request, please check again",
                    "Invalid parameter",
                    "ICR_VLD_002");
        }
        String eventKind = type.replace('_', '-');
        String url = custom.isEmpty() ? urls(fsId).get(eventKind) : custom;
        if (url == null) {
            return triggerAnswer(404, "Data Not Found", "No URL is registered for " + type, "SHP_GRPC_003");
        }
        // is_encrypted changes nothing: the payload's buyer is empty either way
        String content = type.equals("order_status")
                ? TokopediaPayloads.orderStatus(fsId, order.asLong(), 400)
                : TokopediaPayloads.orderNotification(fsId, order.asLong());
        courier().deliver(webhook(fsId, eventKind, url, Json.compact(content), Signing.RIGHT));
        return triggerAnswer(200, "Your request has been processed successfully", null, null);
    }

    private static Reply triggerAnswer(int status, String messages, String reason, String code) {
        ObjectNode answer = Json.newObject();
        ObjectNode header =
                answer.putObject("header").put("process_time", 0.042723386).put("messages", messages);
        if (reason != null) {
            header.put("reason", reason).put("error_code", code);
        }
        return Reply.json(status, answer.put("data", status == 200 ? "success" : null));
    }

    /** Does the work if the token is good, the {@code fs_id} the client's and the rate within its limit. */
    private Reply authorized(HttpServletRequest request, Call call, String fsId, Function<Seller, Reply> work) {
        Optional<String> client = bearer(request);
        if (client.isEmpty()) {
            return Reply.nginxPage(401);
        }
        RateLimit.Verdict verdict = rateLimit.take(client.get() + " " + call);
        if (!verdict.allowed()) {
            return failure(429, "Too Many Requests").with(verdict.headers());
        }
        return seller(fsId)
                .filter(seller -> seller.clientId().equals(client.get()))
                .map(work)
                .orElseGet(() -> failure(404, "fs_id not found"))
                .with(verdict.headers());
    }

    private static boolean isJson(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/json");
    }

    private static Reply envelope(int status, JsonNode data) {
        ObjectNode answer = Json.newObject().set("data", data);
        // The documents write "200 Ok", where HTTP writes "OK"
        answer.put("status", status == HttpStatus.OK.value() ? "200 Ok" : status + " " + Reply.phrase(status));
        answer.putArray("error_message");
        return Reply.json(status, answer);
    }

    @Override
    Reply failure(int status, String message) {
        if (status == 401) {
            return Reply.nginxPage(401);
        }
        ObjectNode answer = Json.newObject().putNull("data").put("status", status + " " + Reply.phrase(status));
        answer.putArray("error_message").add(message);
        return Reply.json(status, answer);
    }

    @Override
    Map<String, String> exhaustedHeaders() {
        return rateLimit.exhausted();
    }

    @Override
    Set<Call> calls() {
        return Set.of(Call.values());
    }

    private synchronized Map<String, String> fields(String account) {
        return Map.copyOf(registrations.getOrDefault(account, Map.of()));
    }

    @Override
    synchronized Collection<String> registered() {
        return List.copyOf(registrations.keySet());
    }

    @Override
    Map<String, String> urls(String account) {
        Map<String, String> fields = fields(account);
        Map<String, String> urls = new LinkedHashMap<>();
        TokopediaPayloads.EVENT_KINDS.forEach(eventKind -> {
            String url = fields.getOrDefault(field(eventKind), "");
            if (!url.isEmpty()) {
                urls.put(eventKind, url);
            }
        });
        return urls;
    }

    private static String field(String eventKind) {
        return eventKind.replace('-', '_') + URL_SUFFIX;
    }

    @Override
    String secret(String account, String eventKind) {
        return fields(account).getOrDefault(SECRET, "");
    }

    @Override
    String signatureHeader() {
        return "Authorization-Hmac";
    }

    @Override
    String signature(String secret, byte[] body) {
        return Hmac.hex("HmacSHA256", secret, body);
    }

    @Override
    byte[] payload(String account, String eventKind, long number) {
        return TokopediaPayloads.of(eventKind, account, number);
    }

    @Override
    Example example() {
        return new Example("order-request-cancellation", "{\"order_id\":\"900000002\"}");
    }

    @Override
    JsonNode registration(String account) {
        ObjectNode shown = Json.newObject();
        fields(account).forEach(shown::put);
        return Json.masked(shown);
    }

    @Override
    synchronized boolean setUrl(String account, String eventKind, String url) {
        if (!TokopediaPayloads.EVENT_KINDS.contains(eventKind)) {
            return false;
        }
        registrations.get(account).put(field(eventKind), url);
        return true;
    }

    @Override
    synchronized void setSecret(String account, String secret) {
        registrations.get(account).put(SECRET, secret);
    }

    @Override
    synchronized void forget() {
        rateLimit.reset();
        registrations.clear();
        alreadyRegistered.forEach(
                already -> registrations.put(already.account(), new LinkedHashMap<>(already.fields())));
    }
}
