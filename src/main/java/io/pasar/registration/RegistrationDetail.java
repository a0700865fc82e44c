package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pasar.observation.Observations.Observed;
import java.time.Instant;
import java.util.List;
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
        Plan plan) {

    public record Desired(Map<String, String> webhooks, List<String> warehouses, String secret) {}

    /** @param secret fingerprint of the listed secret; null where the marketplace does not show it */
    public record Listed(Instant readAt, Map<String, String> webhooks, Map<String, String> other, String secret) {}

    /** @param requestId the marketplace's own id of that write; null where it gives none */
    public record Recorded(
            Instant sentAt, Map<String, String> webhooks, List<String> warehouses, String secret, String requestId) {}
}
