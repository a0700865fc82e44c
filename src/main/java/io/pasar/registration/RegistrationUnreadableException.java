package io.pasar.registration;

import io.pasar.marketplace.MarketplaceException;
import io.pasar.registration.Outcome.Failure;

/** A marketplace did not tell what is registered. Its message is fit to be shown: it holds no secret. */
public final class RegistrationUnreadableException extends RuntimeException {

    private final transient Failure failure;

    public RegistrationUnreadableException(Failure failure, Throwable cause) {
        super(failure.message(), cause);
        this.failure = failure;
    }

    static RegistrationUnreadableException of(MarketplaceException e) {
        return new RegistrationUnreadableException(Failure.of(e), e);
    }

    /** What the marketplace said, or why it did not; null in a copy that was serialised. */
    public Failure failure() {
        return failure;
    }
}
