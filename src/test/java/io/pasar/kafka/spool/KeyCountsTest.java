package io.pasar.kafka.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeyCountsTest {

    private final KeyCounts counts = new KeyCounts();

    @Test
    void hasAKeyUntilAsManyWereRemovedAsWereAdded() {
        // Given
        int hash = KeyCounts.hash("orders", "p77/A".getBytes(UTF_8));
        int other = KeyCounts.hash("orders", "p77/B".getBytes(UTF_8));

        // When
        counts.add(hash);
        counts.add(hash);
        counts.remove(hash);

        // Then
        assertThat(counts.has(hash)).isTrue();
        assertThat(counts.has(other)).isFalse();

        // When
        counts.remove(hash);

        // Then
        assertThat(counts.has(hash)).isFalse();
    }

    @Test
    void tellsTheSameKeyOfTwoTopicsApart() {
        // When
        counts.add(KeyCounts.hash("orders", "p77/A".getBytes(UTF_8)));

        // Then
        assertThat(counts.has(KeyCounts.hash("stock", "p77/A".getBytes(UTF_8)))).isFalse();
    }

    @Test
    void hashesTheSameInEveryProcess() {
        // A spool that was written by another version must still hold its keys back
        assertThat(KeyCounts.hash("orders", "p77/A".getBytes(UTF_8))).isEqualTo(-1073352804);
    }
}
