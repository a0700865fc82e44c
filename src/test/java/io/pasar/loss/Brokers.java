package io.pasar.loss;

import io.pasar.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;

/** Kafka: one broker or several, each a process of its own behind a link of its own. They replicate past the links. */
final class Brokers implements AutoCloseable {

    private final List<Integer> ports = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final List<Victim> processes = new ArrayList<>();

    Brokers(Path directory, int count) throws IOException {
        List<String> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int port = Ports.free();
            ports.add(port);
            links.add(new Link(port));
            nodes.add(new BrokerMain.Ports(port, links.get(i).port(), Ports.free(), Ports.free()).toString());
        }
        for (int node = 1; node <= count; node++) {
            String name = count == 1 ? "broker" : "broker" + node;
            List<String> command = Stream.concat(
                            Stream.of(
                                    Field.java(),
                                    count == 1 ? "-Xmx256m" : "-Xmx192m",
                                    "-XX:+UseSerialGC",
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    System.getProperty(
                                            "surefire.test.class.path", System.getProperty("java.class.path")),
                                    BrokerMain.class.getName(),
                                    directory.resolve(name).toString(),
                                    String.valueOf(node)),
                            nodes.stream())
                    .toList();
            processes.add(new Victim(command, directory, directory.resolve(name + ".log")));
        }
    }

    int count() {
        return processes.size();
    }

    Victim process(int broker) {
        return processes.get(broker);
    }

    Link link(int broker) {
        return links.get(broker);
    }

    List<Link> links() {
        return links;
    }

    String bootstrapServers() {
        return links.stream().map(link -> "127.0.0.1:" + link.port()).collect(Collectors.joining(","));
    }

    /** Those that were killed, or have never run. All at once: one alone waits for the others. */
    void start(List<Integer> some) throws IOException {
        for (int broker : some) {
            processes.get(broker).start();
        }
        for (int broker : some) {
            Field.awaitListening(processes.get(broker), ports.get(broker));
        }
    }

    void kill(List<Integer> some) {
        some.forEach(broker -> processes.get(broker).kill());
    }

    void freeze(List<Integer> some) throws IOException, InterruptedException {
        for (int broker : some) {
            processes.get(broker).freeze();
        }
    }

    void thaw(List<Integer> some) throws IOException, InterruptedException {
        for (int broker : some) {
            processes.get(broker).thaw();
        }
    }

    /** Those of the gateway. */
    List<Topic> topics() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            List<Topic> topics = new ArrayList<>();
            List<String> names = admin.listTopics().names().get().stream()
                    .filter(name -> name.startsWith("pasar."))
                    .toList();
            for (TopicDescription topic :
                    admin.describeTopics(names).allTopicNames().get().values()) {
                ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
                Config config =
                        admin.describeConfigs(List.of(resource)).all().get().get(resource);
                topics.add(new Topic(
                        topic.name(),
                        topic.partitions().stream()
                                .mapToInt(partition -> partition.replicas().size())
                                .min()
                                .orElseThrow(),
                        config.get("min.insync.replicas").value()));
            }
            return topics;
        }
    }

    @Override
    public void close() throws IOException {
        processes.forEach(Victim::close);
        for (Link link : links) {
            link.close();
        }
    }

    /** @param replicas of the partition that has fewest */
    record Topic(String name, int replicas, String minInsyncReplicas) {}
}
