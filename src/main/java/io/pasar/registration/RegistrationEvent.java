package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;

/**
 * One attempt: a record's value in {@code pasar.registration-events}, as JSON. Members of the outcome come first.
 *
 * @param action null when the command could not be read
 * @param trigger null when the command could not be read
 * @param webhooks what is registered; only in the answer to {@code list}
 */
record RegistrationEvent(
        @JsonUnwrapped Outcome outcome, Action action, Trigger trigger, Instant at, Webhooks webhooks) {}
