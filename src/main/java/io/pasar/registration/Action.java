package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a command may ask for. */
public enum Action {
    /** What is registered; the plan comes with it. */
    @JsonProperty("list")
    LIST,
    /** What an apply would change, and nothing is. */
    @JsonProperty("plan")
    PLAN,
    /** That what is registered becomes what is desired. */
    @JsonProperty("apply")
    APPLY
}
