package io.pasar.bench;

import io.pasar.kafka.EmbeddedBroker;
import java.nio.file.Path;
import java.util.Map;

/**
 * The broker that all write to, in a process of its own, with a second door that delays what it answers. It keeps a few
 * hundred megabytes per partition only, so that a run does not fill the disk; offsets, which are what is counted, stay.
 */
final class Broker {

    private Broker() {}

    /** @param arguments data directory; the ports of the broker, its second listener, the controller and the delaying door; milliseconds of delay */
    public static void main(String[] arguments) throws Exception {
        int plain = Integer.parseInt(arguments[1]);
        int behind = Integer.parseInt(arguments[2]);
        int controller = Integer.parseInt(arguments[3]);
        int delayed = Integer.parseInt(arguments[4]);
        EmbeddedBroker.start(
                Path.of(arguments[0]),
                plain,
                Map.of(
                        "listeners",
                        "CLIENT://127.0.0.1:%d,DELAYED://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                                .formatted(plain, behind, controller),
                        "advertised.listeners",
                        "CLIENT://127.0.0.1:%d,DELAYED://127.0.0.1:%d".formatted(plain, delayed),
                        "listener.security.protocol.map",
                        "CLIENT:PLAINTEXT,DELAYED:PLAINTEXT,CONTROLLER:PLAINTEXT",
                        "controller.quorum.voters",
                        "1@127.0.0.1:" + controller,
                        "log.segment.bytes",
                        "67108864",
                        "log.retention.bytes",
                        "134217728",
                        "log.retention.check.interval.ms",
                        "2000",
                        "log.segment.delete.delay.ms",
                        "1000"));
        new DelayingProxy(delayed, behind, Long.parseLong(arguments[5])).run();
    }
}
