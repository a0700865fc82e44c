package io.pasar.bench;

import java.time.Duration;

/**
 * One of those who compete.
 *
 * @param name as in the results
 * @param pathPrefix in front of the webhook's path
 * @param process it may run two of them: the two ways of one program
 */
record Gateway(String name, int port, String pathPrefix, String topic, Process process) {

    static final String VERTX = "bare Vert.x";
    static final String VERTX_TUNED = "bare Vert.x, tuned";
    static final String PASAR = "Pasar";
    static final String SPRING_BLOCKING = "Spring MVC, waiting";
    static final String SPRING_ASYNC = "Spring MVC, async";
    static final String CAMEL = "naive Camel";

    Gateway(String name, int port, String topic, Process process) {
        this(name, port, "", topic, process);
    }

    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    Gateway variant(String variant, String prefix) {
        return new Gateway(variant, port, prefix, topic, process);
    }
}
