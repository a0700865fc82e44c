package io.pasar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.kafka.EmbeddedBroker;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/**
 * Two replicas of the delivered jar behind a plain balancer are stopped by SIGTERM and started again, one after the
 * other, under load: nobody who sends a webhook notices, and Kafka has each one.
 */
class RollingRestartIT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int KEEPING = 4;
    private static final int CONNECTING = 2;
    private static final Duration BETWEEN_CONNECTS = Duration.ofMillis(50);

    /** Without a pause they would take the processors that the replicas start with. */
    private static final Duration BETWEEN_DELIVERIES = Duration.ofMillis(10);

    private static final int BETWEEN_RESTARTS = 200;
    private static final String CONFIGURATION =
            """
            pasar:
              public-url: https://gw.example
              # Room for a slow machine: what is asserted here is the answer, not how soon it comes
              ingest: {address: 127.0.0.1, answer-within: 10s}
              kafka: {acknowledge-within: 9s, topics: {partitions: 2}}
              marketplaces:
                tiki: {api-url: "http://127.0.0.1:9", token-url: "http://127.0.0.1:9/token"}
              accounts:
                - marketplace: tiki
                  id: p77
                  client-id: c
                  client-secret: s
                  webhook-secrets: ["%s"]
                  events: [order]
                  warehouses: [sgn3]
            """
                    .formatted(GatewayTest.TIKI_SECRET);

    @TempDir
    private Path directory;

    private final Set<String> taken = ConcurrentHashMap.newKeySet();
    private final Queue<String> notTaken = new ConcurrentLinkedQueue<>();
    private final ExecutorService senders = Executors.newFixedThreadPool(KEEPING + CONNECTING);
    private volatile boolean stopping;

    private interface Delivery {
        /** @return the answer's status */
        int send(byte[] body) throws Exception;
    }

    @AfterEach
    void stopSending() {
        stopping = true;
        senders.shutdownNow();
    }

    @Test
    void losesNothingAndRefusesNothing() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), 0);
                KafkaClients clients = new KafkaClients(kafka(), broker.bootstrapServers());
                GatewayProcess first =
                        GatewayProcess.start("first", directory, broker.bootstrapServers(), CONFIGURATION);
                GatewayProcess second =
                        GatewayProcess.start("second", directory, broker.bootstrapServers(), CONFIGURATION)) {
            // Given
            first.awaitReady();
            second.awaitReady();
            try (TcpBalancer balancer = new TcpBalancer(List.of(first, second))) {
                sendThrough(balancer);
                awaitMore();

                // When
                restart(first, balancer);
                awaitMore();
                restart(second, balancer);
                awaitMore();
                stopping = true;
                senders.shutdown();
                assertThat(senders.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }

            // Then
            assertThat(notTaken).isEmpty();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(missing(clients)).isEmpty());
        }
    }

    private void restart(GatewayProcess replica, TcpBalancer balancer) throws Exception {
        replica.stop();
        await().atMost(PATIENCE).until(() -> !balancer.isIn(replica));
        replica.startAgain();
        await().atMost(PATIENCE).until(() -> balancer.isIn(replica));
    }

    private void awaitMore() {
        int before = taken.size();
        await().atMost(PATIENCE).until(() -> taken.size() >= before + BETWEEN_RESTARTS || !notTaken.isEmpty());
        assertThat(notTaken).isEmpty();
    }

    private void sendThrough(TcpBalancer balancer) {
        for (int i = 0; i < KEEPING; i++) {
            Sender keeping = new Sender(balancer.port());
            sendWithoutEnd("keeping-" + i, body -> {
                await().pollDelay(BETWEEN_DELIVERIES).until(() -> true);
                return keeping.send(keeping.signed("tiki", "p77", "order", body))
                        .statusCode();
            });
        }
        for (int i = 0; i < CONNECTING; i++) {
            sendWithoutEnd("connecting-" + i, body -> sendAlone(balancer.port(), body));
        }
    }

    private void sendWithoutEnd(String name, Delivery delivery) {
        senders.execute(() -> {
            for (int i = 0; !stopping; i++) {
                String body = "{\"data\":{\"order_code\":\"%s\",\"date\":%d}}".formatted(name, i);
                try {
                    int status = delivery.send(body.getBytes(UTF_8));
                    if (status == 200) {
                        taken.add(body);
                    } else {
                        notTaken.add(body + " " + status);
                    }
                } catch (Exception e) {
                    notTaken.add(body + " " + e);
                }
            }
        });
    }

    /** By hand: Java's clients keep connections, or send again by themselves what was cut. */
    private static int sendAlone(int port, byte[] body) throws Exception {
        // Few connects: should the balancer not have looked all the time that the port is still open, one that meets
        // its close is refused, and goes elsewhere, but for the microseconds in which Linux resets it
        await().pollDelay(BETWEEN_CONNECTS).until(() -> true);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            String head =
                    "POST /webhooks/tiki/p77/order HTTP/1.1\r\nHost: gw.example\r\nConnection: close\r\nx-signature: "
                            + Sender.signature("tiki", body) + "\r\nContent-Length: " + body.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(ISO_8859_1));
            socket.getOutputStream().write(body);
            String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : 0;
        }
    }

    private Set<String> missing(KafkaClients clients) {
        Set<String> missing = new HashSet<>(taken);
        Records.in(clients, "pasar.tiki.order").forEach(record -> missing.remove(new String(record.value(), UTF_8)));
        return missing;
    }

    private static KafkaConfiguration kafka() {
        return new KafkaConfiguration(
                "",
                Map.of(),
                Duration.ofSeconds(2),
                new KafkaConfiguration.Embedded(0),
                new KafkaConfiguration.Topics(2, (short) -1, Duration.ofDays(7), DataSize.ofMegabytes(2)));
    }
}
