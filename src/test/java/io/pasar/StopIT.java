package io.pasar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.kafka.EmbeddedBroker;
import io.pasar.kafka.FreezableProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The delivered jar is stopped while all that a stop waits for hangs: Kafka, a marketplace, a call of the API. Every build
 * runs it, so the chaos profile does only where it asserts times.
 */
@DisabledIfSystemProperty(named = "pasar.chaos.short", matches = "true")
class StopIT {

    private static final Duration START = Duration.ofMinutes(3);

    /** Asserted in the chaos profile only: elsewhere the machine may be a slow one. */
    private static final Duration WITHIN =
            Boolean.getBoolean("pasar.chaos.timed") ? Duration.ofSeconds(10) : Duration.ofMinutes(1);

    private static final byte[] BODY = "{\"data\":{\"order_code\":\"last\",\"date\":1}}".getBytes(UTF_8);

    @TempDir
    private Path directory;

    @Test
    void endsInTimeWhileEverythingHangs() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                FreezableProxy kafka = new FreezableProxy();
                EmbeddedBroker broker = EmbeddedBroker.start(
                        directory.resolve("broker"),
                        0,
                        Map.of("advertised.listeners", "CLIENT://127.0.0.1:" + kafka.port()))) {
            // Given
            kafka.forwardTo(broker.port());
            try (GatewayProcess gateway = GatewayProcess.start(
                    "stopped", directory, "127.0.0.1:" + kafka.port(), configuration(silent.getLocalPort()))) {
                gateway.awaitReady();
                silent.setSoTimeout(Math.toIntExact(START.toMillis()));
                silent.accept();
                gateway.apply("tiki/p77");
                kafka.freeze();
                awaitSpooled(new Sender(gateway.ingest()));

                // When
                long begun = System.nanoTime();
                gateway.stopWithin(WITHIN);

                // Then
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(WITHIN);
            }
        }
    }

    /** What is cut off leaves its consumer group, broker and spool as a crash does. */
    @Test
    @EnabledIfSystemProperty(named = "pasar.chaos.timed", matches = "true")
    void isNotCutOffWhereOnlyAMarketplaceHangs() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), 0)) {
            // Given
            try (GatewayProcess gateway = GatewayProcess.start(
                    "stopped", directory, broker.bootstrapServers(), configuration(silent.getLocalPort()))) {
                gateway.awaitReady();
                silent.setSoTimeout(Math.toIntExact(START.toMillis()));
                silent.accept();

                // When
                gateway.stopWithin(WITHIN);

                // Then
                assertThat(gateway.logged("The stop takes too long")).isEmpty();
            }
        }
    }

    private static void awaitSpooled(Sender sender) {
        await().atMost(START.toSeconds(), TimeUnit.SECONDS)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() ->
                        sender.send(sender.signed("tiki", "p77", "order", BODY)).statusCode() == 200);
    }

    private static String configuration(int marketplace) {
        return """
                pasar:
                  public-url: https://gw.example
                  ingest: {address: 127.0.0.1}
                  marketplaces:
                    tiki: {api-url: "http://127.0.0.1:%1$d", token-url: "http://127.0.0.1:%1$d/token"}
                  accounts:
                    - marketplace: tiki
                      id: p77
                      client-id: c
                      client-secret: s
                      webhook-secrets: ["%2$s"]
                      events: [order]
                      warehouses: [sgn3]
                """
                .formatted(marketplace, GatewayTest.TIKI_SECRET);
    }
}
