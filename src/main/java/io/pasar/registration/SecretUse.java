package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/**
 * One of an account's webhook secrets.
 *
 * @param lastUsedAt when it last proved a delivery; null if it was never seen to
 * @param removable whether it may go from the configuration without a webhook being lost
 */
public record SecretUse(String fingerprint, Role role, Instant lastUsedAt, boolean removable) {

    /** What a secret is there for. */
    public enum Role {
        /** The first one: it is registered at the marketplace. */
        @JsonProperty("registered")
        REGISTERED,
        /** Webhooks that are signed with it are still accepted. */
        @JsonProperty("accepted")
        ACCEPTED
    }
}
