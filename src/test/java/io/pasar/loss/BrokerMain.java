package io.pasar.loss;

import io.pasar.kafka.EmbeddedBroker;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.metadata.storage.Formatter;

/** A broker in a process of its own: one alone, or one of several that are broker and controller at once. */
final class BrokerMain {

    private static final String CLUSTER = "bG9zcy10ZXN0LWNsdXN0ZQ";

    private BrokerMain() {}

    /** @param args data directory, number of this node from 1 on, and of every node its {@link Ports} */
    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        int node = Integer.parseInt(args[1]);
        List<Ports> nodes = Stream.of(args).skip(2).map(Ports::parse).toList();
        Ports own = nodes.get(node - 1);
        format(directory.resolve("kafka"), node);
        EmbeddedBroker.start(directory, own.client(), properties(own, node, nodes));
        Thread.currentThread().join();
    }

    private static Map<String, String> properties(Ports own, int node, List<Ports> nodes) {
        String replicas = String.valueOf(nodes.size());
        Map<String, String> properties = new HashMap<>();
        properties.put("node.id", String.valueOf(node));
        properties.put(
                "listeners",
                "CLIENT://127.0.0.1:%d,REPLICATION://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                        .formatted(own.client(), own.replication(), own.controller()));
        // What befalls a link befalls clients alone: brokers replicate past it
        properties.put(
                "advertised.listeners",
                "CLIENT://127.0.0.1:%d,REPLICATION://127.0.0.1:%d".formatted(own.link(), own.replication()));
        properties.put("listener.security.protocol.map", "CLIENT:PLAINTEXT,REPLICATION:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.put("inter.broker.listener.name", "REPLICATION");
        properties.put(
                "controller.quorum.voters",
                IntStream.rangeClosed(1, nodes.size())
                        .mapToObj(id -> id + "@127.0.0.1:" + nodes.get(id - 1).controller())
                        .collect(Collectors.joining(",")));
        properties.put("default.replication.factor", replicas);
        properties.put("offsets.topic.replication.factor", replicas);
        return properties;
    }

    /** Into one cluster; the embedded broker would make each directory one of its own. */
    private static void format(Path directory, int node) throws Exception {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        Files.createDirectories(directory);
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(node)
                .setClusterId(CLUSTER)
                .setControllerListenerName("CONTROLLER")
                .addDirectory(directory.toString())
                .setMetadataLogDirectory(directory.toString())
                .run();
    }

    /** @param link that clients are told instead of {@code client} */
    record Ports(int client, int link, int replication, int controller) {

        static Ports parse(String text) {
            String[] ports = text.split(":");
            return new Ports(
                    Integer.parseInt(ports[0]),
                    Integer.parseInt(ports[1]),
                    Integer.parseInt(ports[2]),
                    Integer.parseInt(ports[3]));
        }

        @Override
        public String toString() {
            return client + ":" + link + ":" + replication + ":" + controller;
        }
    }
}
