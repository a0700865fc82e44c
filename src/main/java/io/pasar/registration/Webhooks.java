package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;

/**
 * The webhooks of one account.
 *
 * @param source who says so
 * @param readAt when it was read at the marketplace, or recorded by us; null if nothing was recorded yet
 * @param webhooks event kind to URL
 * @param other fields that are no event kind known to us, to their URL
 */
public record Webhooks(Source source, Instant readAt, Map<String, String> webhooks, Map<String, String> other) {

    /** Who says what is registered. */
    public enum Source {
        /** The marketplace itself, asked now. */
        @JsonProperty("listed")
        LISTED,
        /** Our record of what we last sent, where the marketplace cannot be read. */
        @JsonProperty("recorded")
        RECORDED
    }
}
