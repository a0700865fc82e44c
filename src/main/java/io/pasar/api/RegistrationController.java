package io.pasar.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pasar.registration.Action;
import io.pasar.registration.Outcome;
import io.pasar.registration.Plan;
import io.pasar.registration.RegistrationDetail;
import io.pasar.registration.RegistrationStatus;
import io.pasar.registration.Registrations;
import io.pasar.registration.Registrations.Pending;
import io.pasar.registration.State;
import io.pasar.registration.Webhooks;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Registrations over HTTP. Each mapping says what it produces, so that a request which does not accept JSON is refused
 * before it has done anything.
 */
@RestController
@Tag(name = "Registrations", description = "Desired, listed, recorded and observed webhooks of every account")
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
    @Operation(summary = "Where the registration of every account stands")
    @ApiResponse(
            responseCode = "200",
            description = "In the order of the configuration",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.REGISTRATIONS)))
    RegistrationList registrations(
            @Parameter(description = "Only accounts at this marketplace", example = "tiki")
                    @RequestParam(name = "marketplace", required = false)
                    String marketplace,
            @Parameter(description = "Only accounts in this state", schema = @Schema(implementation = State.class))
                    @RequestParam(name = "state", required = false)
                    String state) {
        State wanted = Parameters.oneOf("state", state, states);
        List<RegistrationStatus> all = registrations.all();
        refuseUnlessKnown(marketplace, all);
        return new RegistrationList(all.stream()
                .filter(status -> marketplace == null || status.marketplace().equals(marketplace))
                .filter(status -> wanted == null || status.state() == wanted)
                .toList());
    }

    @GetMapping("/registrations/{marketplace}/{account}")
    @Operation(
            summary = "Everything about the registration of one account",
            description = "Asks the marketplace, where it can be read.")
    @ApiResponse(
            responseCode = "200",
            description =
                    "Desired, listed (null where the marketplace cannot be read), recorded, observed, the evidence"
                            + " that speaks against it, and the plan that an apply would carry out. Times in `observed`,"
                            + " `secrets` and `addresses` are of all replicas; the counts in `observed` are of the one"
                            + " that answers, since it started",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.REGISTRATION)))
    @Answers({Problem.UNKNOWN_ACCOUNT, Problem.MARKETPLACE_FAILED, Problem.MARKETPLACE_BUSY})
    RegistrationDetail registration(
            @PathVariable("marketplace") String marketplace, @PathVariable("account") String account) {
        return registrations.detail(marketplace, account).orElseThrow(() -> unknown(marketplace, account));
    }

    @GetMapping("/registrations/{marketplace}/{account}/webhooks")
    @Operation(
            summary = "The registered webhooks of one account",
            description = "As the marketplace lists them now; where it cannot be read, as recorded when last sent.")
    @ApiResponse(
            responseCode = "200",
            description = "`webhooks` by event kind; `other` are fields of the marketplace that are no event kind",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.WEBHOOKS)))
    @Answers({Problem.UNKNOWN_ACCOUNT, Problem.MARKETPLACE_FAILED, Problem.MARKETPLACE_BUSY})
    Webhooks webhooks(@PathVariable("marketplace") String marketplace, @PathVariable("account") String account) {
        return registrations.webhooks(marketplace, account).orElseThrow(() -> unknown(marketplace, account));
    }

    @DeleteMapping("/registrations/{marketplace}/{account}")
    @Operation(
            summary = "Forget an account that was taken out of the configuration",
            description =
                    "It is no longer told as one that is registered and configured nowhere. Nothing changes at the"
                            + " marketplace.")
    @ApiResponse(
            responseCode = "200",
            description = "What was recorded of it last",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.FORGOTTEN)))
    @Answers({Problem.UNKNOWN_ACCOUNT, Problem.STILL_CONFIGURED, Problem.KAFKA_UNAVAILABLE})
    RegistrationStatus forget(
            @PathVariable("marketplace") String marketplace,
            @PathVariable("account") String account,
            @Parameter(hidden = true) Principal caller) {
        if (registrations.isConfigured(marketplace, account)) {
            throw Problem.STILL_CONFIGURED.because("Take it out of the configuration of every replica first.");
        }
        RegistrationStatus forgotten = registrations
                .forget(marketplace, account)
                .orElseThrow(() -> Problem.UNKNOWN_ACCOUNT.because(
                        "Nothing is recorded of account '%s' of marketplace '%s'.".formatted(account, marketplace)));
        LOGGER.atInfo()
                .addKeyValue("caller", caller.getName())
                .addKeyValue("marketplace", marketplace)
                .addKeyValue("account", account)
                .log("Forgotten over the API");
        return forgotten;
    }

    /** Holds no thread while it waits for the replica that does the work. */
    @PostMapping("/registrations/{marketplace}/{account}/apply")
    @Operation(
            summary = "Make the registration of one account true",
            description = "One replica does it: this call waits up to 10 seconds for that.")
    @ApiResponse(
            responseCode = "200",
            description = "Done, or with `dry-run` what would be done. `requestId` is the marketplace's own id of the"
                    + " write",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = Applied.class),
                            examples = @ExampleObject(Examples.APPLIED)))
    @ApiResponse(
            responseCode = "202",
            description = "Not done yet. The answer will be at `Location`, and is the record in"
                    + " `pasar.registration-events` whose `id` is this `id`",
            headers = @Header(name = "Location", schema = @Schema(type = "string")),
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = Accepted.class),
                            examples = @ExampleObject(Examples.ACCEPTED)))
    @Answers({
        Problem.UNKNOWN_ACCOUNT,
        Problem.MARKETPLACE_FAILED,
        Problem.MARKETPLACE_BUSY,
        Problem.NOT_READY,
        Problem.KAFKA_UNAVAILABLE
    })
    CompletableFuture<ResponseEntity<Object>> apply(
            @PathVariable("marketplace") String marketplace,
            @PathVariable("account") String account,
            @Parameter(
                            description = "Work the plan out and write nothing",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(name = "dry-run", required = false)
                    String dryRun,
            @Parameter(hidden = true) Principal caller) {
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
        return answered(pending.id(), pending.outcome());
    }

    @GetMapping("/commands/{id}")
    @Operation(
            summary = "What came of an apply",
            description = "The answer that the apply itself would have had. This call waits up to 10 seconds for it,"
                    + " whichever replica took the apply. A command is known for " + Registrations.COMMANDS_KEPT_MINUTES
                    + " minutes after it was sent or answered, the latest " + Registrations.COMMANDS_KEPT
                    + " of all, and by replicas that ran then.")
    @ApiResponse(
            responseCode = "200",
            description = "Done; after `dry-run` what would be done",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = Applied.class),
                            examples = @ExampleObject(Examples.APPLIED)))
    @ApiResponse(
            responseCode = "202",
            description = "Not done yet: ask again, at `Location`",
            headers = @Header(name = "Location", schema = @Schema(type = "string")),
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = Accepted.class),
                            examples = @ExampleObject(Examples.ACCEPTED)))
    @Answers({
        Problem.UNKNOWN_COMMAND,
        Problem.UNKNOWN_ACCOUNT,
        Problem.MARKETPLACE_FAILED,
        Problem.MARKETPLACE_BUSY,
        Problem.NOT_READY,
        Problem.KAFKA_UNAVAILABLE
    })
    CompletableFuture<ResponseEntity<Object>> command(
            @Parameter(example = "0b7c2e44-5d0c-4f43-8d5a-6a4d4a1c9a77") @PathVariable("id") String id) {
        return registrations
                .outcome(id)
                .map(outcome -> answered(id, outcome))
                .orElseThrow(() -> Problem.UNKNOWN_COMMAND.because(
                        "Where the registration stands is told by GET /api/registrations."));
    }

    @PostMapping("/reconcile")
    @Operation(summary = "Check every account now", description = "What is found is treated as in a timed check.")
    @ApiResponse(
            responseCode = "202",
            description = "So many accounts are due for a check by it",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.QUEUED)))
    @Answers(Problem.KAFKA_UNAVAILABLE)
    ResponseEntity<Queued> reconcile(
            @Parameter(description = "Only accounts at this marketplace", example = "tiki")
                    @RequestParam(name = "marketplace", required = false)
                    String marketplace,
            @Parameter(hidden = true) Principal caller) {
        refuseUnlessKnown(marketplace, registrations.all());
        int queued = registrations.reconcile(marketplace);
        LOGGER.atInfo()
                .addKeyValue("caller", caller.getName())
                .addKeyValue("marketplace", marketplace)
                .addKeyValue("queued", queued)
                .log("Checks requested over the API");
        return ResponseEntity.accepted().body(new Queued(queued));
    }

    private CompletableFuture<ResponseEntity<Object>> answered(String id, CompletableFuture<Outcome> outcome) {
        return outcome.thenApply(RegistrationController::answer)
                .completeOnTimeout(accepted(id), applyWait.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A misspelt name would otherwise be answered as if all were well with all its accounts, namely none. */
    private static void refuseUnlessKnown(String marketplace, List<RegistrationStatus> all) {
        if (marketplace != null && !all.isEmpty()) {
            Map<String, String> known = new TreeMap<>();
            all.forEach(status -> known.put(status.marketplace(), status.marketplace()));
            Parameters.oneOf("marketplace", marketplace, known);
        }
    }

    private static ResponseEntity<Object> answer(Outcome outcome) {
        if (outcome.failure() != null) {
            throw MarketplaceReply.problem(outcome.failure());
        }
        return ResponseEntity.ok(new Applied(outcome.status().state(), outcome.plan(), outcome.requestId()));
    }

    private static ResponseEntity<Object> accepted(String id) {
        URI command = UriComponentsBuilder.fromPath("/api/commands/{id}").build(id);
        return ResponseEntity.accepted().location(command).body(new Accepted(id));
    }

    private static ErrorResponseException unknown(String marketplace, String account) {
        return Problem.UNKNOWN_ACCOUNT.because(
                "No account '%s' of marketplace '%s' is configured.".formatted(account, marketplace));
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

    record Accepted(String id) {}

    record Queued(int queued) {}
}
