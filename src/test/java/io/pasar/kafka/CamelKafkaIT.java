package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.Ports;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;

/** Camel's {@code kafka:} steps, wired as the gateway wires them. */
class CamelKafkaIT {

    private static final byte[] NOT_TEXT = {(byte) 0xff, 0, (byte) 0xfe, '\r', '\n'};

    @TempDir
    Path dataDir;

    private final List<byte[]> consumed = new CopyOnWriteArrayList<>();

    @Test
    void everyClientLogsInWithTheConfiguredProperties() throws Exception {
        // Given
        try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir, 0, Sasl.brokerProperties());
                KafkaClients clients = new KafkaClients(
                        KafkaSettings.patient(Sasl.clientProperties("gateway", "g")), broker.bootstrapServers())) {

            // When
            provision(clients);
            try (Producer<byte[], byte[]> producer = clients.producer(Map.of())) {
                producer.send(new ProducerRecord<>("orders", NOT_TEXT)).get(60, TimeUnit.SECONDS);
            }
            clients.warmUp(List.of("orders"));
            try (DefaultCamelContext camel = camel(clients)) {
                camel.start();
                Exchange answer = publish(camel, NOT_TEXT);

                // Then
                assertThat(answer.getException()).isNull();
                await().untilAsserted(() -> assertThat(consumed).containsExactly(NOT_TEXT, NOT_TEXT));
            }
            List<ConsumerRecord<byte[], byte[]>> last =
                    new TopicReader(clients, Duration.ofSeconds(60)).last("orders", 1);
            assertThat(last).hasSize(1);
            assertThat(last.get(0).value()).isEqualTo(NOT_TEXT);
            assertThat(last.get(0).key()).asString(StandardCharsets.UTF_8).isEqualTo("account/1");
        }
    }

    @Test
    void goesOnAfterTheAcknowledgementOnKafkasOwnThread() throws Exception {
        // Given
        try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir, 0);
                KafkaClients clients = new KafkaClients(KafkaSettings.patient(Map.of()), broker.bootstrapServers());
                DefaultCamelContext camel = camel(clients)) {
            provision(clients);
            clients.warmUp(List.of("orders"));
            camel.start();

            // When
            List<String> threads = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                threads.add(publish(camel, NOT_TEXT).getProperty("thread", String.class));
            }

            // Then: or on the sender's, where the acknowledgement was there before the sender had gone
            assertThat(threads)
                    .anyMatch(thread -> thread.startsWith("kafka-producer-network-thread"))
                    .allMatch(thread ->
                            thread.startsWith("kafka-producer-network-thread") || thread.endsWith("ProducerTemplate"));
        }
    }

    @Test
    void startsAndFailsFastWhileNoBootstrapServerResolves() throws Exception {
        // Given
        KafkaConfiguration nowhere = KafkaSettings.with("kafka.invalid:9092", Map.of());
        try (KafkaClients clients = new KafkaClients(nowhere, nowhere.bootstrapServers());
                DefaultCamelContext camel = camel(clients)) {

            // When
            camel.start();
            long start = System.nanoTime();
            Exchange answer = publish(camel, NOT_TEXT);

            // Then
            assertThat(camel.getRouteController().getRouteStatus("publish").isStarted())
                    .isTrue();
            assertThat(camel.getRouteController().getRouteStatus("consume").isStarted())
                    .isTrue();
            assertThat(answer.getException())
                    .isInstanceOf(KafkaUnavailableException.class)
                    .isInstanceOf(KafkaException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void startsWithoutABrokerAndWorksOnceThereIsOne() throws Exception {
        // Given
        int port = Ports.free();
        try (KafkaClients clients = new KafkaClients(KafkaSettings.with(Map.of()), "127.0.0.1:" + port);
                DefaultCamelContext camel = camel(clients)) {
            camel.start();
            assertThat(publish(camel, NOT_TEXT).getException()).isInstanceOf(TimeoutException.class);

            // When
            try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir, port)) {
                assertThat(broker.port()).isEqualTo(port);
                provision(clients);

                // Then
                await().untilAsserted(() ->
                        assertThat(publish(camel, NOT_TEXT).getException()).isNull());
                await().untilAsserted(() -> assertThat(consumed).isNotEmpty());
            }
        }
    }

    @Test
    void readsOnceItsGroupIsAllowedAndTellsUntilThen() throws Exception {
        // Given: the topic is allowed, the group is not
        try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir, 0, Sasl.brokerPropertiesWithAcls());
                KafkaClients admin = new KafkaClients(
                        KafkaSettings.patient(Sasl.clientProperties("admin", "a")), broker.bootstrapServers());
                KafkaClients clients = new KafkaClients(
                        KafkaSettings.patient(Sasl.clientProperties("gateway", "g")), broker.bootstrapServers());
                DefaultCamelContext camel = camel(clients)) {
            provision(admin);
            Sasl.allow(admin, ResourceType.TOPIC, "orders", AclOperation.READ, AclOperation.WRITE);
            try (Producer<byte[], byte[]> producer = clients.producer(Map.of())) {
                producer.send(new ProducerRecord<>("orders", NOT_TEXT)).get(60, TimeUnit.SECONDS);
            }
            camel.start();
            await().untilAsserted(() -> assertThat(reading(clients)).contains("orders: GroupAuthorizationException: "));

            // When
            Sasl.allow(admin, ResourceType.GROUP, "test", AclOperation.READ);

            // Then
            await().untilAsserted(() -> assertThat(consumed).containsExactly(NOT_TEXT));
            await().untilAsserted(() -> assertThat(reading(clients)).isEmpty());

            // When
            camel.stop();

            // Then
            await().untilAsserted(() -> assertThat(reading(clients)).contains("orders: no consumer is left"));
        }
    }

    private DefaultCamelContext camel(KafkaClients clients) throws Exception {
        DefaultCamelContext camel = new DefaultCamelContext();
        KafkaBeans beans = new KafkaBeans();
        camel.getRegistry().bind("kafkaComponentCustomizer", beans.kafkaComponentCustomizer(clients));
        camel.getRegistry().bind("inlineExecutor", beans.inlineExecutor());
        camel.getShutdownStrategy().setTimeout(5);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:publish")
                        .routeId("publish")
                        .errorHandler(noErrorHandler())
                        .to("kafka:orders?workerPool=#inlineExecutor")
                        .process(exchange -> exchange.setProperty(
                                "thread", Thread.currentThread().getName()));
                from("kafka:orders?groupId=test&autoOffsetReset=earliest&pollTimeoutMs=200&shutdownTimeout=2000")
                        .routeId("consume")
                        .process(exchange -> consumed.add(exchange.getMessage().getBody(byte[].class)));
            }
        });
        return camel;
    }

    /** What the health check tells of it, which is down then; empty if it tells nothing and is up. */
    private static String reading(KafkaClients clients) {
        try (KafkaHealthIndicator indicator = new KafkaHealthIndicator(clients, null)) {
            Health health = indicator.health();
            Object reason = health.getDetails().get("reading");
            assertThat(health.getStatus()).isEqualTo(reason == null ? Status.UP : Status.DOWN);
            return String.valueOf(health.getDetails().getOrDefault("reading", ""));
        }
    }

    private static Exchange publish(DefaultCamelContext camel, byte[] body) throws Exception {
        Future<Exchange> answer = camel.createFluentProducerTemplate()
                .to("direct:publish")
                .withProcessor(exchange -> {
                    exchange.getMessage().setBody(body);
                    exchange.getMessage().setHeader(KafkaConstants.KEY, "account/1");
                })
                .asyncSend();
        return answer.get(60, TimeUnit.SECONDS);
    }

    private static void provision(KafkaClients clients) {
        new TopicProvisioner(clients, KafkaSettings.TOPICS, List.of("orders")).provision(Duration.ofSeconds(60));
    }
}
