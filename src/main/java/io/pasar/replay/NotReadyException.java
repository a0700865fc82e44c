package io.pasar.replay;

/** What was written of replays before the start has not been read yet; nothing was done. */
public final class NotReadyException extends RuntimeException {

    NotReadyException(String message) {
        super(message);
    }
}
