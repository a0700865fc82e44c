package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pasar.observation.Observations.Observed;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Everything known about one account's registration. Secrets are fingerprints.
 *
 * @param desired what the configuration asks for
 * @param listed what the marketplace answered just now; null where it cannot be read
 * @param recorded what we last sent successfully; null if nothing
 * @param observed what really arrived, by event kind
 * @param secrets in the order of the configuration, with what they were last used for
 * @param addresses the public URL, former ones and any other, with when they were last used
 * @param evidence what makes the registration doubtful; empty if nothing does
 * @param plan what an apply would do
 */
public record RegistrationDetail(
        @JsonUnwrapped RegistrationStatus status,
        Desired desired,
        Listed listed,
        Recorded recorded,
        Map<String, Observed> observed,
        List<SecretUse> secrets,
        List<AddressUse> addresses,
        List<Finding> evidence,
        Plan plan) {

    /**
     * One reason to doubt a registration.
     *
     * @param kind {@code signatures}, {@code silence} or {@code age}
     * @param eventKind null where it is about all of them
     * @param deliveries wrongly signed ones in a row; null where it is not about those
     * @param resentAt when the registration was sent again because of it; null if it was not
     * @param text for a person, with what to do
     */
    public record Finding(
            String kind, String eventKind, Instant since, Long deliveries, Instant resentAt, String text) {

        static Finding of(Episode episode, String text) {
            boolean signatures = episode.kind() == Episode.Kind.SIGNATURES;
            return new Finding(
                    episode.kind().name().toLowerCase(Locale.ROOT),
                    episode.eventKind(),
                    episode.since(),
                    signatures ? episode.deliveries() : null,
                    episode.resentAt(),
                    text);
        }

        static Finding age(Instant since, String text) {
            return new Finding("age", null, since, null, null, text);
        }
    }

    public record Desired(Map<String, String> webhooks, List<String> warehouses, String secret) {}

    /** @param secret fingerprint of the listed secret; null where the marketplace does not show it */
    public record Listed(Instant readAt, Map<String, String> webhooks, Map<String, String> other, String secret) {}

    /** @param requestId the marketplace's own id of that write; null where it gives none */
    public record Recorded(
            Instant sentAt, Map<String, String> webhooks, List<String> warehouses, String secret, String requestId) {}
}
