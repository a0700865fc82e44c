package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.pasar.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the path of a webhook relies on: a send never holds its thread, whatever Kafka does. */
class PublisherIT {

    /** Long for a send that only queues, short for one that waits: an acknowledgement may take 2 s here. */
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    @TempDir
    Path dataDir;

    private FreezableProxy proxy;
    private EmbeddedBroker broker;
    private KafkaClients clients;

    @BeforeEach
    void start() throws Exception {
        proxy = new FreezableProxy();
        startBroker(Ports.free());
        clients = clients(Map.of());
        new TopicProvisioner(clients, KafkaSettings.TOPICS, List.of("orders", "stock"))
                .provision(Duration.ofSeconds(60));
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        broker.close();
        proxy.close();
    }

    @Test
    void publishesTheFirstEventOfAWarmTopic() throws Exception {
        // Given
        try (KafkaClients patient = patientClients()) {
            patient.warmUp(List.of("orders", "stock"));
            Producer<byte[], byte[]> producer = patient.getProducer(new Properties());

            // When
            RecordMetadata orders = send(producer, "orders", 10).get(60, TimeUnit.SECONDS);
            RecordMetadata stock = send(producer, "stock", 10).get(60, TimeUnit.SECONDS);

            // Then
            assertThat(orders.hasOffset()).isTrue();
            assertThat(stock.hasOffset()).isTrue();
        }
    }

    @Test
    void warmsAProducerThatWasMadeBeforeTheTopicsWereKnown() throws Exception {
        // Given
        try (KafkaClients patient = patientClients()) {
            Producer<byte[], byte[]> producer = patient.getProducer(new Properties());

            // When
            patient.warmUp(List.of("orders"));

            // Then
            assertThat(send(producer, "orders", 10).get(60, TimeUnit.SECONDS).hasOffset())
                    .isTrue();
        }
    }

    @Test
    void failsWithoutWaitingForATopicThatItDoesNotKnow() {
        // Given
        Producer<byte[], byte[]> producer = clients.getProducer(new Properties());
        clients.warmUp(List.of("orders"));

        // When
        Future<RecordMetadata> sent = sendAtOnce(producer, "unheard-of");

        // Then
        assertThat(failureOf(sent)).isInstanceOf(TimeoutException.class).hasMessageContaining("unheard-of");
    }

    @Test
    void givesUpInTimeWhenTheBrokerGoesAwayAndPublishesWhenItIsBack() throws Exception {
        // Given
        clients.warmUp(List.of("orders"));
        Producer<byte[], byte[]> producer = clients.getProducer(new Properties());
        awaitPublished(producer);
        broker.close();

        // When
        long start = System.nanoTime();
        Future<RecordMetadata> sent = sendAtOnce(producer, "orders");

        // Then
        assertThat(failureOf(sent)).isInstanceOf(TimeoutException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));

        // When
        startBroker(broker.port());

        // Then
        awaitPublished(producer);
    }

    @Test
    void failsWithoutWaitingWhenTheBrokerHangsAndItsMemoryIsFull() throws Exception {
        // Given
        try (KafkaClients small = clients(Map.of("buffer.memory", "500000"))) {
            small.warmUp(List.of("orders"));
            Producer<byte[], byte[]> producer = small.getProducer(new Properties());
            awaitPublished(producer);
            proxy.freeze();

            // When
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                sent.add(sendAtOnce(producer, "orders", 100_000));
            }

            // Then
            assertThat(failureOf(sent.get(9))).isInstanceOf(BufferExhaustedException.class);
            assertThat(failureOf(sent.get(0))).isInstanceOf(TimeoutException.class);

            // When
            proxy.thaw();

            // Then
            awaitPublished(producer);
        }
    }

    @Test
    void failsWithoutWaitingWhenTheBrokerWasNeverThere() throws Exception {
        // Given
        int nobody = Ports.free();
        try (KafkaClients away = new KafkaClients(KafkaSettings.with(Map.of()), "127.0.0.1:" + nobody)) {
            // When
            Producer<byte[], byte[]> producer = away.getProducer(new Properties());

            // Then
            assertThat(failureOf(sendAtOnce(producer, "orders"))).isInstanceOf(TimeoutException.class);
        }
    }

    private void startBroker(int port) {
        broker = EmbeddedBroker.start(
                dataDir, port, Map.of("advertised.listeners", "CLIENT://127.0.0.1:" + proxy.port()));
        proxy.forwardTo(broker.port());
    }

    private static void awaitPublished(Producer<byte[], byte[]> producer) {
        await().ignoreExceptions()
                .until(() ->
                        sendAtOnce(producer, "orders").get(10, TimeUnit.SECONDS).hasOffset());
    }

    /** Whose events are acknowledged in the end, however busy the machine is. */
    private KafkaClients patientClients() {
        return new KafkaClients(KafkaSettings.patient(Map.of()), "127.0.0.1:" + proxy.port());
    }

    private KafkaClients clients(Map<String, String> properties) {
        return new KafkaClients(KafkaSettings.with(properties), "127.0.0.1:" + proxy.port());
    }

    private static Future<RecordMetadata> sendAtOnce(Producer<byte[], byte[]> producer, String topic) {
        return sendAtOnce(producer, topic, 10);
    }

    private static Future<RecordMetadata> sendAtOnce(Producer<byte[], byte[]> producer, String topic, int size) {
        long start = System.nanoTime();
        Future<RecordMetadata> sent = send(producer, topic, size);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
        return sent;
    }

    private static Future<RecordMetadata> send(Producer<byte[], byte[]> producer, String topic, int size) {
        return producer.send(new ProducerRecord<>(topic, new byte[] {1}, new byte[size]));
    }

    private static Throwable failureOf(Future<RecordMetadata> sent) {
        Throwable failure = catchThrowable(() -> sent.get(60, TimeUnit.SECONDS));
        assertThat(failure).isInstanceOf(ExecutionException.class);
        return failure.getCause();
    }
}
