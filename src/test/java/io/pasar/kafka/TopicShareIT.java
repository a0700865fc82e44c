package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas of one group: what each owns of the topic, over joins and leaves. */
class TopicShareIT {

    private static final String TOPIC = "orders";
    private static final int PARTITIONS = 6;
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path dataDir;

    private EmbeddedBroker broker;
    private KafkaClients one;
    private KafkaClients other;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start(dataDir, 0);
        one = new KafkaClients(KafkaSettings.with(Map.of()), broker.bootstrapServers());
        other = new KafkaClients(KafkaSettings.with(Map.of()), broker.bootstrapServers());
        try (Admin admin = one.admin()) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
    }

    @AfterEach
    void stop() {
        one.close();
        other.close();
        broker.close();
    }

    @Test
    void addsUpToTheWholeTopicOverEveryRebalance() throws Exception {
        // Given
        TopicShare mine = one.share(TOPIC);
        TopicShare theirs = other.share(TOPIC);
        assertThat(mine.owned()).isZero();
        assertThat(mine.ownedOrOne()).isPositive();

        // When
        try (Member first = new Member(one);
                Member second = new Member(one)) {
            first.start();
            second.start();

            // Then
            await().atMost(SOON).until(() -> mine.owned() == 1);
            assertThat(theirs.ownedOrOne()).isLessThan(0.5);

            // When
            try (Member third = new Member(other)) {
                third.start();

                // Then
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(theirs.owned()).isEqualTo(2.0 / PARTITIONS, within(0.001)));
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(mine.owned()).isEqualTo(4.0 / PARTITIONS, within(0.001)));
                assertThat(keys()).allSatisfy(key -> assertThat(mine.owns(key)).isNotEqualTo(theirs.owns(key)));
                assertThat(keys()).anyMatch(mine::owns).anyMatch(theirs::owns);
                assertThat(mine.ownsFirst()).isNotEqualTo(theirs.ownsFirst());
            }

            // Then
            assertThat(theirs.owned()).isZero();
            await().atMost(SOON).until(() -> mine.owned() == 1);
        }
        assertThat(mine.owned()).isZero();
    }

    private static List<String> keys() {
        return IntStream.range(0, 100).mapToObj(i -> "tiki/" + i).toList();
    }

    private static final class Deaf implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
    }

    /** A consumer as Camel makes and uses it. */
    private static final class Member extends Thread implements AutoCloseable {

        private final Consumer<?, ?> consumer;
        private volatile boolean closed;

        Member(KafkaClients clients) {
            Properties settings = new Properties();
            settings.put(ConsumerConfig.GROUP_ID_CONFIG, "pasar");
            settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
            settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
            consumer = clients.getConsumer(settings);
        }

        @Override
        public void run() {
            consumer.subscribe(List.of(TOPIC), new Deaf());
            while (!closed) {
                try {
                    consumer.poll(Duration.ofMillis(100));
                } catch (WakeupException e) {
                    closed = true;
                }
            }
            consumer.close();
        }

        @Override
        public void close() {
            consumer.wakeup();
            try {
                join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
