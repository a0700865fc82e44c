package io.pasar.inbound;

/**
 * Why the ingest port answers by itself.
 *
 * @param code in the answer, and what it is counted under
 */
record Refusal(String code, Answer answer) {

    /** Counted under this where no path matches. */
    static final String NO_ROUTE = "none";

    static final Refusal BAD_PATH = of(400, "bad-path", "The path cannot be read");
    static final Refusal BAD_REQUEST = of(400, "bad-request", "This is no valid HTTP request");
    static final Refusal UNKNOWN =
            of(404, "unknown-webhook", "No such webhook; see /webhooks/{marketplace}/{account}/{event-kind}");
    static final Refusal TOO_SLOW = of(408, "too-slow", "The body did not arrive in time");
    static final Refusal TOO_LARGE = of(413, "too-large", "The body is larger than this gateway takes");
    static final Refusal EXPECTATION = of(417, "expectation-failed", "Only 100-continue can be expected");
    static final Refusal INTERNAL = new Refusal("internal", Answer.INTERNAL);
    static final Refusal LATE = toBeRepeated("not-safe-yet", "The event is not safe yet; send it again");
    static final Refusal BUSY = toBeRepeated("busy", "Too many webhooks at once; send it again");
    static final Refusal STOPPED = toBeRepeated("stopped", "This webhook is not being taken now; send it again");

    private static final String METHOD = "method-not-allowed";

    static Refusal method(String allowed) {
        return new Refusal(
                METHOD,
                Answer.error(405, METHOD, "Send webhooks with the allowed method")
                        .withAllow(allowed));
    }

    private static Refusal of(int status, String code, String message) {
        return new Refusal(code, Answer.error(status, code, message));
    }

    private static Refusal toBeRepeated(String code, String message) {
        return new Refusal(code, Answer.error(503, code, message).withRetryAfter(1));
    }
}
