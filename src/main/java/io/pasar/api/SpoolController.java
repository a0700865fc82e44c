package io.pasar.api;

import io.pasar.kafka.spool.Spool;
import io.pasar.kafka.spool.SpoolStatus;
import io.pasar.kafka.spool.SpoolUnavailableException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.http.MediaType;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What waits on this replica's disk for Kafka. */
@RestController
@Tag(name = "Spool", description = "Events that wait on this replica's disk for Kafka")
@RequestMapping(path = "/api/spool", produces = MediaType.APPLICATION_JSON_VALUE)
class SpoolController {

    private static final Duration MOVED_WITHIN = Duration.ofSeconds(30);

    private final Spool spool;

    SpoolController(Spool spool) {
        this.spool = spool;
    }

    @GetMapping
    @Operation(summary = "What waits, and what Kafka has refused", description = "Of the replica that is asked.")
    @ApiResponse(
            responseCode = "200",
            description = "The first hundred of those set aside; never a payload",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.SPOOL)))
    SpoolView spool() {
        return SpoolView.of(spool.status());
    }

    @PostMapping("/set-aside/retry")
    @Operation(
            summary = "Tries at Kafka again what it has refused",
            description = "Those events go behind all that wait. One that is refused again is set aside again.")
    @ApiResponse(
            responseCode = "200",
            description = "How many there were",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject("{\"retried\": 1}")))
    @Answers(Problem.SPOOL_UNAVAILABLE)
    Retried retry() throws InterruptedException {
        try {
            return new Retried(spool.retrySetAside().get(MOVED_WITHIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw unavailable();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SpoolUnavailableException) {
                throw unavailable();
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static ErrorResponseException unavailable() {
        return Problem.SPOOL_UNAVAILABLE.because("Look at the gateway's log for what is wrong with its disk.");
    }

    /** @param retried events that are tried again */
    record Retried(long retried) {}

    /**
     * @param taking whether it takes events
     * @param kafkaAway whether events go to the spool without being tried at Kafka first
     * @param events that wait for Kafka
     * @param bytes of all events, those set aside included
     * @param maxBytes {@code pasar.spool.max-size}
     * @param oldest since when the oldest event waits; null if none does
     * @param oldestAgeSeconds zero if none waits
     * @param tooOld whether that is more than {@code pasar.spool.max-age}
     * @param damaged whether a part of it could not be read when it was opened
     * @param setAsideEvents events that Kafka has refused
     */
    record SpoolView(
            boolean taking,
            boolean kafkaAway,
            long events,
            long bytes,
            long maxBytes,
            Instant oldest,
            long oldestAgeSeconds,
            boolean tooOld,
            boolean damaged,
            long setAsideEvents,
            List<SetAside> setAside) {

        private static SpoolView of(SpoolStatus status) {
            return new SpoolView(
                    status.taking(),
                    status.kafkaAway(),
                    status.events(),
                    status.bytes(),
                    status.maxBytes(),
                    status.oldest(),
                    status.oldestAge().toSeconds(),
                    status.tooOld(),
                    status.damaged(),
                    status.setAsideEvents(),
                    status.setAside().stream().map(SetAside::of).toList());
        }
    }

    /** An event that Kafka has refused, as {@code reason} says; {@code since} is when the spool took it. */
    record SetAside(
            String topic, String key, String ceId, @Schema(example = "record-too-large") String reason, Instant since) {

        private static SetAside of(SpoolStatus.SetAside event) {
            return new SetAside(event.topic(), event.key(), event.ceId(), event.reason(), event.since());
        }
    }
}
