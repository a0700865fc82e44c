package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;

/** Who asked for a run: a person may ask for more than the timer may do by itself. */
enum Trigger {
    /** The timer, on whichever replica: only what is due is done, and {@code on-drift} holds. */
    @JsonProperty("timer")
    TIMER,
    /** A request to check everything: done whether or not the time has come, once, and {@code on-drift} holds. */
    @JsonProperty("reconcile")
    RECONCILE,
    /** What arrives, or does not, makes a registration doubtful: only what is news is done, and {@code on-drift} holds. */
    @JsonProperty("evidence")
    EVIDENCE,
    /** A request for this account: an apply writes whatever {@code on-drift} says. */
    @JsonProperty("request")
    REQUEST;

    /**
     * As a command's header names it: null where there is none. What a newer version of the gateway may send during an
     * upgrade is taken for a request to check, which does no more than the timer may.
     */
    static Trigger named(String name) {
        if (name == null) {
            return null;
        }
        return Arrays.stream(values())
                .filter(trigger -> trigger.name().equals(name))
                .findFirst()
                .orElse(RECONCILE);
    }
}
