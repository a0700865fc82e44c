package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pasar.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {

    @TempDir
    Path dataDir;

    @Test
    void keepsItsRecordsOverARestartOnOtherPorts() throws Exception {
        // Given
        try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir, 0)) {
            create(broker, "orders");
            send(broker, "orders", "first");
        }

        // When
        try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir, 0)) {
            send(broker, "orders", "second");

            // Then
            assertThat(read(broker, "orders", 2)).containsExactly("first", "second");
        }
    }

    @Test
    void doesNotCreateATopicThatNobodyAskedFor() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir, 0);
                KafkaProducer<String, String> producer = producer(broker, Map.of("max.block.ms", 1000))) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("misspelt", "value"))
                            .get(30, TimeUnit.SECONDS))
                    .hasMessageContaining("misspelt");
        }
    }

    @Test
    void takesAnotherPortWhereSomebodyWasFaster() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // Given
            Iterator<Integer> ports = List.of(other.getLocalPort(), Ports.free(), Ports.free(), Ports.free())
                    .iterator();

            // When
            try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir, 0, Map.of(), ports::next)) {
                create(broker, "orders");

                // Then
                assertThat(broker.port()).isNotEqualTo(other.getLocalPort());
                assertThat(EmbeddedBroker.hasFailed()).isFalse();
            }
        }
    }

    @Test
    void namesTheKeyWhenItsPortIsTaken() throws IOException {
        // Given
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = other.getLocalPort();

            // Then
            assertThatThrownBy(() -> EmbeddedBroker.start(dataDir, port))
                    .isInstanceOf(KafkaStartException.class)
                    .hasMessageContaining("pasar.kafka.embedded.port")
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }

    @Test
    void namesTheKeyWhenItsDirectoryCannotBeWritten() throws IOException {
        // Given
        Path file = Files.createFile(dataDir.resolve("file"));

        // Then
        assertThatThrownBy(() -> EmbeddedBroker.start(file, 0))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("pasar.data-dir")
                .hasMessageContaining(file.toString());
    }

    @Test
    void keepsOutOfADirectoryThatAnotherBrokerUses() throws Exception {
        try (EmbeddedBroker first = EmbeddedBroker.start(dataDir, 0)) {
            assertThatThrownBy(() -> EmbeddedBroker.start(dataDir, 0))
                    .isInstanceOf(KafkaStartException.class)
                    .hasMessageContaining("pasar.data-dir")
                    .hasMessageContaining("another process");
            create(first, "still-alive");
        }
    }

    @Test
    void saysWhichRecordsItCannotStartWith() throws IOException {
        // Given
        Path directory = Files.createDirectories(dataDir.resolve("kafka"));
        Files.writeString(directory.resolve("meta.properties"), "version=1\nnode.id=77\ncluster.id=other\n");

        // Then
        assertThatThrownBy(() -> EmbeddedBroker.start(dataDir, 0))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("77");
    }

    private static void create(EmbeddedBroker broker, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(60, TimeUnit.SECONDS);
        }
    }

    private static void send(EmbeddedBroker broker, String topic, String value) throws Exception {
        try (KafkaProducer<String, String> producer = producer(broker, Map.of())) {
            producer.send(new ProducerRecord<>(topic, value)).get(60, TimeUnit.SECONDS);
        }
    }

    private static KafkaProducer<String, String> producer(EmbeddedBroker broker, Map<String, Object> more) {
        Map<String, Object> properties = new java.util.HashMap<>(more);
        properties.put("bootstrap.servers", broker.bootstrapServers());
        return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    }

    private static List<String> read(EmbeddedBroker broker, String topic, int count) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<String> values = new java.util.ArrayList<>();
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(r -> values.add(r.value()));
            }
            return values;
        }
    }
}
