package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.pasar.observation.Streak;
import java.time.Instant;

/**
 * What a replica tells the one that decides: a streak of wrongly signed deliveries. Nothing in it is shown as it came,
 * and nothing follows from it that the deciding replica's own observations speak against.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Suspicion(String eventKind, long deliveries, Instant since, Instant lastAt) {

    static Suspicion of(Streak streak) {
        return new Suspicion(streak.eventKind(), streak.deliveries(), streak.since(), streak.lastAt());
    }

    @JsonIgnore
    boolean isWhole() {
        return eventKind != null && deliveries > 0 && since != null && lastAt != null && !lastAt.isBefore(since);
    }
}
