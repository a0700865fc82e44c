package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pasar.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Producers of Kafka that would not come back by themselves. */
class ProducerRenewalIT {

    private static final int INIT_PRODUCER_ID = 22;

    @TempDir
    Path dataDir;

    @Test
    void publishesAfterAFirstLoginThatWasRefused() throws Exception {
        // Given
        Map<String, String> loading = Sasl.brokerProperties();
        Map<String, String> loaded = new HashMap<>(loading);
        loaded.replaceAll((key, value) -> value.replace("user_gateway=\"g\"", "user_gateway=\"new\""));
        EmbeddedBroker broker = EmbeddedBroker.start(dataDir, Ports.free(), loading);
        KafkaConfiguration configuration = KafkaSettings.with(Sasl.clientProperties("gateway", "new"));
        try (KafkaClients clients = new KafkaClients(configuration, broker.bootstrapServers());
                KafkaHealthIndicator health = new KafkaHealthIndicator(clients, null)) {
            Producer<byte[], byte[]> publisher = clients.getProducer(new Properties());
            Producer<byte[], byte[]> producer = clients.producer(Map.of());
            clients.warmUp(List.of("orders"));
            assertThatThrownBy(() -> send(publisher).get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            assertThatThrownBy(() -> send(producer).get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            await().untilAsserted(() -> assertThat(health.health().getDetails())
                    .containsKey("notAcknowledgedSince")
                    .doesNotContainKey("lastAcknowledged"));

            // When
            broker.close();
            broker = EmbeddedBroker.start(dataDir, broker.port(), loaded);
            new TopicProvisioner(clients, KafkaSettings.TOPICS, List.of("orders")).provision(Duration.ofSeconds(60));

            // Then
            awaitPublished(publisher);
            awaitPublished(producer);
            await().untilAsserted(() -> assertThat(health.health().getDetails())
                    .containsKey("lastAcknowledged")
                    .doesNotContainKey("notAcknowledgedSince"));
        } finally {
            broker.close();
        }
    }

    @Test
    void failsASendThatWaitsInVainForTheIdOfItsProducer() throws Exception {
        // Given
        try (FreezableProxy proxy = new FreezableProxy();
                EmbeddedBroker broker = EmbeddedBroker.start(
                        dataDir, 0, Map.of("advertised.listeners", "CLIENT://127.0.0.1:" + proxy.port()));
                KafkaClients clients = new KafkaClients(KafkaSettings.with(Map.of()), "127.0.0.1:" + proxy.port())) {
            proxy.forwardTo(broker.port());
            new TopicProvisioner(clients, KafkaSettings.TOPICS, List.of("orders")).provision(Duration.ofSeconds(60));
            proxy.swallow(INIT_PRODUCER_ID);
            Producer<byte[], byte[]> publisher = clients.getProducer(new Properties());
            clients.warmUp(List.of("orders"));

            // When
            Future<RecordMetadata> sent = send(publisher);

            // Then
            assertThatThrownBy(() -> sent.get(9, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);

            // When
            proxy.swallow(FreezableProxy.NOTHING);

            // Then
            awaitPublished(publisher);
        }
    }

    private static void awaitPublished(Producer<byte[], byte[]> producer) {
        await().ignoreExceptions()
                .until(() -> send(producer).get(10, TimeUnit.SECONDS).hasOffset());
    }

    private static Future<RecordMetadata> send(Producer<byte[], byte[]> producer) {
        return producer.send(new ProducerRecord<>("orders", new byte[] {1}, new byte[10]));
    }
}
