package io.pasar.kafka.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pasar.kafka.KafkaStartException;
import io.pasar.kafka.spool.SpoolStore.Aside;
import io.pasar.kafka.spool.SpoolStore.Change;
import io.pasar.kafka.spool.SpoolStore.Entry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolStoreTest {

    private static final Instant SINCE = Instant.ofEpochMilli(Events.TIME);

    @TempDir
    private Path directory;

    @Test
    void givesBackEventsInOrderAfterItWasOpenedAnew() throws Exception {
        // Given
        try (SpoolStore store = SpoolStore.open(directory)) {
            add(store, 1, 2, 3);
            try (Change change = store.change()) {
                change.remove(2);
                change.write(false);
            }
        }

        // When
        try (SpoolStore store = SpoolStore.open(directory)) {
            // Then
            assertThat(sequences(store)).containsExactly(1L, 3L);
            assertThat(store.firstEntry(2)).isEqualTo(entry(3, event(3)));
            assertThat(store.firstEntry(4)).isNull();
            assertThat(store.read(2, 10, 1_000).get(0).event()).isEqualTo(event(3));
            assertThat(store.isDamaged()).isFalse();
        }
    }

    @Test
    void forcesTheLogToTheDiskWithEveryDurableWriteAndNoOther() throws Exception {
        try (SpoolStore store = SpoolStore.open(directory)) {
            // Given
            long before = store.syncs();

            // When
            add(store, 1, 2, 3);

            // Then
            assertThat(store.syncs()).isEqualTo(before + 1);

            // When
            try (Change change = store.change()) {
                change.remove(1);
                change.write(false);
            }

            // Then
            assertThat(store.syncs()).isEqualTo(before + 1);
        }
    }

    @Test
    void keepsWhatIsSetAsideApart() throws Exception {
        try (SpoolStore store = SpoolStore.open(directory)) {
            // Given
            add(store, 1, 2);
            Aside refused = new Aside(entry(1, event(1)), "record-too-large", event(1));

            // When
            try (Change change = store.change()) {
                change.setAside(refused);
                change.write(true);
            }

            // Then
            assertThat(sequences(store)).containsExactly(2L);
            assertThat(store.aside(0, 10, 1_000)).singleElement().satisfies(each -> {
                assertThat(each.entry()).isEqualTo(refused.entry());
                assertThat(each.reason()).isEqualTo("record-too-large");
                assertThat(each.event()).isEqualTo(event(1));
            });
        }
    }

    @Test
    void reclaimsItsDiskAndGoesOn() throws Exception {
        try (SpoolStore store = SpoolStore.open(directory)) {
            // Given
            add(store, 1);
            try (Change change = store.change()) {
                change.remove(1);
                change.write(false);
            }

            // When
            store.reclaim();
            add(store, 2);
        }

        // Then
        try (SpoolStore store = SpoolStore.open(directory)) {
            assertThat(sequences(store)).containsExactly(2L);
        }
    }

    @Test
    void givesTheDiskWhatDrainedEventsTook() throws Exception {
        try (SpoolStore store = SpoolStore.open(directory)) {
            // Given
            byte[] large = new byte[1_000_000];
            new Random(1).nextBytes(large);
            for (int sequence = 1; sequence <= 100; sequence++) {
                try (Change change = store.change()) {
                    change.add(entry(sequence, large), large);
                    change.write(false);
                }
            }
            await().until(() -> size() > 50_000_000);
            for (int sequence = 1; sequence <= 100; sequence++) {
                try (Change change = store.change()) {
                    change.remove(sequence);
                    change.write(false);
                }
            }

            // When
            store.reclaim();

            // Then
            await().untilAsserted(() -> assertThat(size()).isLessThan(20_000_000));
        }
    }

    @Test
    void saysWhatToDoWhereItsLibraryCannotBeLoaded() throws Exception {
        // Given
        Path file = Files.createFile(directory.resolve("no-directory"));
        Path missing = directory.resolve("missing");

        // When
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + missing,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Loading.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);

        // Then
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(output)
                .contains(KafkaStartException.class.getName() + ": RocksDB's library")
                .contains(file.toString(), missing.toString(), "noexec", "ROCKSDB_SHAREDLIB_DIR");
    }

    /** In a process of its own: what is loaded once stays. */
    static final class Loading {

        private Loading() {}

        public static void main(String[] arguments) {
            NativeLibrary.load(Path.of(arguments[0]));
        }
    }

    private long size() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("db"))) {
            return files.filter(file -> file.toString().endsWith(".sst"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Test
    void dropsATornLastWriteAndNothingElse() throws Exception {
        // Given
        crashAfter(1, 2, 3);
        Path log = newestLog();
        long size = Files.size(log);

        // When
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            channel.truncate(size - 10);
        }

        // Then
        try (SpoolStore store = SpoolStore.open(directory)) {
            assertThat(sequences(store)).containsExactly(1L, 2L);
            assertThat(store.isDamaged()).isFalse();
        }
    }

    @Test
    void toleratesALastWriteOfWhichOnlyTheLengthReachedTheDisk() throws Exception {
        // Given
        crashAfter(1, 2, 3);

        // When
        Files.write(newestLog(), new byte[4096], StandardOpenOption.APPEND);

        // Then
        try (SpoolStore store = SpoolStore.open(directory)) {
            assertThat(sequences(store)).containsExactly(1L, 2L, 3L);
            assertThat(store.isDamaged()).isFalse();
        }
    }

    @Test
    void tellsOfDamageKeepsACopyAndGoesOnWithWhatCanBeRead() throws Exception {
        // Given
        crashAfter(1, 2, 3);
        Path log = newestLog();

        // When
        byte[] bytes = Files.readAllBytes(log);
        bytes[bytes.length / 2] ^= 0x55;
        Files.write(log, bytes);

        // Then
        try (SpoolStore store = SpoolStore.open(directory)) {
            assertThat(store.isDamaged()).isTrue();
            assertThat(sequences(store)).contains(1L).doesNotContain(2L);
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString())).anyMatch(name -> name.startsWith("damaged-"));
        }
    }

    @Test
    void isNotSharedBetweenTwo() {
        try (SpoolStore first = SpoolStore.open(directory)) {
            assertThat(first.isDamaged()).isFalse();
            assertThatThrownBy(() -> SpoolStore.open(directory))
                    .isInstanceOf(KafkaStartException.class)
                    .hasMessageContaining("pasar.data-dir: the spool in " + directory)
                    .hasMessageContaining("other process");
        }
    }

    /** A store whose process ends without closing it: its files are copied away while it is open. */
    private void crashAfter(long... sequences) throws Exception {
        Path alive = directory.resolveSibling(directory.getFileName() + "-alive");
        try (SpoolStore store = SpoolStore.open(alive)) {
            for (long sequence : sequences) {
                add(store, sequence);
            }
            Path copy = Files.createDirectories(directory.resolve("db"));
            try (Stream<Path> files = Files.list(alive.resolve("db"))) {
                for (Path file : files.toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
        }
    }

    private Path newestLog() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("db"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    private static void add(SpoolStore store, long... sequences) throws Exception {
        try (Change change = store.change()) {
            for (long sequence : sequences) {
                change.add(entry(sequence, event(sequence)), event(sequence));
            }
            change.write(true);
        }
    }

    private static byte[] event(long sequence) {
        return EventCodec.encode(Events.of("orders", "p77/A", "event " + sequence + "x".repeat(300)));
    }

    private static Entry entry(long sequence, byte[] event) {
        return new Entry(sequence, KeyCounts.hash("orders", "p77/A".getBytes()), event.length, SINCE);
    }

    private static List<Long> sequences(SpoolStore store) throws Exception {
        List<Long> sequences = new ArrayList<>();
        store.eachEntry(entry -> sequences.add(entry.sequence()));
        List<Long> events = store.read(0, 100, 1_000_000).stream()
                .map(stored -> stored.entry().sequence())
                .toList();
        assertThat(events).isEqualTo(sequences);
        return sequences;
    }
}
