package io.pasar.kafka.spool;

/** The spool cannot take this event now: it is full, its disk is, or it is closed. The event may come again later. */
public final class SpoolUnavailableException extends RuntimeException {

    /** Why, as metrics count it. */
    enum Reason {
        /** {@code pasar.spool.max-size} is reached. */
        FULL,
        /** The disk has no room to spare. */
        DISK_FULL,
        /** The disk does not take what is written; it may have it all the same. */
        BROKEN,
        /** More events wait for the disk than it can be given. */
        BUSY,
        CLOSED
    }

    private final Reason reason;

    SpoolUnavailableException(Reason reason) {
        this(reason, null);
    }

    SpoolUnavailableException(Reason reason, Throwable cause) {
        super("The spool takes no event now: " + reason, cause);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
