package io.pasar.account;

import java.net.URI;

/**
 * The addresses that marketplaces are told to send to: {@code <public-url>/webhooks/<marketplace>/<account>/<event
 * kind>}. Immutable.
 */
public final class WebhookUrls {

    private final String base;

    /** @param publicUrl where marketplaces reach the ingest port; may hold a path */
    public WebhookUrls(URI publicUrl) {
        String text = publicUrl.toString();
        base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    public String of(Account account, String eventKind) {
        return base + "/webhooks/" + account.marketplace() + "/" + account.id() + "/" + eventKind;
    }
}
