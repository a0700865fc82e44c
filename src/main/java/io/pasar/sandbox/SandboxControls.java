package io.pasar.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pasar.sandbox.Faults.Fault;
import io.pasar.sandbox.StandIn.Signing;
import io.swagger.v3.oas.annotations.Hidden;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * What no real marketplace offers: misbehaviour on demand ({@code control}), a look inside ({@code state}), and a
 * webhook this instant ({@code send}).
 */
@Hidden
@RestController
@Profile("sandbox")
@RequestMapping("/sandbox/{marketplace}")
final class SandboxControls {

    private static final URI PROBLEM = URI.create("urn:pasar:problem:sandbox");

    private final List<StandIn> standIns;

    SandboxControls(List<StandIn> standIns) {
        this.standIns = standIns;
    }

    /** @return the misbehaviour that is still to come */
    @PostMapping("/control")
    Map<String, List<Fault>> control(
            @PathVariable String marketplace,
            @RequestHeader(name = HttpHeaders.CONTENT_TYPE, required = false) String contentType,
            @RequestBody(required = false) byte[] body) {
        StandIn standIn = standIn(marketplace);
        // A browser sends JSON to another origin only after asking, so no web page can reach into a sandbox
        if (contentType == null || !contentType.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw new ControlException(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Send it with -H 'Content-Type: application/json'");
        }
        ObjectNode wish = Json.object(body)
                .orElseThrow(() -> ControlException.badRequest(
                        "The body must be a JSON object such as {\"do\":\"fail\",\"call\":\"register\",\"times\":2}"));
        Control.obey(standIn, wish);
        return Map.of("pending", standIn.faults().pending());
    }

    /** Ends all misbehaviour; what is registered stays. */
    @DeleteMapping("/control")
    Map<String, List<Fault>> behave(@PathVariable String marketplace) {
        StandIn standIn = standIn(marketplace);
        standIn.faults().clear();
        return Map.of("pending", standIn.faults().pending());
    }

    /** @param account only this one; null for all */
    @GetMapping("/state")
    State state(@PathVariable String marketplace, @RequestParam(required = false) String account) {
        StandIn standIn = standIn(marketplace);
        Map<String, JsonNode> registered = new LinkedHashMap<>();
        for (String id : standIn.registered()) {
            if (account == null || account.equals(id)) {
                registered.put(id, standIn.registration(id));
            }
        }
        List<Journal.Entry> received = standIn.journal().entries().stream()
                .filter(entry -> account == null || account.equals(entry.account()))
                .toList();
        Map<String, Map<String, Long>> sent = new LinkedHashMap<>();
        String prefix = Courier.kind(standIn.name(), "");
        standIn.courier().tally().forEach((kind, outcomes) -> {
            if (kind.startsWith(prefix)) {
                sent.put(kind.substring(prefix.length()), outcomes);
            }
        });
        return new State(registered, standIn.faults().pending(), received, sent);
    }

    /** Back to the start. */
    @DeleteMapping("/state")
    State reset(@PathVariable String marketplace) {
        standIn(marketplace).reset();
        return state(marketplace, null);
    }

    @PostMapping("/send")
    CompletableFuture<Sent> send(
            @PathVariable String marketplace,
            @RequestParam(required = false) String account,
            @RequestParam(name = "event-kind", required = false) String eventKind,
            @RequestParam(defaultValue = "right") String signature) {
        StandIn standIn = standIn(marketplace);
        Webhook webhook = standIn.webhook(account, eventKind, signing(signature))
                .orElseThrow(() -> new ControlException(
                        HttpStatus.NOT_FOUND,
                        "Nothing is registered for ?account=" + account + "&event-kind=" + eventKind
                                + "; registered are " + registered(standIn)));
        return standIn.courier().send(webhook).thenApply(answer -> {
            if (answer.failure() != null) {
                throw new ControlException(
                        HttpStatus.BAD_GATEWAY, "No answer from " + webhook.url() + ": " + answer.failure());
            }
            return new Sent(webhook.url().toString(), webhook.signature(), answer.status(), answer.body());
        });
    }

    private static Signing signing(String word) {
        return Arrays.stream(Signing.values())
                .filter(signing -> signing.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(() -> ControlException.badRequest("signature must be right, wrong or missing"));
    }

    private static Map<String, Object> registered(StandIn standIn) {
        Map<String, Object> registered = new LinkedHashMap<>();
        standIn.registered().forEach(id -> registered.put(id, standIn.urls(id).keySet()));
        return registered;
    }

    private StandIn standIn(String marketplace) {
        return standIns.stream()
                .filter(standIn -> standIn.name().equals(marketplace))
                .findFirst()
                .orElseThrow(() -> new ControlException(
                        HttpStatus.NOT_FOUND,
                        "The sandbox has "
                                + standIns.stream().map(StandIn::name).toList()));
    }

    @ExceptionHandler
    ProblemDetail refused(ControlException e) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(e.status(), e.getMessage());
        problem.setType(PROBLEM);
        problem.setTitle("The sandbox cannot do that");
        return problem;
    }

    /**
     * @param registered what each account has registered, secrets masked
     * @param pending misbehaviour that is still to come
     * @param received the last calls, oldest first
     * @param sent event kind to answered status to how often
     */
    record State(
            Map<String, JsonNode> registered,
            List<Fault> pending,
            List<Journal.Entry> received,
            Map<String, Map<String, Long>> sent) {}

    /** @param signature as sent; null if none was */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Sent(String url, String signature, int status, String body) {}
}
