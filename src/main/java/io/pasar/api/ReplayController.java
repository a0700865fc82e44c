package io.pasar.api;

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
import java.net.URI;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Events published again. */
@RestController
@Tag(name = "Replays", description = "Events published again")
@RequestMapping(path = "/api/replays", produces = MediaType.APPLICATION_JSON_VALUE)
class ReplayController {

    private static final Logger LOGGER = LoggerFactory.getLogger(ReplayController.class);

    private static final int MOST_PARTITION = 999_999;
    static final int FASTEST = 10_000;

    private final Replays replays;

    ReplayController(Replays replays) {
        this.replays = replays;
    }

    @PostMapping
    @Operation(
            summary = "Publish a range of a topic again",
            description = "What was in the topic when this was asked for and is selected, first counted, then published"
                    + " with the same key, bytes and headers, and with `pasar_replayed`: the replay's id. At least once:"
                    + " after a crash another replica goes on, and some are published twice, with the same `ce_id`.")
    @ApiResponse(
            responseCode = "202",
            description = "It begins within seconds; how far it is stands at `Location`",
            headers = @Header(name = "Location", schema = @Schema(type = "string")),
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.REPLAY)))
    @Answers({Problem.UNKNOWN_TOPIC, Problem.NOT_READY, Problem.KAFKA_UNAVAILABLE})
    ResponseEntity<ReplayView> begin(
            @Parameter(description = "A topic of events", example = "pasar.tiki.order", required = true)
                    @RequestParam(name = "topic", required = false)
                    String topic,
            @Parameter(
                            description = "An existing topic, none of the gateway's internal ones",
                            example = "orders-again",
                            required = true)
                    @RequestParam(name = "to", required = false)
                    String to,
            @Parameter(description = "The earliest time of a record", example = "2026-01-31T08:00:00Z")
                    @RequestParam(name = "from", required = false)
                    String from,
            @Parameter(description = "The first time that is too late") @RequestParam(name = "until", required = false)
                    String until,
            @Parameter(description = "Only this partition", schema = @Schema(type = "integer"))
                    @RequestParam(name = "partition", required = false)
                    String partition,
            @Parameter(description = "The first offset of the partition", schema = @Schema(type = "integer"))
                    @RequestParam(name = "from-offset", required = false)
                    String fromOffset,
            @Parameter(description = "The first offset that is too late", schema = @Schema(type = "integer"))
                    @RequestParam(name = "until-offset", required = false)
                    String untilOffset,
            @Parameter(description = "Only events of this account") @RequestParam(name = "account", required = false)
                    String account,
            @Parameter(description = "Only events about this, as in `ce_subject`")
                    @RequestParam(name = "entity", required = false)
                    String entity,
            @Parameter(
                            description = "At most so many in a second",
                            schema = @Schema(type = "integer", minimum = "1", maximum = "10000", defaultValue = "100"))
                    @RequestParam(name = "rate", defaultValue = "100")
                    String rate,
            @Parameter(
                            description = "Count and publish nothing",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(name = "dry-run", required = false)
                    String dryRun,
            @Parameter(
                            description = "Whether `to` may be `topic`, whose consumers then see the events again",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(name = "same-topic", required = false)
                    String sameTopic,
            @Parameter(hidden = true) Principal caller) {
        Selection selection = Selection.ofEvents(
                Parameters.instant("from", from),
                Parameters.instant("until", until),
                partition == null ? null : Parameters.within("partition", partition, 0, MOST_PARTITION),
                Parameters.offset("from-offset", fromOffset),
                Parameters.offset("until-offset", untilOffset),
                account,
                entity);
        Replay begun = begin(ReplayRequest.ofEvents(
                Parameters.needed("topic", topic),
                Parameters.needed("to", to),
                selection,
                Parameters.within("rate", rate, 1, FASTEST),
                Parameters.flag("dry-run", dryRun),
                Parameters.flag("same-topic", sameTopic)));
        LOGGER.atInfo()
                .addKeyValue("caller", caller.getName())
                .addKeyValue("replay", begun.id())
                .addKeyValue("topic", topic)
                .addKeyValue("to", to)
                .addKeyValue("dryRun", dryRun)
                .log("Replay requested over the API");
        return accepted(begun);
    }

    @GetMapping
    @Operation(
            summary = "All replays and releases",
            description = "Of all replicas. One that has ended is forgotten after 30 days.")
    @ApiResponse(
            responseCode = "200",
            description = "The latest first",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.REPLAYS)))
    @Answers(Problem.NOT_READY)
    ReplayList replays() {
        return new ReplayList(replays.all().stream().map(ReplayView::of).toList());
    }

    @GetMapping("/{id}")
    @Operation(summary = "How far a replay is")
    @ApiResponse(
            responseCode = "200",
            description =
                    "`selected` is so far while it counts. `published` is what Kafka has acknowledged, noted every"
                            + " 2 seconds. `skipped` is what a release does not take; null for a replay. `reason` is why it"
                            + " failed, or why it stands still",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.REPLAY)))
    @Answers({Problem.UNKNOWN_REPLAY, Problem.NOT_READY})
    ReplayView replay(@Parameter(example = "5f0f7a1e-8a4f-4f55-9f0e-0a3c5d1b2c33") @PathVariable("id") String id) {
        return replays.find(id).map(ReplayView::of).orElseThrow(ReplayController::unknown);
    }

    @PostMapping("/{id}/cancel")
    @Operation(
            summary = "End a replay",
            description = "Within seconds. What is published stays; a replay that has ended stays as it is.")
    @ApiResponse(
            responseCode = "200",
            description = "How far it was",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.REPLAY)))
    @Answers({Problem.UNKNOWN_REPLAY, Problem.NOT_READY, Problem.KAFKA_UNAVAILABLE})
    ReplayView cancel(@PathVariable("id") String id, @Parameter(hidden = true) Principal caller) {
        Replay cancelled = replays.cancel(id).orElseThrow(ReplayController::unknown);
        LOGGER.atInfo()
                .addKeyValue("caller", caller.getName())
                .addKeyValue("replay", cancelled.id())
                .log("Replay cancelled over the API");
        return ReplayView.of(cancelled);
    }

    private Replay begin(ReplayRequest request) {
        try {
            return replays.begin(request);
        } catch (UnknownTopicOrPartitionException e) {
            throw Problem.UNKNOWN_TOPIC.because(
                    "'topic', its 'partition' or 'to' does not exist. The gateway creates no topic for a replay.");
        } catch (TopicAuthorizationException e) {
            throw Problem.INVALID_PARAMETER.because(
                    "Kafka does not let the gateway see 'topic' or 'to': its login needs"
                            + " the ACLs Describe and Read on 'topic', Describe and Write on 'to'.");
        }
    }

    static ResponseEntity<ReplayView> accepted(Replay begun) {
        return ResponseEntity.accepted()
                .location(URI.create("/api/replays/" + begun.id()))
                .body(ReplayView.of(begun));
    }

    private static ErrorResponseException unknown() {
        return Problem.UNKNOWN_REPLAY.because("Those that there are: GET /api/replays.");
    }

    record ReplayList(List<ReplayView> replays) {}

    record ReplayView(
            String id,
            String topic,
            @Schema(description = "Null for a release: each delivery goes where it would have gone") String to,
            SelectionView selection,
            int rate,
            boolean dryRun,
            Replay.State state,
            long selected,
            long published,
            SkippedView skipped,
            Instant startedAt,
            Instant updatedAt,
            String reason,
            List<RangeView> ranges) {

        static ReplayView of(Replay replay) {
            ReplayRequest request = replay.request();
            return new ReplayView(
                    replay.id(),
                    request.topic(),
                    request.to(),
                    SelectionView.of(request.selection()),
                    request.rate(),
                    request.dryRun(),
                    replay.state(),
                    replay.selected(),
                    replay.published(),
                    request.releases() ? SkippedView.of(replay.skipped()) : null,
                    replay.startedAt(),
                    replay.updatedAt(),
                    replay.reason(),
                    replay.ranges().stream().map(RangeView::of).toList());
        }
    }

    record SelectionView(
            Instant from,
            Instant until,
            Integer partition,
            Long fromOffset,
            Long untilOffset,
            String marketplace,
            String account,
            String eventKind,
            String entity,
            String reason) {

        private static SelectionView of(Selection selection) {
            return new SelectionView(
                    selection.from(),
                    selection.until(),
                    selection.partition(),
                    selection.fromOffset(),
                    selection.untilOffset(),
                    selection.marketplace(),
                    selection.account(),
                    selection.eventKind(),
                    selection.entity(),
                    selection.reason());
        }
    }

    /** Deliveries that a release leaves in quarantine. */
    record SkippedView(long rejected, long unwanted, long releasedBefore) {

        private static SkippedView of(Replay.Skipped skipped) {
            return new SkippedView(skipped.rejected(), skipped.unwanted(), skipped.releasedBefore());
        }
    }

    /** Offsets of one partition: where it began, goes on, and ends. */
    record RangeView(int partition, long first, long next, long end) {

        private static RangeView of(Replay.Range range) {
            return new RangeView(range.partition(), range.first(), range.next(), range.end());
        }
    }
}
