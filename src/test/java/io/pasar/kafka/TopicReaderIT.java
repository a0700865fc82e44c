package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicReaderIT {

    @TempDir
    static Path dataDir;

    private static EmbeddedBroker broker;
    private static KafkaClients clients;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start(dataDir, 0);
        clients = new KafkaClients(KafkaSettings.with(Map.of()), broker.bootstrapServers());
        try (Admin admin = clients.admin();
                Producer<byte[], byte[]> producer = clients.producer(Map.of())) {
            admin.createTopics(List.of(new NewTopic("orders", 3, (short) 1), new NewTopic("empty", 3, (short) 1)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
            for (int i = 0; i < 20; i++) {
                byte[] value = String.valueOf(i).getBytes(StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>("orders", i % 3, 1_000L + i, null, value))
                        .get(60, TimeUnit.SECONDS);
            }
        }
    }

    @AfterAll
    static void stop() {
        clients.close();
        broker.close();
    }

    private final TopicReader reader = new TopicReader(clients, Duration.ofSeconds(60));

    @Test
    void readsTheNewestOfAllPartitionsNewestLast() {
        assertThat(values("orders", 5)).containsExactly("15", "16", "17", "18", "19");
    }

    @Test
    void readsAllWhereThereAreFewer() {
        assertThat(values("orders", 100)).hasSize(20).startsWith("0").endsWith("19");
    }

    @Test
    void readsNothingFromAnEmptyOrUnknownTopic() {
        assertThat(values("empty", 5)).isEmpty();
        assertThat(values("unheard-of", 5)).isEmpty();
    }

    @Test
    void givesUpInTimeWhenKafkaIsAway() {
        // Given
        try (KafkaClients away = new KafkaClients(KafkaSettings.with(Map.of()), "127.0.0.1:1")) {
            TopicReader impatient = new TopicReader(away, Duration.ofSeconds(1));

            // When
            long start = System.nanoTime();

            // Then
            assertThatThrownBy(() -> impatient.last("orders", 1)).isInstanceOf(KafkaException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        }
    }

    private List<String> values(String topic, int count) {
        return reader.last(topic, count).stream()
                .map(found -> new String(found.value(), StandardCharsets.UTF_8))
                .toList();
    }
}
