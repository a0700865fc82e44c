package io.pasar.registration;

import java.time.Instant;

/**
 * One address that webhooks come to, over all accounts.
 *
 * @param url as configured; null for all that are not
 * @param lastUsedAt when a verified delivery last came for it; null if none was seen to
 * @param accounts how many accounts had a verified delivery for it within {@code pasar.registration.drain-for}
 * @param drained whether it may go without a webhook being lost; false of all but former addresses
 * @param reason why a former address may not go yet; else null
 */
public record AddressTraffic(
        String url, AddressUse.Role role, Instant lastUsedAt, int accounts, boolean drained, String reason) {}
