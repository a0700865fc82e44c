package io.pasar.kafka.spool;

import java.util.Locale;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;

/** Tells an event that Kafka will never take from one that it does not take now. */
public final class Refusal {

    private Refusal() {}

    /** Whether it is this event that is refused; a failure of the connection, the login or the producer is not. */
    public static boolean isForGood(Exception failure) {
        if (failure instanceof SerializationException) {
            return true;
        }
        return failure instanceof ApiException
                && !(failure instanceof RetriableException)
                && !(failure instanceof AuthenticationException)
                && !(failure instanceof ClusterAuthorizationException)
                && !(failure instanceof OutOfOrderSequenceException)
                && !(failure instanceof InvalidProducerEpochException)
                && !(failure instanceof ProducerFencedException);
    }

    /** The kind of failure and nothing of the event, e.g. {@code record-too-large}. */
    static String reason(Exception failure) {
        return failure.getClass()
                .getSimpleName()
                .replaceFirst("Exception$", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                .toLowerCase(Locale.ROOT);
    }
}
