package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What we last sent successfully. Immutable.
 *
 * @param carryOver what was sent beside our own webhooks: the marketplace's field to its URL
 * @param secret fingerprint
 * @param requestId the marketplace's own id of that write; null where it gives none
 * @param secretSince when this secret was first sent, and no other since; null in old records
 * @param movedAt when URLs were last sent that replaced ones at another address; null if that never was
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Sent(
        Instant sentAt,
        Map<String, String> webhooks,
        Map<String, String> carryOver,
        List<String> warehouses,
        String secret,
        String requestId,
        Instant secretSince,
        Instant movedAt) {

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

    /** The first that was ever sent. */
    static Sent of(DesiredRegistration desired, Instant now, String requestId) {
        return new Sent(
                now,
                desired.webhooks(),
                desired.carryOver(),
                desired.warehouses(),
                desired.secret(),
                requestId,
                now,
                null);
    }

    /** @param before null if it is not known what was registered before */
    Sent inPlaceOf(Sent before) {
        boolean sameSecret = before != null && secret.equals(before.secret);
        boolean sameAddress = before != null && addresses().equals(before.addresses());
        Instant firstSent = sameSecret && before.secretSince == null ? before.sentAt : sentAt;
        return new Sent(
                sentAt,
                webhooks,
                carryOver,
                warehouses,
                secret,
                requestId,
                sameSecret && before.secretSince != null ? before.secretSince : firstSent,
                sameAddress ? before.movedAt : sentAt);
    }

    /** @param fields where the marketplace listed something else until now, whatever we had sent before */
    Sent replacing(Set<String> fields) {
        return new Sent(
                sentAt,
                webhooks,
                carryOver,
                warehouses,
                secret,
                requestId,
                fields.contains(Planner.SECRET) ? sentAt : secretSince,
                webhooks.keySet().stream().anyMatch(fields::contains) ? sentAt : movedAt);
    }

    /** What stands in front of the event kinds. */
    private Set<String> addresses() {
        return webhooks.entrySet().stream()
                .map(webhook -> webhook.getValue()
                        .substring(
                                0,
                                webhook.getValue().length() - webhook.getKey().length()))
                .collect(Collectors.toSet());
    }
}
