package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Status;

class KafkaHealthIndicatorIT {

    @TempDir
    Path dataDir;

    @Test
    void followsTheBroker() {
        // Given
        EmbeddedBroker broker = EmbeddedBroker.start(dataDir, Ports.free());
        int port = broker.port();
        try (KafkaClients clients = new KafkaClients(KafkaSettings.with(Map.of()), broker.bootstrapServers());
                KafkaHealthIndicator health = new KafkaHealthIndicator(clients, null)) {
            // A broker that has just started may take longer than an answer may
            await().untilAsserted(() -> {
                assertThat(health.health().getStatus()).isEqualTo(Status.UP);
                assertThat(health.health().getDetails()).containsEntry("brokers", 1);
            });

            // When
            broker.close();

            // Then
            await().untilAsserted(() -> assertThat(health.health().getStatus()).isEqualTo(Status.DOWN));

            // When
            broker = EmbeddedBroker.start(dataDir, port);

            // Then
            await().untilAsserted(() -> assertThat(health.health().getStatus()).isEqualTo(Status.UP));
        } finally {
            broker.close();
        }
    }

    @Test
    void isDownOnceTheDiskOfTheEmbeddedBrokerHasFailed() {
        // Given
        EmbeddedBroker broker = EmbeddedBroker.start(dataDir, Ports.free());
        try (KafkaClients clients = new KafkaClients(KafkaSettings.with(Map.of()), broker.bootstrapServers());
                KafkaHealthIndicator health = new KafkaHealthIndicator(clients, null)) {
            // When: what Kafka does when no disk is left; it goes on answering all the same
            Exit.halt(1);

            // Then
            await().untilAsserted(() -> assertThat(health.health().getDetails()).containsKey("embeddedBroker"));
            assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);

            // When
            broker.close();
            broker = EmbeddedBroker.start(dataDir, broker.port());

            // Then
            await().untilAsserted(() -> assertThat(health.health().getStatus()).isEqualTo(Status.UP));
        } finally {
            broker.close();
        }
    }

    @Test
    void answersInTimeAndOnceForManyWhenKafkaIsAway() {
        // Given
        try (KafkaClients clients = new KafkaClients(KafkaSettings.with(Map.of()), "127.0.0.1:1");
                KafkaHealthIndicator health = new KafkaHealthIndicator(clients, null)) {
            // When
            long start = System.nanoTime();
            Status first = health.health().getStatus();
            Duration asked = Duration.ofNanos(System.nanoTime() - start);
            health.health();
            Duration remembered = Duration.ofNanos(System.nanoTime() - start).minus(asked);

            // Then
            assertThat(first).isEqualTo(Status.DOWN);
            assertThat(asked).isLessThan(Duration.ofSeconds(20));
            assertThat(remembered).isLessThan(asked);
        }
    }

    @Test
    void isDownWhileTheTopicsAreNotReady() {
        // Given
        try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir, Ports.free());
                KafkaClients clients = new KafkaClients(KafkaSettings.with(Map.of()), broker.bootstrapServers());
                KafkaHealthIndicator health = new KafkaHealthIndicator(
                        clients, new TopicProvisioner(clients, KafkaSettings.TOPICS, List.of()))) {
            // Then
            await().untilAsserted(
                            () -> assertThat(health.health().getDetails()).containsEntry("topics", "not checked yet"));
            assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
        }
    }
}
