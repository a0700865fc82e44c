package io.pasar.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pasar.registration.Outcome;
import io.pasar.registration.Plan;
import io.pasar.registration.RegistrationDetail;
import io.pasar.registration.RegistrationStatus;
import io.pasar.registration.Registrations;
import io.pasar.registration.Registrations.Action;
import io.pasar.registration.Registrations.Pending;
import io.pasar.registration.State;
import io.pasar.registration.Webhooks;
import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Registrations over HTTP. Each mapping says what it produces, so that a request which does not accept JSON is refused
 * before it has done anything.
 */
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class RegistrationController {

    private static final Logger LOGGER = LoggerFactory.getLogger(RegistrationController.class);
    private static final Duration APPLY_WAIT = Duration.ofSeconds(10);

    private final Registrations registrations;
    private final Map<String, State> states;
    private final Duration applyWait;

    @Autowired
    RegistrationController(Registrations registrations, ObjectMapper json) {
        this(registrations, json, APPLY_WAIT);
    }

    RegistrationController(Registrations registrations, ObjectMapper json, Duration applyWait) {
        this.registrations = registrations;
        this.states = statesByName(json);
        this.applyWait = applyWait;
    }

    @GetMapping("/registrations")
    RegistrationList registrations(
            @RequestParam(name = "marketplace", required = false) String marketplace,
            @RequestParam(name = "state", required = false) String state) {
        State wanted = Parameters.oneOf("state", state, states);
        return new RegistrationList(registrations.all().stream()
                .filter(status -> marketplace == null || status.marketplace().equals(marketplace))
                .filter(status -> wanted == null || status.state() == wanted)
                .toList());
    }

    @GetMapping("/registrations/{marketplace}/{account}")
    RegistrationDetail registration(
            @PathVariable("marketplace") String marketplace, @PathVariable("account") String account) {
        return registrations.detail(marketplace, account).orElseThrow(() -> unknown(marketplace, account));
    }

    @GetMapping("/registrations/{marketplace}/{account}/webhooks")
    Webhooks webhooks(@PathVariable("marketplace") String marketplace, @PathVariable("account") String account) {
        return registrations.webhooks(marketplace, account).orElseThrow(() -> unknown(marketplace, account));
    }

    /** Holds no thread while it waits for the replica that does the work. */
    @PostMapping("/registrations/{marketplace}/{account}/apply")
    CompletableFuture<ResponseEntity<Object>> apply(
            @PathVariable("marketplace") String marketplace,
            @PathVariable("account") String account,
            @RequestParam(name = "dry-run", required = false) String dryRun,
            Principal caller) {
        Action action = Parameters.flag("dry-run", dryRun) ? Action.PLAN : Action.APPLY;
        Pending pending =
                registrations.request(action, marketplace, account).orElseThrow(() -> unknown(marketplace, account));
        LOGGER.atInfo()
                .addKeyValue("caller", caller.getName())
                .addKeyValue("action", action)
                .addKeyValue("marketplace", marketplace)
                .addKeyValue("account", account)
                .addKeyValue("id", pending.id())
                .log("Requested over the API");
        return pending.outcome()
                .thenApply(RegistrationController::answer)
                .completeOnTimeout(
                        accepted(marketplace, account, pending), applyWait.toMillis(), TimeUnit.MILLISECONDS);
    }

    @PostMapping("/reconcile")
    ResponseEntity<Queued> reconcile(
            @RequestParam(name = "marketplace", required = false) String marketplace, Principal caller) {
        int queued = registrations.reconcile(marketplace);
        LOGGER.atInfo()
                .addKeyValue("caller", caller.getName())
                .addKeyValue("marketplace", marketplace)
                .addKeyValue("queued", queued)
                .log("Checks requested over the API");
        return ResponseEntity.accepted().body(new Queued(queued));
    }

    private static ResponseEntity<Object> answer(Outcome outcome) {
        return outcome.failure() == null
                ? ResponseEntity.ok(new Applied(outcome.status().state(), outcome.plan(), outcome.requestId()))
                : ProblemAdvice.marketplaceFailed(MarketplaceAnswer.of(outcome.failure()));
    }

    private static ResponseEntity<Object> accepted(String marketplace, String account, Pending pending) {
        URI registration = URI.create("/api/registrations/" + marketplace + "/" + account);
        return ResponseEntity.accepted().location(registration).body(new Accepted(pending.id()));
    }

    private static ErrorResponseException unknown(String marketplace, String account) {
        return Problem.UNKNOWN_ACCOUNT.because(
                "No account '%s' of marketplace '%s' under pasar.accounts.".formatted(account, marketplace));
    }

    /** By their names in JSON, which {@link State} alone decides. */
    private static Map<String, State> statesByName(ObjectMapper json) {
        Map<String, State> states = new LinkedHashMap<>();
        for (State state : State.values()) {
            states.put(json.convertValue(state, String.class), state);
        }
        return states;
    }

    record RegistrationList(List<RegistrationStatus> registrations) {}

    record Applied(State state, Plan plan, String requestId) {}

    record Accepted(String requestId) {}

    record Queued(int queued) {}
}
