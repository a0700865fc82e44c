package io.pasar.api;

import io.pasar.registration.Outcome;
import io.swagger.v3.oas.annotations.media.Schema;
import org.springframework.http.HttpHeaders;
import org.springframework.web.ErrorResponseException;

/** What a marketplace answered instead of doing what it was asked: member {@code answer} of the 502 problem. */
@Schema(name = "MarketplaceReply", description = "What the marketplace answered")
record MarketplaceReply(
        @Schema(description = "What the failure means for the next try", example = "rate-limited") String kind,
        @Schema(description = "HTTP status of its answer; null when there was none", example = "429") Integer status,
        @Schema(description = "Its own error code; null if none") String code,
        @Schema(description = "In words; null if none", example = "Tokopedia answered 429") String message,
        @Schema(description = "Its own id of the failed call; null if none") String requestId,
        @Schema(description = "Seconds it asks us to wait; null if it does not say", example = "30")
                Long retryAfterSeconds) {

    /** The problem that a failure is to its caller: a marketplace that was not even asked has not failed. */
    static ErrorResponseException problem(Outcome.Failure failure) {
        return switch (failure.kind()) {
            case "postponed" -> busy(failure);
            case "refused-command" -> refused(failure);
            default -> of(failure).problem();
        };
    }

    /** The account may have been taken out, or Kafka have gone away, after the call was taken. */
    private static ErrorResponseException refused(Outcome.Failure failure) {
        return switch (failure.code()) {
            case "unknown-account" ->
                Problem.UNKNOWN_ACCOUNT.because("The replica that was to do it has no such account (any more).");
            case "not-ready" -> notReady();
            default -> Problem.BAD_REQUEST.because(null);
        };
    }

    private static ErrorResponseException notReady() {
        ErrorResponseException problem = Problem.NOT_READY.because(
                "The replica that was to do it has not read from Kafka yet what was recorded. Ask again shortly.");
        problem.getHeaders().set(HttpHeaders.RETRY_AFTER, ProblemAdvice.RETRY_AFTER_SECONDS);
        return problem;
    }

    private static ErrorResponseException busy(Outcome.Failure failure) {
        ErrorResponseException problem =
                Problem.MARKETPLACE_BUSY.because("It was not asked, to stay below its rate limit. Try again shortly.");
        problem.getHeaders().set(HttpHeaders.RETRY_AFTER, String.valueOf(failure.retryAfterSeconds()));
        return problem;
    }

    private static MarketplaceReply of(Outcome.Failure failure) {
        return new MarketplaceReply(
                failure.kind(),
                failure.status() == 0 ? null : failure.status(),
                failure.code(),
                failure.message(),
                failure.requestId(),
                failure.retryAfterSeconds());
    }

    private ErrorResponseException problem() {
        ErrorResponseException problem = Problem.MARKETPLACE_FAILED.because("What it answered is in 'answer'.");
        problem.getBody().setProperty("answer", this);
        return problem;
    }
}
