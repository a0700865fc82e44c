package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is remembered of an account beside what was sent, to judge what cannot be read. Immutable.
 *
 * @param blind event kinds, and {@code secret}, that the marketplace did not show when it was last asked
 * @param registeredSince event kind to when it was first sent, for those that are sent since
 * @param resentAt when a doubt last caused a write; null if never
 * @param episodes doubts that nothing has dispelled yet
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Evidence(List<String> blind, Map<String, Instant> registeredSince, Instant resentAt, List<Episode> episodes) {

    static final Evidence NONE = new Evidence(null, null, null, null);

    Evidence {
        blind = blind == null ? List.of() : List.copyOf(blind);
        registeredSince = registeredSince == null ? Map.of() : Map.copyOf(registeredSince);
        episodes = episodes == null ? List.of() : List.copyOf(episodes);
    }

    /** Of a record that was written before evidence was kept, too. */
    static Evidence of(AccountRecord before) {
        return before == null || before.evidence() == null ? NONE : before.evidence();
    }

    @JsonIgnore
    boolean isWhole() {
        return episodes.stream().allMatch(Episode::isWhole);
    }

    Evidence with(List<String> nowBlind, List<Episode> nowOpen) {
        return new Evidence(nowBlind, registeredSince, resentAt, nowOpen);
    }

    /** A write took place: it answers every doubt about what cannot be read. */
    Evidence written(Instant at, Iterable<String> eventKinds) {
        Map<String, Instant> since = new LinkedHashMap<>();
        eventKinds.forEach(kind -> since.put(kind, registeredSince.getOrDefault(kind, at)));
        boolean answers = episodes.stream().anyMatch(this::isUnanswered);
        List<Episode> answered = episodes.stream()
                .map(episode -> isUnanswered(episode) ? episode.resent(at) : episode)
                .toList();
        return new Evidence(blind, since, answers ? at : resentAt, answered);
    }

    /** Whether what the episode is about cannot be read; otherwise the marketplace itself says that nothing is wrong. */
    boolean isBlind(Episode episode) {
        return blind.contains(episode.kind() == Episode.Kind.SIGNATURES ? Planner.SECRET : episode.eventKind());
    }

    boolean isUnanswered(Episode episode) {
        return episode.resentAt() == null && isBlind(episode);
    }

    @JsonIgnore
    boolean isDoubtful() {
        return episodes.stream().anyMatch(this::isBlind);
    }
}
