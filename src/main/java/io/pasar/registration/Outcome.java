package io.pasar.registration;

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
     * @param status HTTP status of its answer; 0 when there was none
     * @param code its own error code, e.g. Tiki's {@code message_code}; null if none
     * @param message in words
     * @param requestId its own id of the failed call; null if none
     */
    public record Failure(int status, String code, String message, String requestId) {}
}
