package io.pasar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.pasar.kafka.EmbeddedBroker;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.spool.Spool;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

/** A gateway whose Kafka is away when it starts, comes, goes and comes back, and whose spool is small. */
@TestPropertySource(properties = "pasar.kafka.acknowledge-within=300ms")
@DirtiesContext
class KafkaAwayIT extends GatewayTest {

    private static final int KAFKA_PORT = Ports.free();
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    @TempDir
    private static Path kafkaData;

    @DynamicPropertySource
    static void nobodyListensThere(DynamicPropertyRegistry registry) {
        registry.add("pasar.kafka.bootstrap-servers", () -> "127.0.0.1:" + KAFKA_PORT);
        registry.add("pasar.spool.max-size", () -> "2MB");
        // Room for a slow machine: what is asserted here is what becomes of an event, not how soon
        registry.add("pasar.ingest.answer-within", () -> "10s");
    }

    @Autowired
    private KafkaClients kafka;

    @Autowired
    private Spool spool;

    @Autowired
    private MeterRegistry meters;

    @Test
    void keepsWhatKafkaDoesNotTakeAndHandsItOnInOrder() throws Exception {
        List<String> taken = new ArrayList<>();

        // Away from the start
        takes(sender, taken, order("A", 1), order("B", 1), order("A", 2));
        assertThat(spool.status().events()).isEqualTo(3);
        assertThat(spool.status().oldest()).isNotNull();

        // It comes
        EmbeddedBroker first = EmbeddedBroker.start(kafkaData, KAFKA_PORT);
        takes(sender, taken, order("A", 3));
        awaitDrained();
        takes(sender, taken, order("A", 4));

        // It goes
        first.close();
        takes(sender, taken, order("A", 5), order("B", 2), order("A", 6));

        // More than the spool holds: the marketplace keeps what is refused
        String large = "{\"padding\":\"" + "x".repeat(900_000) + "\"}";
        await().atMost(RECOVERY).until(() -> post(sender, large).statusCode() == 503);
        assertRefused(post(sender, large));
        assertThat(meters.counter("pasar.spool.refused", "reason", "full").count())
                .isPositive();

        // And comes back
        EmbeddedBroker second = EmbeddedBroker.start(kafkaData, KAFKA_PORT);
        takes(sender, taken, order("A", 7));
        awaitDrained();
        takes(sender, taken, order("B", 3));
        // On a slow machine Kafka may have been too late for that one as well
        awaitDrained();
        List<ConsumerRecord<byte[], byte[]>> records = Records.in(kafka, "pasar.tiki.order");
        for (String key : List.of("A", "B")) {
            assertThat(firsts(records, key))
                    .isEqualTo(taken.stream().filter(body -> body.contains(key)).toList());
        }
        ConsumerRecord<byte[], byte[]> live = one(records, order("B", 3));
        ConsumerRecord<byte[], byte[]> drained = one(records, order("B", 2));
        assertThat(drained.key()).isEqualTo(live.key());
        assertThat(Records.headers(drained))
                .containsOnlyKeys(Records.headers(live).keySet());
        assertThat(Instant.parse(Records.headers(drained).get("ce_time")).toEpochMilli())
                .isEqualTo(drained.timestamp());
        second.close();
    }

    private void awaitDrained() {
        await().atMost(RECOVERY).until(() -> spool.status().events() == 0);
    }

    private static String order(String code, int version) {
        return "{\"data\":{\"order_code\":\"%s\",\"main_state\":\"s\",\"date\":%d}}".formatted(code, version);
    }

    private static void takes(Sender sender, List<String> taken, String... bodies) throws Exception {
        for (String body : bodies) {
            assertThat(post(sender, body).statusCode()).isEqualTo(200);
            taken.add(body);
        }
    }

    /** The bodies with this order code in the order in which they first appear: repeats are allowed. */
    private static List<String> firsts(List<ConsumerRecord<byte[], byte[]>> records, String code) {
        return records.stream()
                .map(record -> new String(record.value(), UTF_8))
                .filter(body -> body.contains("\"" + code + "\""))
                .distinct()
                .toList();
    }

    private static ConsumerRecord<byte[], byte[]> one(List<ConsumerRecord<byte[], byte[]>> records, String body) {
        return records.stream()
                .filter(record -> new String(record.value(), UTF_8).equals(body))
                .findFirst()
                .orElseThrow();
    }

    private static HttpResponse<String> post(Sender sender, String body) throws Exception {
        return sender.send(sender.signed("tiki", "p77", "order", body.getBytes(UTF_8)));
    }

    private static void assertRefused(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().map().keySet())
                .isEqualTo(Set.of("content-type", "content-length", "retry-after"));
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
        assertThat(response.body())
                .startsWith("{\"success\":false,\"error\":{\"code\":\"not-")
                .doesNotContain("Exception", "kafka", "Kafka");
    }
}
