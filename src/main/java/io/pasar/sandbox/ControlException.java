package io.pasar.sandbox;

import org.springframework.http.HttpStatus;

/** A control call that cannot be obeyed; the message says what to send instead. */
final class ControlException extends RuntimeException {

    private final HttpStatus status;

    ControlException(HttpStatus status, String message) {
        super(message);
        this.status = status;
    }

    static ControlException badRequest(String message) {
        return new ControlException(HttpStatus.BAD_REQUEST, message);
    }

    HttpStatus status() {
        return status;
    }
}
