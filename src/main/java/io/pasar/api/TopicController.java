package io.pasar.api;

import io.pasar.kafka.TopicReader;
import io.pasar.kafka.Topics;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.springframework.http.MediaType;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What is in our topics, for those who have no Kafka client at hand. */
@RestController
@Tag(name = "Topics", description = "The events that arrived")
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class TopicController {

    private static final int MOST = 100;

    private final TopicReader topics;

    TopicController(TopicReader topics) {
        this.topics = topics;
    }

    @GetMapping("/topics/{topic}/records")
    @Operation(
            summary = "The last records of a topic",
            description =
                    "Of topics whose name begins with `pasar.`. What lies in quarantine is shown only to a token that"
                            + " may write: to others `value` and `valueBase64` are null.")
    @ApiResponse(
            responseCode = "200",
            description = "The oldest first",
            useReturnTypeSchema = true,
            content = @Content(examples = @ExampleObject(Examples.RECORDS)))
    @Answers({Problem.UNKNOWN_TOPIC, Problem.KAFKA_UNAVAILABLE})
    TopicRecords records(
            @Parameter(example = "pasar.tiki.order") @PathVariable("topic") String topic,
            @Parameter(
                            description = "How many at most",
                            schema = @Schema(type = "integer", minimum = "1", maximum = "100", defaultValue = "10"))
                    @RequestParam(name = "last", defaultValue = "10")
                    String last,
            HttpServletRequest request) {
        int most = Parameters.within("last", last, 1, MOST);
        // The cluster may hold the topics of others, which are none of this API's business
        if (!topic.matches("pasar\\.[A-Za-z0-9._-]+")) {
            throw unknown(topic);
        }
        try {
            boolean withValue = !topic.equals(Topics.QUARANTINE) || request.isUserInRole("WRITE");
            return new TopicRecords(topics.last(topic, most).stream()
                    .map(KafkaRecord::of)
                    .map(found -> withValue ? found : found.withoutValue())
                    .toList());
        } catch (UnknownTopicOrPartitionException e) {
            throw unknown(topic);
        }
    }

    private static ErrorResponseException unknown(String topic) {
        return Problem.UNKNOWN_TOPIC.because("No topic '%s' that begins with 'pasar.'.".formatted(topic));
    }

    record TopicRecords(List<KafkaRecord> records) {}
}
