package io.pasar.kafka;

/** Kafka's part of the gateway is set up wrongly: it cannot start until someone changes what the message names. */
public final class KafkaStartException extends RuntimeException {

    public KafkaStartException(String message) {
        super(message);
    }

    public KafkaStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
