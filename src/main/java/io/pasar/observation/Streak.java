package io.pasar.observation;

import java.time.Instant;

/**
 * Deliveries of one event kind of one account that were signed with another secret, none verified between them, as this
 * replica saw them.
 *
 * @param since the first
 * @param lastAt the last
 */
public record Streak(
        String marketplace, String account, String eventKind, long deliveries, Instant since, Instant lastAt) {}
