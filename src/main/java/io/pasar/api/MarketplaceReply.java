package io.pasar.api;

import io.pasar.registration.Outcome;
import io.swagger.v3.oas.annotations.media.Schema;
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

    static MarketplaceReply of(Outcome.Failure failure) {
        return new MarketplaceReply(
                failure.kind(),
                failure.status() == 0 ? null : failure.status(),
                failure.code(),
                failure.message(),
                failure.requestId(),
                failure.retryAfterSeconds());
    }

    ErrorResponseException problem() {
        ErrorResponseException problem = Problem.MARKETPLACE_FAILED.because("What it answered is in 'answer'.");
        problem.getBody().setProperty("answer", this);
        return problem;
    }
}
