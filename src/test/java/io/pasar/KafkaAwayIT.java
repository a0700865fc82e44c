package io.pasar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.kafka.EmbeddedBroker;
import io.pasar.kafka.KafkaClients;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

/** A gateway whose Kafka is away when it starts, comes, goes and comes back. */
@TestPropertySource(properties = {"pasar.ingest.answer-within=500ms", "pasar.kafka.acknowledge-within=400ms"})
@DirtiesContext
class KafkaAwayIT extends GatewayTest {

    private static final int KAFKA_PORT = Ports.free();
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    @TempDir
    private static Path kafkaData;

    @DynamicPropertySource
    static void nobodyListensThere(DynamicPropertyRegistry registry) {
        registry.add("pasar.kafka.bootstrap-servers", () -> "127.0.0.1:" + KAFKA_PORT);
    }

    @Autowired
    private PlatformHttpEngine ingest;

    @Autowired
    private KafkaClients kafka;

    @Test
    void answers503WhileKafkaIsAwayAndLosesNothingThatItHasAnswered200() throws Exception {
        Sender sender = new Sender(ingest.getServerPort());

        // Away from the start
        assertRefused(post(sender, "away at start"));

        // It comes
        EmbeddedBroker first = EmbeddedBroker.start(kafkaData, KAFKA_PORT);
        await().atMost(RECOVERY).until(() -> post(sender, "first").statusCode() == 200);

        // It goes
        first.close();
        assertRefused(post(sender, "away again"));

        // And comes back
        EmbeddedBroker second = EmbeddedBroker.start(kafkaData, KAFKA_PORT);
        await().atMost(RECOVERY).until(() -> post(sender, "second").statusCode() == 200);
        assertThat(Records.in(kafka, "pasar.tiki.order").stream().map(record -> new String(record.value(), UTF_8)))
                .contains("first", "second");
        second.close();
    }

    private static HttpResponse<String> post(Sender sender, String body) throws Exception {
        return sender.send(sender.signed("tiki", "p77", "order", body.getBytes(UTF_8)));
    }

    private static void assertRefused(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
        assertThat(response.body())
                .startsWith("{\"success\":false,\"error\":{\"code\":\"not-")
                .doesNotContain("Exception", "kafka", "Kafka");
    }
}
