package io.pasar.registration;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What we last sent successfully. Immutable.
 *
 * @param carryOver what was sent beside our own webhooks: the marketplace's field to its URL
 * @param secret fingerprint
 * @param requestId the marketplace's own id of that write; null where it gives none
 */
record Sent(
        Instant sentAt,
        Map<String, String> webhooks,
        Map<String, String> carryOver,
        List<String> warehouses,
        String secret,
        String requestId) {

    boolean isWhole() {
        return sentAt != null
                && secret != null
                && hasNoNull(webhooks)
                && hasNoNull(carryOver)
                && warehouses != null
                && warehouses.stream().allMatch(Objects::nonNull);
    }

    private static boolean hasNoNull(Map<String, String> urls) {
        return urls != null && urls.values().stream().allMatch(Objects::nonNull);
    }

    static Sent of(DesiredRegistration desired, Instant now, String requestId) {
        return new Sent(
                now, desired.webhooks(), desired.carryOver(), desired.warehouses(), desired.secret(), requestId);
    }
}
