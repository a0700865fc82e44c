package io.pasar.kafka.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.spool.SpoolStore.Change;
import io.pasar.kafka.spool.SpoolStore.Entry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** The spool while there is no Kafka. */
class SpoolTest {

    /** So many that counting them takes a while. */
    private static final int MANY = 50_000;

    private static final byte[] LAST = key(MANY);

    @TempDir
    private Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private volatile boolean passed;
    private volatile boolean open;

    @Test
    void letsNoKeyPassWhileItIsOpenedAnewAndForgetsThoseItDidNotTake() throws Exception {
        fill();
        try (KafkaClients clients = NoKafka.clients();
                Spool spool = open(clients)) {
            // Given
            Thread watcher = new Thread(() -> {
                while (!open) {
                    passed |= !spool.goesFirst("orders", LAST);
                }
            });
            watcher.start();

            // When: no number stands for this time, so it cannot be written
            now.set(Instant.MAX);
            boolean taken = put(spool, "bad");
            now.set(Instant.now());
            await().ignoreExceptionsInstanceOf(SpoolUnavailableException.class).until(() -> put(spool, "good"));
            open = true;
            watcher.join();

            // Then
            assertThat(taken).isFalse();
            assertThat(passed).isFalse();
            assertThat(spool.goesFirst("orders", bytes("good"))).isTrue();
            assertThat(spool.goesFirst("orders", bytes("bad"))).isFalse();
            assertThat(spool.status().events()).isEqualTo(MANY + 1);
        }
    }

    @Test
    void takesWhatKafkaWouldNotHaveNowButOnlyWhileItCan() throws Exception {
        try (KafkaClients clients = NoKafka.clients();
                Producer<byte[], byte[]> live = clients.getProducer(new Properties())) {
            // Given
            Spool spool = open(clients);
            assertThat(spool.goesFirst("orders", bytes("a"))).isFalse();

            // When
            live.send(Events.of("orders", "other", "event"));

            // Then
            await().until(() -> spool.goesFirst("orders", bytes("a")));

            // When
            spool.close();

            // Then
            assertThat(spool.goesFirst("orders", bytes("a"))).isFalse();
        }
    }

    private void fill() throws Exception {
        try (SpoolStore store = SpoolStore.open(directory);
                Change change = store.change()) {
            for (int i = 1; i <= MANY; i++) {
                byte[] event =
                        EventCodec.encode(new ProducerRecord<>("orders", null, Events.TIME, key(i), new byte[] {1}));
                change.add(new Entry(i, KeyCounts.hash("orders", key(i)), event.length, Instant.EPOCH), event);
            }
            change.write(false);
        }
    }

    private Spool open(KafkaClients clients) {
        Clock clock = mock(Clock.class);
        when(clock.instant()).thenAnswer(asked -> now.get());
        return new Spool(
                directory,
                new SpoolConfiguration(DataSize.ofGigabytes(1), Duration.ofDays(1)),
                clients,
                new SpoolMetrics(new SimpleMeterRegistry()),
                clock);
    }

    private static boolean put(Spool spool, String key) throws Exception {
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        spool.put(Events.of("orders", key, "event"), failure -> taken.complete(failure == null));
        return taken.get(20, TimeUnit.SECONDS);
    }

    private static byte[] key(int number) {
        return bytes("key" + number);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
