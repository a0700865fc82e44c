package io.pasar.marketplace;

import java.time.Duration;

/**
 * A marketplace did not do what it was asked. It is shown as it is, and must hold no secret: a marketplace's own words
 * go through {@link MarketplaceAnswer}.
 */
public final class MarketplaceException extends RuntimeException {

    /** What the failure means for the next step. */
    public enum Kind {
        /** 401 after a fresh token, or no token to be had. */
        UNAUTHORIZED,
        /** 429: wait as told. */
        RATE_LIMITED,
        /** Our own rate limit has no room for the call: nothing was sent. */
        POSTPONED,
        /** The marketplace refused the content: sending the same again is of no use. */
        REJECTED,
        /** 404, 410: what is asked for is no longer, or never was, there. */
        GONE,
        /** 5xx, an answer that is not what its documents promise, or no connection: nothing was stored, try again. */
        UNAVAILABLE,
        /** A write may or may not have been stored: a time-out, a cut connection or a 5xx after sending. */
        OUTCOME_UNKNOWN
    }

    private final Kind kind;
    private final int status;
    private final String code;
    private final String requestId;
    private final Duration retryAfter;

    /**
     * @param status HTTP status of the answer; 0 when there was none
     * @param code the marketplace's own error code; null if none
     * @param requestId the marketplace's own id of the call; null if none
     * @param retryAfter how long it asks us to wait; null if it does not say
     */
    public MarketplaceException(
            Kind kind,
            int status,
            String code,
            String message,
            String requestId,
            Duration retryAfter,
            Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.status = status;
        this.code = code;
        this.requestId = requestId;
        this.retryAfter = retryAfter;
    }

    /** The same failure, with what a person should know or do about it behind the message. */
    public MarketplaceException advising(String advice) {
        return new MarketplaceException(
                kind, status, code, getMessage() + ". " + advice, requestId, retryAfter, getCause());
    }

    public Kind kind() {
        return kind;
    }

    /** HTTP status of the answer; 0 when there was none. */
    public int status() {
        return status;
    }

    /** The marketplace's own error code; null if none. */
    public String code() {
        return code;
    }

    /** The marketplace's own id of the call; null if none. */
    public String requestId() {
        return requestId;
    }

    /** How long it asks us to wait; null if it does not say. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
