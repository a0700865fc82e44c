package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pasar.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicProvisionerIT {

    private static final String ORDERS = Topics.of("tiki", "order");
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path dataDir;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void createsWhatIsMissing() throws Exception {
        // Given
        KafkaClients clients = clients(broker(0, Map.of()), Map.of());

        // When
        provisioner(clients).provision(SOON);

        // Then
        try (Admin admin = clients.admin()) {
            assertThat(admin.listTopics().names().get(60, TimeUnit.SECONDS))
                    .contains(
                            "pasar.tiki.order",
                            "pasar.quarantine",
                            "pasar.registrations",
                            "pasar.registration-events",
                            "pasar.observations",
                            "pasar.commands",
                            "pasar.replays");
            assertThat(admin.describeTopics(List.of(ORDERS))
                            .topicNameValues()
                            .get(ORDERS)
                            .get(60, TimeUnit.SECONDS)
                            .partitions())
                    .hasSize(3);
            assertThat(config(admin, ORDERS, "max.message.bytes")).isEqualTo("2097152");
            assertThat(config(admin, ORDERS, "cleanup.policy")).isEqualTo("delete");
            assertThat(config(admin, ORDERS, "retention.ms")).isEqualTo("604800000");
            assertThat(config(admin, ORDERS, "retention.bytes")).isEqualTo("-1");
            assertThat(config(admin, ORDERS, "min.insync.replicas")).isEqualTo("1");
            assertThat(config(admin, Topics.REGISTRATIONS, "cleanup.policy")).isEqualTo("compact");
            assertThat(config(admin, Topics.OBSERVATIONS, "cleanup.policy")).isEqualTo("compact");
            assertThat(config(admin, Topics.REPLAYS, "cleanup.policy")).isEqualTo("compact");
            assertThat(config(admin, Topics.OBSERVATIONS, "segment.bytes")).isEqualTo("16777216");
            assertThat(config(admin, Topics.REPLAYS, "segment.bytes")).isEqualTo("16777216");
            assertThat(config(admin, Topics.QUARANTINE, "retention.bytes")).isEqualTo("67108864");
            assertThat(config(admin, Topics.QUARANTINE, "segment.bytes")).isEqualTo("16777216");
        }
    }

    @Test
    void createsWhatIsAddedWhileItRuns() throws Exception {
        // Given
        KafkaClients clients = clients(broker(0, Map.of()), Map.of());
        TopicProvisioner provisioner = provisioner(clients);
        open.add(provisioner::stop);
        provisioner.start();

        // When
        boolean ready = provisioner.add(List.of(ORDERS, "pasar.tiki.stock"), SOON);

        // Then
        assertThat(ready).isTrue();
        try (Admin admin = clients.admin()) {
            assertThat(admin.listTopics().names().get(60, TimeUnit.SECONDS)).contains("pasar.tiki.stock");
        }
        assertThat(provisioner.add(List.of("pasar.tiki.stock"), Duration.ZERO)).isTrue();
    }

    @Test
    void doesNotWaitLongForWhatIsAddedWhileKafkaIsAway() {
        // Given: nobody answers there
        KafkaClients clients = clients("127.0.0.1:9", Map.of());
        TopicProvisioner provisioner = provisioner(clients);

        // Then
        assertThat(provisioner.add(List.of("pasar.tiki.stock"), Duration.ofMillis(10)))
                .isFalse();
    }

    @Test
    void findsNothingToDoTheSecondTime() {
        // Given
        KafkaClients clients = clients(broker(0, Map.of()), Map.of());
        provisioner(clients).provision(SOON);

        // Then
        assertThatCode(() -> provisioner(clients).provision(SOON)).doesNotThrowAnyException();
    }

    @Test
    void acceptsAnotherNumberOfPartitions() throws Exception {
        // Given
        KafkaClients clients = clients(broker(0, Map.of()), Map.of());
        create(clients, new NewTopic(ORDERS, 1, (short) 1).configs(Map.of("max.message.bytes", "2097152")));

        // Then
        assertThatCode(() -> provisioner(clients).provision(SOON)).doesNotThrowAnyException();
    }

    @Test
    void stopsTheStartWhenTopicsAreWrongAndNamesAllOfThem() throws Exception {
        // Given
        KafkaClients clients = clients(broker(0, Map.of()), Map.of());
        create(clients, new NewTopic(ORDERS, 1, (short) 1).configs(Map.of("max.message.bytes", "1048588")));
        create(
                clients,
                new NewTopic(Topics.REGISTRATIONS, 1, (short) 1).configs(Map.of("max.message.bytes", "2097152")));

        // Then
        assertThatThrownBy(() -> provisioner(clients).start())
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("Topic pasar.tiki.order has max.message.bytes=1048588, but needs 2097152")
                .hasMessageContaining("Topic pasar.registrations has cleanup.policy=delete, but needs compact");
    }

    @Test
    void stopsTheStartWhenEventsWouldBeCompactedAway() throws Exception {
        // Given
        KafkaClients clients = clients(broker(0, Map.of()), Map.of());
        create(
                clients,
                new NewTopic(ORDERS, 1, (short) 1)
                        .configs(Map.of("max.message.bytes", "2097152", "cleanup.policy", "compact")));

        // Then
        assertThatThrownBy(() -> provisioner(clients).start())
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("Topic pasar.tiki.order has cleanup.policy=compact, but needs delete");
    }

    @Test
    void isReadyOnceStarted() {
        // Given
        KafkaClients clients = clients(broker(0, Map.of()), Map.of());
        TopicProvisioner provisioner = provisioner(clients);

        // When
        provisioner.start();

        // Then
        assertThat(provisioner.problem()).isEmpty();
    }

    @Test
    void letsTheStartGoOnWithoutKafkaAndIsReadyWhenItComes() throws Exception {
        // Given
        int port = Ports.free();
        KafkaClients clients = clients("127.0.0.1:" + port, Map.of());
        TopicProvisioner provisioner = impatient(clients);

        // When
        long start = System.nanoTime();
        provisioner.start();

        // Then
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        assertThat(provisioner.problem()).isPresent();

        // When
        broker(port, Map.of());

        // Then
        await().until(() -> provisioner.problem().isEmpty());
    }

    @Test
    void stopsAtOnceWhileItWaitsForKafka() throws Exception {
        // Given
        TopicProvisioner provisioner = impatient(clients("127.0.0.1:" + Ports.free(), Map.of()));
        provisioner.start();

        // When
        long start = System.nanoTime();
        provisioner.stop();

        // Then
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(provisioner.isRunning()).isFalse();
    }

    @Test
    void saysThatALoginIsRefused() {
        // Given
        KafkaClients clients =
                clients(broker(0, Sasl.brokerProperties()), Sasl.clientProperties("gateway", "not its password"));

        // Then
        assertThatThrownBy(() -> provisioner(clients).start())
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("pasar.kafka.properties: Kafka refuses the login");
    }

    @Test
    void namesTheAclThatIsMissingToSeeATopic() {
        // Given
        KafkaClients gateway =
                clients(broker(0, Sasl.brokerPropertiesWithAcls()), Sasl.clientProperties("gateway", "g"));

        // Then
        assertThatThrownBy(() -> provisioner(gateway).start())
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("Topic pasar.tiki.order cannot be seen")
                .hasMessageContaining("grant this client the ACL Write on it");
    }

    @Test
    void namesTheAclThatIsMissingToCreateATopic() throws Exception {
        // Given
        String broker = broker(0, Sasl.brokerPropertiesWithAcls());
        allow(clients(broker, Sasl.clientProperties("admin", "a")), AclOperation.DESCRIBE, AclOperation.WRITE);

        // Then
        assertThatThrownBy(() -> provisioner(clients(broker, Sasl.clientProperties("gateway", "g")))
                        .start())
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("Topic pasar.tiki.order is missing")
                .hasMessageContaining("ACL Create");
    }

    @Test
    void needsNoRightToCreateOrToReadLimitsWhereTopicsExist() throws Exception {
        // Given
        String broker = broker(0, Sasl.brokerPropertiesWithAcls());
        KafkaClients admin = clients(broker, Sasl.clientProperties("admin", "a"));
        provisioner(admin).provision(SOON);
        allow(admin, AclOperation.READ, AclOperation.WRITE);
        Sasl.allow(admin, ResourceType.GROUP, "pasar", AclOperation.READ);

        // When
        TopicProvisioner provisioner = provisioner(clients(broker, Sasl.clientProperties("gateway", "g")));
        provisioner.start();

        // Then
        assertThat(provisioner.problem()).isEmpty();
    }

    @Test
    void namesEveryRightThatIsMissingAndNoOther() throws Exception {
        // Given
        String broker = broker(0, Sasl.brokerPropertiesWithAcls());
        KafkaClients admin = clients(broker, Sasl.clientProperties("admin", "a"));
        provisioner(admin).provision(SOON);
        allow(admin, AclOperation.DESCRIBE);
        Sasl.allow(admin, ResourceType.TOPIC, Topics.REGISTRATIONS, AclOperation.READ);
        Sasl.allow(admin, ResourceType.TOPIC, Topics.QUARANTINE, AclOperation.WRITE);
        Sasl.allow(admin, ResourceType.TOPIC, Topics.COMMANDS, AclOperation.READ, AclOperation.WRITE);
        Sasl.allow(admin, ResourceType.TOPIC, Topics.REPLAYS, AclOperation.WRITE);
        KafkaClients gateway = clients(broker, Sasl.clientProperties("gateway", "g"));

        // Then
        assertThatThrownBy(() -> provisioner(gateway).provision(SOON))
                .isInstanceOf(KafkaStartException.class)
                .message()
                .satisfies(message -> assertThat(message.lines())
                        .containsExactlyInAnyOrder(
                                "Topic pasar.tiki.order cannot be used: grant this client the ACL Write on it.",
                                "Topic pasar.registrations cannot be used: grant this client the ACL Write on it.",
                                "Topic pasar.registration-events cannot be used: grant this client the ACL Read and"
                                        + " Write on it.",
                                "Topic pasar.observations cannot be used: grant this client the ACL Read and Write on"
                                        + " it.",
                                "Topic pasar.replays cannot be used: grant this client the ACL Read on it."));
    }

    @Test
    void namesTheRightsThatAreMissingOnWhatItHasCreated() throws Exception {
        // Given
        String broker = broker(0, Sasl.brokerPropertiesWithAcls());
        allow(clients(broker, Sasl.clientProperties("admin", "a")), AclOperation.DESCRIBE, AclOperation.CREATE);

        // Then
        assertThatThrownBy(() -> provisioner(clients(broker, Sasl.clientProperties("gateway", "g")))
                        .start())
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("Topic pasar.tiki.order cannot be used: grant this client the ACL Write on it.");
    }

    @Test
    void createsAgainWhatIsDeletedLater() throws Exception {
        // Given
        KafkaClients clients = clients(broker(0, Map.of()), Map.of());
        startedAndChecking(clients);

        // When
        try (Admin admin = clients.admin()) {
            admin.deleteTopics(List.of(ORDERS)).all().get(60, TimeUnit.SECONDS);

            // Then
            await().until(() -> admin.listTopics().names().get().contains(ORDERS));
        }
    }

    @Test
    void findsAProblemThatATopicGetsLaterAndItsEnd() throws Exception {
        // Given
        KafkaClients clients = clients(broker(0, Map.of()), Map.of());
        TopicProvisioner provisioner = startedAndChecking(clients);

        // When
        alter(clients, ORDERS, "max.message.bytes", "1000");

        // Then
        await().untilAsserted(
                        () -> assertThat(provisioner.problem()).get().asString().contains("max.message.bytes"));
        assertThat(provisioner.isRunning()).isTrue();

        // When
        alter(clients, ORDERS, "max.message.bytes", "2097152");

        // Then
        await().untilAsserted(() -> assertThat(provisioner.problem()).isEmpty());
    }

    private String broker(int port, Map<String, String> properties) {
        EmbeddedBroker broker = EmbeddedBroker.start(dataDir, port, properties);
        open.add(broker);
        return broker.bootstrapServers();
    }

    private KafkaClients clients(String bootstrapServers, Map<String, String> properties) {
        KafkaClients clients = new KafkaClients(KafkaSettings.with(properties), bootstrapServers);
        open.add(clients);
        return clients;
    }

    /** Whose start waits as long as a slow machine takes. */
    private TopicProvisioner provisioner(KafkaClients clients) {
        return provisioner(clients, Duration.ofMinutes(3));
    }

    private TopicProvisioner provisioner(KafkaClients clients, Duration checkEvery) {
        return stopped(new TopicProvisioner(clients, KafkaSettings.TOPICS, List.of(ORDERS), SOON, checkEvery));
    }

    private TopicProvisioner impatient(KafkaClients clients) {
        return stopped(new TopicProvisioner(clients, KafkaSettings.TOPICS, List.of(ORDERS)));
    }

    /** At the end. */
    private TopicProvisioner stopped(TopicProvisioner provisioner) {
        open.add(provisioner::stop);
        return provisioner;
    }

    private TopicProvisioner startedAndChecking(KafkaClients clients) {
        TopicProvisioner provisioner = provisioner(clients, Duration.ofMillis(200));
        provisioner.start();
        assertThat(provisioner.problem()).isEmpty();
        return provisioner;
    }

    private static void alter(KafkaClients clients, String topic, String key, String value) throws Exception {
        try (Admin admin = clients.admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static void create(KafkaClients clients, NewTopic topic) throws Exception {
        try (Admin admin = clients.admin()) {
            admin.createTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS);
            // Created is a topic before the broker tells of it
            await().ignoreExceptions().until(() -> admin.describeTopics(List.of(topic.name()))
                    .allTopicNames()
                    .get()
                    .containsKey(topic.name()));
        }
    }

    private static void allow(KafkaClients clients, AclOperation... operations) throws Exception {
        Sasl.allow(clients, ResourceType.TOPIC, "pasar.", operations);
    }

    private static String config(Admin admin, String topic, String key) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config =
                admin.describeConfigs(List.of(resource)).values().get(resource).get(60, TimeUnit.SECONDS);
        return config.get(key).value();
    }
}
