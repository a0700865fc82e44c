package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.Ports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.unit.DataSize;

/** Three brokers, whose default is three replicas of which one may acknowledge alone. */
@ExtendWith(OutputCaptureExtension.class)
class ReplicatedTopicsIT {

    private static final String ORDERS = Topics.of("tiki", "order");

    @TempDir
    Path dataDir;

    private final List<EmbeddedBroker> brokers = new ArrayList<>();

    private KafkaClients clients;

    @BeforeEach
    void start() throws Exception {
        int controller = Ports.free();
        start(1, "broker,controller", controller);
        start(2, "broker", controller);
        start(3, "broker", controller);
        clients = new KafkaClients(KafkaSettings.with(Map.of()), brokers.get(0).bootstrapServers());
        try (Admin admin = clients.admin()) {
            await().until(() ->
                    admin.describeCluster().nodes().get(60, TimeUnit.SECONDS).size() == 3);
        }
    }

    @AfterEach
    void stop() {
        clients.close();
        // The first is the controller, which the others tell that they go
        for (int i = brokers.size() - 1; i >= 0; i--) {
            brokers.get(i).close();
        }
    }

    @Test
    void createsTopicsThatTwoReplicasMustAcknowledge() throws Exception {
        // When
        provision(-1, "a");
        provision(3, "b");
        provision(2, "c");

        // Then
        awaitMinInsyncReplicas("a", "2");
        awaitMinInsyncReplicas("b", "2");
        awaitMinInsyncReplicas("c", "1");
    }

    @Test
    void warnsOfATopicThatOneReplicaMayAcknowledgeAlone(CapturedOutput output) throws Exception {
        // Given
        try (Admin admin = clients.admin()) {
            admin.createTopics(
                            List.of(new NewTopic(ORDERS, 1, (short) 3).configs(Map.of("max.message.bytes", "2097152"))))
                    .all()
                    .get(60, TimeUnit.SECONDS);
            await().ignoreExceptions().until(() -> admin.describeTopics(List.of(ORDERS))
                    .allTopicNames()
                    .get()
                    .containsKey(ORDERS));
        }

        // When
        provision(-1, ORDERS);

        // Then
        assertThat(output.getOut().lines().filter(line -> line.contains("min.insync.replicas")))
                .singleElement()
                .asString()
                .contains("WARN")
                .contains(ORDERS);
    }

    private void provision(int replicationFactor, String topic) {
        KafkaConfiguration.Topics settings = new KafkaConfiguration.Topics(
                1, (short) replicationFactor, Duration.ofDays(7), DataSize.ofMegabytes(2));
        new TopicProvisioner(clients, settings, List.of(topic)).provision(Duration.ofSeconds(60));
    }

    /** Any of the brokers tells, also one that has not heard of it yet. */
    private void awaitMinInsyncReplicas(String topic, String replicas) {
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(minInsyncReplicas(topic)).isEqualTo(replicas));
    }

    private String minInsyncReplicas(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = clients.admin()) {
            return admin.describeConfigs(List.of(resource))
                    .values()
                    .get(resource)
                    .get(60, TimeUnit.SECONDS)
                    .get("min.insync.replicas")
                    .value();
        }
    }

    private void start(int node, String roles, int controller) throws Exception {
        Path directory = dataDir.resolve("node-" + node);
        if (node > 1) {
            join(directory.resolve("kafka"), node);
        }
        int port = Ports.free();
        String listeners = "CLIENT://127.0.0.1:" + port;
        brokers.add(EmbeddedBroker.start(
                directory,
                port,
                Map.of(
                        "process.roles",
                        roles,
                        "node.id",
                        String.valueOf(node),
                        "listeners",
                        node > 1 ? listeners : listeners + ",CONTROLLER://127.0.0.1:" + controller,
                        "controller.quorum.voters",
                        "1@127.0.0.1:" + controller,
                        "default.replication.factor",
                        "3")));
    }

    /** As if the directory had been formatted for the first broker's cluster. */
    private void join(Path directory, int node) throws Exception {
        Properties first = new Properties();
        try (var in = Files.newInputStream(dataDir.resolve("node-1/kafka/meta.properties"))) {
            first.load(in);
        }
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("meta.properties"),
                "version=1\ncluster.id=" + first.getProperty("cluster.id") + "\nnode.id=" + node + "\n");
    }
}
