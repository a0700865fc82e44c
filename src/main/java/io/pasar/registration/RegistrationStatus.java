package io.pasar.registration;

import java.time.Instant;

/**
 * Where one account's registration stands.
 *
 * @param reason in words a person can act on; null when there is nothing to say
 * @param since when this state began; null before anything is known
 * @param lastAssertedAt when the marketplace last took a registration from us; null if never
 * @param nextCheckAt when the next check is due; null if none is planned
 */
public record RegistrationStatus(
        String marketplace,
        String account,
        State state,
        String reason,
        Instant since,
        Instant lastAssertedAt,
        Instant nextCheckAt) {}
