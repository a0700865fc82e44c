package io.pasar.kafka.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.RETURNS_MOCKS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.SettableClock;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.LiveSends;
import io.pasar.kafka.spool.SpoolStore.Change;
import io.pasar.kafka.spool.SpoolStore.Entry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.unit.DataSize;

/** The spool while there is no Kafka. */
@ExtendWith(OutputCaptureExtension.class)
class SpoolTest {

    /** So many that counting them takes a while. */
    private static final int MANY = 50_000;

    private static final byte[] LAST = key(MANY);

    private static final DataSize ROOMY = DataSize.ofGigabytes(1);

    @TempDir
    private Path directory;

    private final SettableClock clock = new SettableClock();
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
            clock.set(Instant.MAX);
            boolean taken = put(spool, "bad");
            clock.set(Instant.now());
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
    void takesWhatKafkaWouldNotHaveNow() {
        try (Spool spool = open(gone(true), ROOMY)) {
            assertThat(spool.goesFirst("orders", bytes("a"))).isTrue();
        }
    }

    /** Or nobody would find out that Kafka is back. */
    @Test
    void leavesEventsToKafkaThatHasBeenAwayForAWhileWhereItHasNoneItself() {
        try (Spool spool = open(gone(false), ROOMY)) {
            assertThat(spool.goesFirst("orders", bytes("a"))).isFalse();
        }
    }

    @Test
    void leavesEventsToKafkaThatItCannotTakeItself() {
        try (Spool spool = open(gone(true), DataSize.ofBytes(1))) {
            // When
            assertThatThrownBy(() -> put(spool, "a")).isInstanceOf(SpoolUnavailableException.class);

            // Then
            assertThat(spool.goesFirst("orders", bytes("a"))).isFalse();
        }
    }

    @Test
    void leavesEventsToKafkaWhenItIsClosed() {
        // Given
        Spool spool = open(gone(true), ROOMY);

        // When
        spool.close();

        // Then
        assertThat(spool.goesFirst("orders", bytes("a"))).isFalse();
    }

    @Test
    void tellsWhyItTakesNothing(CapturedOutput output) throws Exception {
        // Given
        fill();

        // When
        try (Spool spool = open(gone(true), DataSize.ofBytes(1))) {
            // Then
            assertThat(spool.status().taking()).isFalse();
            await().until(() -> output.toString()
                    .lines()
                    .anyMatch(line -> line.contains("The spool takes nothing") && line.contains("reason=\"full\"")));
        }
    }

    private static KafkaClients gone(boolean justNow) {
        LiveSends live = mock(LiveSends.class);
        when(live.isAway()).thenReturn(true);
        when(live.hasJustGone()).thenReturn(justNow);
        KafkaClients clients = mock(KafkaClients.class, RETURNS_MOCKS);
        when(clients.liveSends()).thenReturn(live);
        return clients;
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
        return open(clients, ROOMY);
    }

    private Spool open(KafkaClients clients, DataSize maxSize) {
        return new Spool(
                directory,
                new SpoolConfiguration(maxSize, Duration.ofDays(1)),
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
