package io.pasar.inbound;

/** A path that no configured account and event kind stands behind. Without a stack trace: it is no fault of ours. */
public final class UnknownWebhookException extends RuntimeException {

    UnknownWebhookException() {
        super("No configured account wants this webhook", null, false, false);
    }
}
