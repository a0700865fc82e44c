package io.pasar;

import io.pasar.inbound.IngestStartException;
import io.pasar.kafka.KafkaStartException;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.spring.boot.CamelSpringBootInitializationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Tells a failed start in a few lines where whoever starts the gateway can mend it; all else keeps its stack trace. */
final class StartFailureAnalyzer implements FailureAnalyzer {

    @Override
    public FailureAnalysis analyze(Throwable failure) {
        Throwable own = first(failure, KafkaStartException.class, IngestStartException.class);
        if (own != null) {
            return new FailureAnalysis(own.getMessage(), "Correct this and start again.", failure);
        }
        // What a route file says wrongly is told by the first of our or Camel's checks that met it
        Throwable mistake = first(
                failure,
                IllegalArgumentException.class,
                ResolveEndpointFailedException.class,
                NoSuchEndpointException.class,
                NoSuchBeanException.class);
        FailedToCreateRouteException route =
                (FailedToCreateRouteException) first(failure, FailedToCreateRouteException.class);
        if (mistake == null
                || (route == null && first(failure, CamelSpringBootInitializationException.class) == null)) {
            return null;
        }
        String what =
                route == null ? "The routes cannot be loaded" : "The route " + route.getRouteId() + " cannot be made";
        return new FailureAnalysis(
                what + ": " + mistake.getMessage(), "Correct its file in routes/ and start again.", failure);
    }

    /** The outermost cause of the first of these types that the failure has; null if it has none. */
    private static Throwable first(Throwable failure, Class<?>... types) {
        for (Class<?> type : types) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (type.isInstance(cause)) {
                    return cause;
                }
            }
        }
        return null;
    }
}
