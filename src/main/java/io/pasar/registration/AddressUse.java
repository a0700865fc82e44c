package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/**
 * One address that webhooks of an account come to.
 *
 * @param url as configured; null for all that are not
 * @param lastUsedAt when a verified delivery last came for it; null if none was seen to
 * @param drained whether this account needs it no more; false of all but former addresses
 */
public record AddressUse(String url, Role role, Instant lastUsedAt, boolean drained) {

    /** What an address is there for. */
    public enum Role {
        /** The public URL: it is registered at the marketplaces. */
        @JsonProperty("current")
        CURRENT,
        /** What the public URL was before. */
        @JsonProperty("former")
        FORMER,
        /** Whatever is not configured. */
        @JsonProperty("other")
        OTHER
    }
}
