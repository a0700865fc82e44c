package io.pasar.api;

import io.pasar.api.ReplayController.ReplayView;
import io.pasar.replay.Quarantine;
import io.pasar.replay.Quarantine.Listed;
import io.pasar.replay.Quarantine.Page;
import io.pasar.replay.Quarantine.Position;
import io.pasar.replay.Quarantined;
import io.pasar.replay.Replay;
import io.pasar.replay.ReplayRequest;
import io.pasar.replay.Replays;
import io.pasar.replay.Selection;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
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
    private final Replays replays;

    QuarantineController(Quarantine quarantine, Replays replays) {
        this.quarantine = quarantine;
        this.replays = replays;
    }

    @GetMapping
    @Operation(
            summary = "The deliveries in quarantine",
            description =
                    "Partition by partition, each in its order; all of an account lie in one. The payload only to a"
                            + " token that may write.")
    @ApiResponse(
            responseCode = "200",
            description =
                    "`next` is the `cursor` of the page that follows, and null at the end; a page may be shorter than"
                            + " asked for, even empty, and not be the last. `releasedBy` is the id of a release that has"
                            + " published it. `valueBase64` is null unless asked for",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.QUARANTINE)))
    @Answers({Problem.FORBIDDEN, Problem.NOT_READY, Problem.KAFKA_UNAVAILABLE})
    QuarantineList quarantine(
            @Parameter(example = "tiki") @RequestParam(name = "marketplace", required = false) String marketplace,
            @Parameter(example = "41235121321") @RequestParam(name = "account", required = false) String account,
            @Parameter(example = "order") @RequestParam(name = "event-kind", required = false) String eventKind,
            @Parameter(example = "wrong-signature") @RequestParam(name = "reason", required = false) String reason,
            @Parameter(description = "The earliest time at which one was received")
                    @RequestParam(name = "from", required = false)
                    String from,
            @Parameter(description = "The first time that is too late") @RequestParam(name = "until", required = false)
                    String until,
            @Parameter(
                            description = "How many at most",
                            schema = @Schema(type = "integer", minimum = "1", maximum = "100", defaultValue = "50"))
                    @RequestParam(name = "limit", defaultValue = "50")
                    String limit,
            @Parameter(description = "What the page before said in `next`")
                    @RequestParam(name = "cursor", required = false)
                    String cursor,
            @Parameter(description = "Show what was sent", schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(name = "payload", required = false)
                    String payload,
            HttpServletRequest request) {
        int most = Parameters.within("limit", limit, 1, MOST);
        boolean withPayload = Parameters.flag("payload", payload);
        Selection chosen = chosen(marketplace, account, eventKind, reason, from, until);
        Position position = Parameters.position("cursor", cursor);
        if (withPayload && !request.isUserInRole("WRITE")) {
            throw Problem.FORBIDDEN.because("'payload' needs a token whose role is write.");
        }
        return QuarantineList.of(quarantine.list(chosen, position, most), withPayload);
    }

    @PostMapping("/release")
    @Operation(
            summary = "Verify deliveries in quarantine again, and publish those that are right",
            description =
                    "With the secrets of now, and as if they came now: same topic, key, bytes and headers, with the time at"
                            + " which they were received, and `pasar_replayed`: the release's id. First counted, then published,"
                            + " as a replay whose id is answered: how far it is, and its end, are asked for there. They stay in"
                            + " quarantine; what was released before is left out.")
    @ApiResponse(
            responseCode = "202",
            description = "It begins within seconds; how far it is stands at `Location`",
            headers = @Header(name = "Location", schema = @Schema(type = "string")),
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.RELEASE)))
    @Answers({Problem.NOT_READY, Problem.KAFKA_UNAVAILABLE})
    ResponseEntity<ReplayView> release(
            @Parameter(example = "tiki") @RequestParam(name = "marketplace", required = false) String marketplace,
            @Parameter(example = "41235121321") @RequestParam(name = "account", required = false) String account,
            @Parameter(example = "order") @RequestParam(name = "event-kind", required = false) String eventKind,
            @Parameter(example = "wrong-signature") @RequestParam(name = "reason", required = false) String reason,
            @Parameter(description = "The earliest time at which one was received")
                    @RequestParam(name = "from", required = false)
                    String from,
            @Parameter(description = "The first time that is too late") @RequestParam(name = "until", required = false)
                    String until,
            @Parameter(
                            description = "At most so many in a second",
                            schema = @Schema(type = "integer", minimum = "1", maximum = "10000", defaultValue = "100"))
                    @RequestParam(name = "rate", defaultValue = "100")
                    String rate,
            @Parameter(
                            description = "Verify, count and publish nothing",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(name = "dry-run", required = false)
                    String dryRun,
            @Parameter(
                            description = "Release also what was released before",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(name = "again", required = false)
                    String again,
            @Parameter(hidden = true) Principal caller) {
        Replay begun = replays.begin(ReplayRequest.release(
                chosen(marketplace, account, eventKind, reason, from, until),
                Parameters.within("rate", rate, 1, ReplayController.FASTEST),
                Parameters.flag("dry-run", dryRun),
                Parameters.flag("again", again)));
        LOGGER.atInfo()
                .addKeyValue("caller", caller.getName())
                .addKeyValue("replay", begun.id())
                .addKeyValue("marketplace", marketplace)
                .addKeyValue("account", account)
                .addKeyValue("dryRun", dryRun)
                .log("Release from quarantine requested over the API");
        return ReplayController.accepted(begun);
    }

    private static Selection chosen(
            String marketplace, String account, String eventKind, String reason, String from, String until) {
        return Selection.inQuarantine(
                Parameters.instant("from", from),
                Parameters.instant("until", until),
                marketplace,
                account,
                eventKind,
                reason);
    }

    record QuarantineList(List<QuarantinedView> deliveries, String next) {

        private static QuarantineList of(Page page, boolean withPayload) {
            return new QuarantineList(
                    page.deliveries().stream()
                            .map(listed -> QuarantinedView.of(listed, withPayload))
                            .toList(),
                    page.next() == null
                            ? null
                            : page.next().partition() + "-" + page.next().offset());
        }
    }

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
            String releasedBy,
            @Schema(format = "byte") String valueBase64) {

        private static QuarantinedView of(Listed listed, boolean withPayload) {
            Quarantined delivery = listed.delivery();
            return new QuarantinedView(
                    delivery.partition(),
                    delivery.offset(),
                    delivery.receivedAt(),
                    delivery.marketplace(),
                    delivery.account(),
                    delivery.eventKind(),
                    delivery.reason(),
                    delivery.contentType(),
                    delivery.body().length,
                    listed.releasedBy(),
                    withPayload ? Base64.getEncoder().encodeToString(delivery.body()) : null);
        }
    }
}
