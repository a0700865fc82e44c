package io.pasar.registration;

import io.pasar.marketplace.MarketplaceException;
import java.util.Locale;

/**
 * The answer to one command, as it also stands in {@code pasar.registration-events}.
 *
 * @param id the command's id
 * @param status where the registration stands after it
 * @param plan what was to be done; null when it could not be worked out
 * @param requestId the marketplace's own id of the write; null when nothing was written or it gives none
 * @param failure why it failed; null when it did not
 */
public record Outcome(String id, RegistrationStatus status, Plan plan, String requestId, Failure failure) {

    /**
     * A marketplace's refusal or silence.
     *
     * @param kind what it means for the next try, e.g. {@code rate-limited}
     * @param status HTTP status of its answer; 0 when there was none
     * @param code its own error code, e.g. Tiki's {@code message_code}; null if none
     * @param message in words
     * @param requestId its own id of the failed call; null if none
     * @param retryAfterSeconds how long it asks us to wait; null if it does not say
     */
    public record Failure(
            String kind, int status, String code, String message, String requestId, Long retryAfterSeconds) {

        static Failure of(MarketplaceException e) {
            return new Failure(
                    e.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    e.status(),
                    e.code(),
                    e.getMessage(),
                    e.requestId(),
                    e.retryAfter() == null ? null : e.retryAfter().toSeconds());
        }
    }
}
