package io.pasar.account;

import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where marketplaces reach the ingest port: {@code pasar.public-url}, which is registered, and
 * {@code pasar.former-public-urls}, to which they may still send: what failed there, if they send it again.
 * Immutable.
 *
 * @param value without a slash at its end, a query or a fragment
 * @param former of the same form; the newest first, as configured
 */
public record PublicUrl(URI value, List<URI> former) {

    /** Stands for every address that is not configured. */
    public static final String OTHER = "other";

    public PublicUrl {
        former = List.copyOf(former);
    }

    public PublicUrl(URI value) {
        this(value, List.of());
    }

    /** The URL to register for one event kind of one account. */
    public String webhook(Account account, String eventKind) {
        return webhook(value, account, eventKind);
    }

    /** That URL and what it was under the former ones, in the order of {@link #all()}. */
    public List<String> webhooks(Account account, String eventKind) {
        return all().stream().map(url -> webhook(url, account, eventKind)).toList();
    }

    /** The current one, then the former ones. */
    public List<URI> all() {
        return Stream.concat(Stream.of(value), former.stream()).toList();
    }

    private static String webhook(URI url, Account account, String eventKind) {
        return url + "/webhooks/" + account.key() + "/" + eventKind;
    }
}
