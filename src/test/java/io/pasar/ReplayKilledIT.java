package io.pasar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.pasar.kafka.EmbeddedBroker;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.TopicProvisioner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Gateways as processes, of which the one that carries out a replay is killed, twice. */
@Timeout(600)
class ReplayKilledIT {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final int RECORDS = 1_000;
    private static final String FROM = "pasar.tiki.order";
    private static final String TO = "again";
    private static final String AT_WORK = "A replay is carried out here";

    private static final String CONFIGURATION =
            """
            pasar:
              public-url: https://gw.example
              kafka: {topics: {partitions: 1}}
            """;

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private KafkaClients clients;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start(directory.resolve("broker"), 0);
        KafkaConfiguration.Topics topics =
                new KafkaConfiguration.Topics(1, (short) -1, Duration.ofDays(7), DataSize.ofMegabytes(2));
        clients = new KafkaClients(
                new KafkaConfiguration("", Map.of(), Duration.ofSeconds(2), new KafkaConfiguration.Embedded(0), topics),
                broker.bootstrapServers());
        new TopicProvisioner(clients, topics, List.of(FROM, TO)).provision(SOON);
        try (Producer<byte[], byte[]> producer = clients.producer(Map.of())) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(FROM, "p77/1".getBytes(UTF_8), text(i)));
            }
            producer.flush();
        }
    }

    @AfterEach
    void stop() {
        clients.close();
        broker.close();
    }

    @Test
    void losesNothingAndRepeatsOnlyWhereItWasKilled() throws Exception {
        try (GatewayProcess one = gateway("one");
                GatewayProcess other = gateway("other")) {
            // Given
            one.awaitStarted();
            other.awaitStarted();
            CommandGroup.awaitJoined(2, broker.bootstrapServers());
            String id = begin(one);
            await().atMost(SOON).until(() -> copies().size() >= 200);
            boolean isOne = lastAtWork(one).compareTo(lastAtWork(other)) > 0;
            GatewayProcess first = isOne ? one : other;
            GatewayProcess second = isOne ? other : one;

            // When
            first.kill();
            int killed = copies().size();
            await().atMost(SOON).until(() -> copies().size() >= killed + 100);
            second.kill();
            int killedAgain = copies().size();
            first.startAgain();

            // Then
            assertThat(killed).isLessThan(RECORDS);
            assertThat(second.logged(AT_WORK)).isNotEmpty();
            JsonNode done = awaitDone(first, id);
            assertThat(done.path("selected").asInt()).isEqualTo(RECORDS);
            assertThat(done.path("published").asInt()).isEqualTo(RECORDS);
            List<Integer> numbers = numbers();
            assertThat(killedAgain).isLessThan(numbers.size());
            assertThat(numbers.stream().distinct().sorted().toList()).hasSize(RECORDS);
            int handOvers = one.logged(AT_WORK).size() + other.logged(AT_WORK).size() - 1;
            assertThat(setBackTo(numbers))
                    .as("one at a time, and each goes on from where it was noted to be")
                    .hasSizeLessThanOrEqualTo(handOvers)
                    .as("not to the beginning")
                    .doesNotContain(0);
            assertThat(copies())
                    .allMatch(copy -> id.equals(Records.headers(copy).get("pasar_replayed")));
        }
    }

    /** The line of the log, which begins with the time; Kafka may have given the work to the other in between. */
    private static String lastAtWork(GatewayProcess gateway) throws IOException {
        List<String> lines = gateway.logged(AT_WORK);
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }

    private static String begin(GatewayProcess gateway) {
        AtomicReference<String> id = new AtomicReference<>();
        await().atMost(SOON).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
            id.set(gateway.ask("POST", "/api/replays?topic=%s&to=%s&rate=50".formatted(FROM, TO))
                    .path("id")
                    .asText());
            return !id.get().isEmpty();
        });
        return id.get();
    }

    private static JsonNode awaitDone(GatewayProcess gateway, String id) {
        AtomicReference<JsonNode> replay = new AtomicReference<>();
        await().atMost(SOON).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
            replay.set(gateway.ask("GET", "/api/replays/" + id));
            return replay.get().path("state").asText().equals("done");
        });
        return replay.get();
    }

    private static List<Integer> setBackTo(List<Integer> numbers) {
        return IntStream.range(1, numbers.size())
                .filter(i -> numbers.get(i) <= numbers.get(i - 1))
                .mapToObj(numbers::get)
                .toList();
    }

    private List<Integer> numbers() {
        return copies().stream()
                .map(copy -> Integer.valueOf(new String(copy.value(), UTF_8)))
                .toList();
    }

    private List<ConsumerRecord<byte[], byte[]>> copies() {
        return Records.in(clients, TO);
    }

    private static byte[] text(int number) {
        return String.valueOf(number).getBytes(UTF_8);
    }

    private GatewayProcess gateway(String name) throws Exception {
        return GatewayProcess.start(name, directory, broker.bootstrapServers(), CONFIGURATION);
    }
}
