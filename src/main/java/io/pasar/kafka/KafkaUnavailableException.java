package io.pasar.kafka;

import org.apache.kafka.common.errors.RetriableException;

/** Kafka cannot be reached now; nothing was written, and the same call may succeed later. */
public final class KafkaUnavailableException extends RetriableException {

    public KafkaUnavailableException(String message) {
        super(message);
    }

    public KafkaUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
