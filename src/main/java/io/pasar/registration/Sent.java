package io.pasar.registration;

import java.time.Instant;
import java.util.List;
import java.util.Map;

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

    static Sent of(DesiredRegistration desired, Instant now, String requestId) {
        return new Sent(
                now, desired.webhooks(), desired.carryOver(), desired.warehouses(), desired.secret(), requestId);
    }
}
