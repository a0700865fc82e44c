package io.pasar.inbound;

/** The ingest port cannot be opened. Its message says which key to change. */
public final class IngestStartException extends RuntimeException {

    IngestStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
