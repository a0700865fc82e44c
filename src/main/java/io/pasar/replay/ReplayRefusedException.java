package io.pasar.replay;

/** This replay would do harm or nothing; the message says what to write instead, and may be shown to the caller. */
public final class ReplayRefusedException extends RuntimeException {

    ReplayRefusedException(String message) {
        super(message);
    }
}
