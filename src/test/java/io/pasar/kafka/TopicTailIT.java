package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.Ports;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicTailIT {

    @TempDir
    Path dataDir;

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final List<TopicTail> tails = new ArrayList<>();

    private EmbeddedBroker broker;
    private KafkaClients clients;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.start(dataDir, Ports.free());
        clients = new KafkaClients(KafkaSettings.with(Map.of()), broker.bootstrapServers());
    }

    @AfterEach
    void stop() {
        tails.forEach(TopicTail::close);
        clients.close();
        broker.close();
    }

    @Test
    void hasSeenEverythingThatWasThereWhenItHasCaughtUp() throws Exception {
        // Given
        create("orders", 3);
        send("orders", "a", "b", "c", "d", "e");

        // When
        TopicTail tail = tail(TopicTail.Start.BEGINNING, this::see);
        tail.caughtUp().get(60, TimeUnit.SECONDS);

        // Then
        assertThat(seen).containsExactlyInAnyOrder("a", "b", "c", "d", "e");
    }

    @Test
    void hasCaughtUpWithAnEmptyTopicAtOnceAndFollowsIt() throws Exception {
        // Given
        create("orders", 3);
        TopicTail tail = tail(TopicTail.Start.BEGINNING, this::see);
        tail.caughtUp().get(60, TimeUnit.SECONDS);

        // When
        send("orders", "a");

        // Then
        await().untilAsserted(() -> assertThat(seen).containsExactly("a"));
    }

    @Test
    void passesOverWhatIsOldWhenItBeginsAtTheEnd() throws Exception {
        // Given
        create("orders", 1);
        send("orders", "old");
        TopicTail tail = tail(TopicTail.Start.END, this::see);
        tail.caughtUp().get(60, TimeUnit.SECONDS);

        // When
        send("orders", "new");

        // Then
        await().untilAsserted(() -> assertThat(seen).containsExactly("new"));
    }

    @Test
    void waitsForATopicThatDoesNotExistYet() throws Exception {
        // Given
        TopicTail tail = tail(TopicTail.Start.BEGINNING, this::see);
        CompletableFuture<Void> caughtUp = tail.caughtUp();

        // When
        create("orders", 1);
        assertThat(seen).isEmpty();
        send("orders", "a");

        // Then
        caughtUp.get(60, TimeUnit.SECONDS);
        await().untilAsserted(() -> assertThat(seen).containsExactly("a"));
    }

    @Test
    void goesOnWhereItWasWhenKafkaComesBack() throws Exception {
        // Given
        create("orders", 3);
        send("orders", "a");
        tail(TopicTail.Start.BEGINNING, this::see);
        await().untilAsserted(() -> assertThat(seen).containsExactly("a"));

        // When
        broker.close();
        broker = EmbeddedBroker.start(dataDir, broker.port());
        send("orders", "b");

        // Then
        await().untilAsserted(() -> assertThat(seen).containsExactly("a", "b"));
    }

    @Test
    void passesOverARecordThatItsReaderCannotTake() throws Exception {
        // Given
        create("orders", 1);
        send("orders", "bad", "good");

        // When
        TopicTail tail = tail(TopicTail.Start.BEGINNING, found -> {
            if (text(found).equals("bad")) {
                throw new IllegalArgumentException("cannot take it");
            }
            see(found);
        });
        tail.caughtUp().get(60, TimeUnit.SECONDS);

        // Then
        assertThat(seen).containsExactly("good");
    }

    @Test
    void closesAtOnceEvenWhileKafkaIsAway() {
        // Given
        create("orders", 1);
        TopicTail tail = tail(TopicTail.Start.BEGINNING, this::see);
        tail.caughtUp().join();
        broker.close();

        // When
        long start = System.nanoTime();
        tail.close();

        // Then
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("tail-orders"));
    }

    @Test
    void hasNotCaughtUpWhenItIsClosedBefore() {
        // Given
        TopicTail tail = tail(TopicTail.Start.BEGINNING, this::see);

        // When
        tail.close();

        // Then
        assertThat(tail.caughtUp()).isCompletedExceptionally();
    }

    @Test
    void catchesUpWithATopicThatIsMadeAnewMeanwhile() throws Exception {
        // Given
        create("orders", 1);
        // Large, so that the tail cannot fetch all of them at once
        String[] old = new String[8];
        Arrays.fill(old, "old".repeat(300_000));
        send("orders", old);
        CountDownLatch madeAnew = new CountDownLatch(1);
        // Further than the new topic is long: only then can a consumer tell the difference
        CountDownLatch reading = new CountDownLatch(3);
        TopicTail tail = tail(TopicTail.Start.BEGINNING, found -> {
            see(found);
            reading.countDown();
            if (reading.getCount() == 0) {
                awaitOpen(madeAnew);
            }
        });
        assertThat(reading.await(60, TimeUnit.SECONDS)).isTrue();

        // When
        delete("orders");
        create("orders", 1);
        send("orders", "new");
        madeAnew.countDown();

        // Then
        tail.caughtUp().get(60, TimeUnit.SECONDS);
        assertThat(seen).hasSizeLessThanOrEqualTo(old.length).contains("new");
    }

    private static void awaitOpen(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private TopicTail tail(
            TopicTail.Start start, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> callback) {
        TopicTail tail = new TopicTail(clients, "orders", start, callback);
        tails.add(tail);
        tail.start();
        return tail;
    }

    private void see(ConsumerRecord<byte[], byte[]> found) {
        seen.add(text(found));
    }

    private static String text(ConsumerRecord<byte[], byte[]> found) {
        return new String(found.value(), StandardCharsets.UTF_8);
    }

    private void delete(String topic) {
        try (Admin admin = clients.admin()) {
            admin.deleteTopics(List.of(topic))
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        }
    }

    private void create(String topic, int partitions) {
        try (Admin admin = clients.admin()) {
            Uuid id = admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .topicId(topic)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            // The broker may still take records for an older topic of this name, which are gone with it
            await().ignoreExceptions().until(() -> admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .topicId()
                    .equals(id));
        }
    }

    private void send(String topic, String... values) throws Exception {
        try (Producer<byte[], byte[]> producer = clients.producer(Map.of())) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, value.getBytes(StandardCharsets.UTF_8)))
                        .get(60, TimeUnit.SECONDS);
            }
        }
    }
}
