package io.pasar.inbound;

/** A delivery whose signature does not prove its sender. Without a stack trace: it is no fault of ours. */
public final class SignatureRejectedException extends RuntimeException {

    private final Reason reason;

    SignatureRejectedException(Reason reason) {
        super(reason.text(), null, false, false);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }

    /** Why a signature was not accepted. */
    enum Reason {
        MISSING("missing-signature"),
        MALFORMED("malformed-signature"),
        WRONG("wrong-signature");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** As it stands in metrics and in the quarantine topic. */
        String text() {
            return text;
        }
    }
}
