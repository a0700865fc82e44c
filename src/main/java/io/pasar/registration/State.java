package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where an account's registration stands. */
public enum State {
    /** What was recorded has not been read yet; nothing is written in this state. */
    @JsonProperty("unknown")
    UNKNOWN,
    /** The marketplace lists what is desired. */
    @JsonProperty("in-sync")
    IN_SYNC,
    /** The marketplace lists something else. */
    @JsonProperty("drifted")
    DRIFTED,
    /** The marketplace took what is desired and cannot be read. */
    @JsonProperty("asserted")
    ASSERTED,
    @JsonProperty("never-registered")
    NEVER_REGISTERED,
    /** The last attempt failed; it will be tried again. */
    @JsonProperty("failing")
    FAILING,
    /** The marketplace says that this registration is not to be had (404, 410, closed). */
    @JsonProperty("refused")
    REFUSED
}
