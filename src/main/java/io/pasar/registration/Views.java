package io.pasar.registration;

import io.pasar.account.Account;
import io.pasar.marketplace.Listing;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** What of a registration is shown to others: event kinds, URLs, and secrets as fingerprints. */
final class Views {

    private Views() {}

    /** @param listed null where it cannot be read: then our record says what is registered */
    static Webhooks webhooks(Listing listed, Instant readAt, Sent sent) {
        if (listed != null) {
            return new Webhooks(Webhooks.Source.LISTED, readAt, registered(listed), other(listed));
        }
        return sent == null
                ? new Webhooks(Webhooks.Source.RECORDED, null, Map.of(), Map.of())
                : new Webhooks(Webhooks.Source.RECORDED, sent.sentAt(), sent.webhooks(), sent.carryOver());
    }

    /** Every listed event kind that has a URL. */
    static Map<String, String> registered(Listing listed) {
        Map<String, String> registered = new LinkedHashMap<>(listed.webhooks());
        registered.values().removeIf(String::isEmpty);
        return registered;
    }

    /** Only URLs: what else a marketplace may list there is unknown, and might be secret. */
    static Map<String, String> other(Listing listed) {
        Map<String, String> other = new LinkedHashMap<>();
        listed.other().forEach((field, value) -> {
            if (Planner.isUrl(value)) {
                other.put(field, (String) value);
            }
        });
        return other;
    }

    /** Fingerprint of the listed secret; null where none is shown. */
    static String secret(Account account, Listing listed) {
        return listed == null || listed.secret() == null
                ? null
                : listed.secret().fingerprint(account.marketplace(), account.id());
    }
}
