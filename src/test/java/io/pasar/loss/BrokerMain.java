package io.pasar.loss;

import io.pasar.kafka.EmbeddedBroker;
import java.nio.file.Path;
import java.util.Map;

/** A broker in a process of its own. */
final class BrokerMain {

    private BrokerMain() {}

    /** @param args data directory, port, and the port that clients are told */
    public static void main(String[] args) throws InterruptedException {
        EmbeddedBroker.start(
                Path.of(args[0]),
                Integer.parseInt(args[1]),
                Map.of("advertised.listeners", "CLIENT://127.0.0.1:" + args[2]));
        Thread.currentThread().join();
    }
}
