package io.pasar.account;

import java.net.URI;

/**
 * Where marketplaces reach the ingest port, {@code pasar.public-url}. Immutable.
 *
 * @param value without a slash at its end, a query or a fragment
 */
public record PublicUrl(URI value) {

    /** The URL to register for one event kind of one account. */
    public String webhook(Account account, String eventKind) {
        return value + "/webhooks/" + account.key() + "/" + eventKind;
    }
}
