package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Who asked for a run: a person may ask for more than the timer may do by itself. */
enum Trigger {
    /** The timer, on whichever replica: only what is due is done, and {@code on-drift} holds. */
    @JsonProperty("timer")
    TIMER,
    /** A request to check everything: done whether or not the time has come, once, and {@code on-drift} holds. */
    @JsonProperty("reconcile")
    RECONCILE,
    /** A request for this account: an apply writes whatever {@code on-drift} says. */
    @JsonProperty("request")
    REQUEST
}
