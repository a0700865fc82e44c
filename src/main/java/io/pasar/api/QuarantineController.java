package io.pasar.api;

import io.pasar.replay.Quarantine;
import io.pasar.replay.Quarantine.Chosen;
import io.pasar.replay.Quarantine.Delivery;
import io.pasar.replay.Quarantine.Tried;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Deliveries whose signature was not right. */
@RestController
@Tag(name = "Quarantine", description = "Deliveries whose signature was not right")
@RequestMapping(path = "/api/quarantine", produces = MediaType.APPLICATION_JSON_VALUE)
class QuarantineController {

    private static final Logger LOGGER = LoggerFactory.getLogger(QuarantineController.class);

    private static final int MOST = 100;

    private final Quarantine quarantine;

    QuarantineController(Quarantine quarantine) {
        this.quarantine = quarantine;
    }

    @GetMapping
    @Operation(
            summary = "The last deliveries in quarantine",
            description = "The payload only to a token that may write.")
    @ApiResponse(
            responseCode = "200",
            description = "The oldest first; `valueBase64` is null unless asked for",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.QUARANTINE)))
    @Answers({Problem.FORBIDDEN, Problem.KAFKA_UNAVAILABLE})
    QuarantineList quarantine(
            @Parameter(example = "tiki") @RequestParam(name = "marketplace", required = false) String marketplace,
            @Parameter(example = "41235121321") @RequestParam(name = "account", required = false) String account,
            @Parameter(example = "order") @RequestParam(name = "event-kind", required = false) String eventKind,
            @Parameter(
                            description = "How many at most",
                            schema = @Schema(type = "integer", minimum = "1", maximum = "100", defaultValue = "50"))
                    @RequestParam(name = "last", defaultValue = "50")
                    String last,
            @Parameter(description = "Show what was sent", schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(name = "payload", required = false)
                    String payload,
            HttpServletRequest request) {
        int most = Parameters.within("last", last, 1, MOST);
        boolean withPayload = Parameters.flag("payload", payload);
        if (withPayload && !request.isUserInRole("WRITE")) {
            throw Problem.FORBIDDEN.because("'payload' needs a token whose role is write.");
        }
        return new QuarantineList(
                quarantine.list(new Chosen(marketplace, account, eventKind, null, null), most).stream()
                        .map(delivery -> QuarantinedView.of(delivery, withPayload))
                        .toList());
    }

    @PostMapping("/release")
    @Operation(
            summary = "Verify deliveries in quarantine again, and publish those that are right",
            description =
                    "With the secrets of now, and as if they came now: same topic, key, bytes and headers, with the"
                            + " time at which they were received. The newest that are chosen, the oldest first. They stay in"
                            + " quarantine, and a second release publishes them again, with the same `ce_id`.")
    @ApiResponse(
            responseCode = "200",
            description = "`verified` is a dry run's `released`",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.RELEASED)))
    @Answers(Problem.KAFKA_UNAVAILABLE)
    ReleaseView release(
            @Parameter(example = "tiki", required = true) @RequestParam(name = "marketplace", required = false)
                    String marketplace,
            @Parameter(example = "41235121321", required = true) @RequestParam(name = "account", required = false)
                    String account,
            @Parameter(example = "order") @RequestParam(name = "event-kind", required = false) String eventKind,
            @Parameter(description = "The earliest time at which one was received")
                    @RequestParam(name = "from", required = false)
                    String from,
            @Parameter(description = "The first time that is too late") @RequestParam(name = "until", required = false)
                    String until,
            @Parameter(
                            description = "How many at most",
                            schema = @Schema(type = "integer", minimum = "1", maximum = "100", defaultValue = "100"))
                    @RequestParam(name = "last", defaultValue = "100")
                    String last,
            @Parameter(
                            description = "Verify and publish nothing",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(name = "dry-run", required = false)
                    String dryRun,
            @Parameter(hidden = true) Principal caller)
            throws InterruptedException {
        Chosen chosen = new Chosen(
                Parameters.needed("marketplace", marketplace),
                Parameters.needed("account", account),
                eventKind,
                Parameters.instant("from", from),
                Parameters.instant("until", until));
        int most = Parameters.within("last", last, 1, MOST);
        boolean checkOnly = Parameters.flag("dry-run", dryRun);
        List<ReleasedView> deliveries = quarantine.release(chosen, most, checkOnly).stream()
                .map(ReleasedView::of)
                .toList();
        LOGGER.atInfo()
                .addKeyValue("caller", caller.getName())
                .addKeyValue("marketplace", marketplace)
                .addKeyValue("account", account)
                .addKeyValue("dryRun", checkOnly)
                .addKeyValue("deliveries", deliveries.size())
                .log("Release from quarantine requested over the API");
        return new ReleaseView(checkOnly, deliveries);
    }

    record QuarantineList(List<QuarantinedView> deliveries) {}

    record QuarantinedView(
            int partition,
            long offset,
            Instant receivedAt,
            String marketplace,
            String account,
            String eventKind,
            @Schema(example = "wrong-signature") String reason,
            String contentType,
            int size,
            @Schema(format = "byte") String valueBase64) {

        private static QuarantinedView of(Delivery delivery, boolean withPayload) {
            var original = delivery.original();
            return new QuarantinedView(
                    delivery.partition(),
                    delivery.offset(),
                    original.receivedAt(),
                    original.marketplace(),
                    original.account(),
                    original.eventKind(),
                    delivery.reason(),
                    original.contentType(),
                    original.body().length,
                    withPayload ? Base64.getEncoder().encodeToString(original.body()) : null);
        }
    }

    record ReleaseView(boolean dryRun, List<ReleasedView> deliveries) {}

    record ReleasedView(
            int partition,
            long offset,
            Instant receivedAt,
            String eventKind,
            @Schema(allowableValues = {"verified", "released", "rejected", "unwanted", "failed"}) String outcome) {

        private static ReleasedView of(Tried tried) {
            Delivery delivery = tried.delivery();
            return new ReleasedView(
                    delivery.partition(),
                    delivery.offset(),
                    delivery.original().receivedAt(),
                    delivery.original().eventKind(),
                    tried.outcome().name().toLowerCase(Locale.ROOT));
        }
    }
}
