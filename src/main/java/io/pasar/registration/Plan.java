package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * The difference between what is desired and what is registered, as a list that a person can review.
 *
 * @param changes what a write would do, field by field; empty when there is nothing to write
 * @param warnings what the reader should know before applying it
 */
public record Plan(List<Change> changes, List<String> warnings) {

    /**
     * @param field the event kind; {@code secret}; {@code warehouses}; or the marketplace's own name of a field that is
     *     none of these, e.g. {@code product_edit_url}
     * @param from what is there now, as listed or else as we last sent it; null when nothing is, or when neither says;
     *     secrets as fingerprints
     * @param to what will be there; null when nothing will be; secrets as fingerprints
     */
    public record Change(String field, Action action, String from, String to) {}

    /** What a write does to a field. */
    public enum Action {
        /** Nothing is registered; ours will be. */
        @JsonProperty("set")
        SET,
        /** Something else is registered; ours will be. */
        @JsonProperty("change")
        CHANGE,
        /** Not ours: sent back as it is, because the marketplace blanks what a write leaves out. */
        @JsonProperty("carry-over")
        CARRY_OVER,
        /** Cannot be read at the marketplace: sent again blind. */
        @JsonProperty("resend")
        RESEND
    }

    /** Not a member of the JSON, which names the record's components and nothing else. */
    @JsonIgnore
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** Whether anything is known to differ; what cannot be read is sent again without that. */
    boolean differs() {
        return changes.stream().anyMatch(change -> change.action() == Action.SET || change.action() == Action.CHANGE);
    }
}
