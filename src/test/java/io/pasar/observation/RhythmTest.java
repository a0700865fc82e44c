package io.pasar.observation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RhythmTest {

    private static final Instant START = Instant.parse("2031-02-03T04:05:06Z");
    private static final int LEAST = 10;
    private static final Duration SHORTEST = Duration.ofMinutes(10);
    private static final Duration LONGEST = Duration.ofHours(6);

    private Instant now = START;
    private Rhythm rhythm = Rhythm.UNKNOWN;
    private boolean suspected;

    @ParameterizedTest(name = "one every {0}: {1} wrong ones, one every {2}: {3}")
    @CsvSource({
        // As many as usual, all of them wrong
        "PT1M, 10, PT1M, false",
        "PT1M, 11, PT1M, true",
        "PT10S, 11, PT10S, false",
        "PT10S, 61, PT10S, true",
        "PT10M, 10, PT10M, false",
        "PT10M, 11, PT10M, true",
        // A flood says nothing until the account's own deliveries should have come
        "PT10M, 9000, PT0.1S, false",
        "PT10M, 59, PT1M, false",
        "PT10M, 101, PT1M, true",
        // Nobody waits longer for a quiet account than for the next regular write
        "PT24H, 36, PT10M, false",
        "PT24H, 37, PT10M, true",
        // Not enough, however long
        "PT1S, 9, PT1H, false",
        // Stray requests, each forgotten before the next
        "PT1M, 1000, PT24H, false",
    })
    void judgesAStreakByTheUsualGap(Duration usual, int wrong, Duration apart, boolean suspicious) {
        // Given
        verified(20, usual);

        // When
        wrong(wrong, apart);

        // Then
        assertThat(suspected).isEqualTo(suspicious);
    }

    @ParameterizedTest
    @CsvSource({"10, PT1M, false", "99, PT1M, false", "101, PT1M, true", "11, PT10M, true"})
    void takesTheWindowForGapsThatItDoesNotKnow(int wrong, Duration apart, boolean suspicious) {
        // When
        wrong(wrong, apart);

        // Then
        assertThat(suspected).isEqualTo(suspicious);
    }

    @Test
    void isNoLongerSuspiciousAfterOneVerifiedDelivery() {
        // Given
        verified(20, Duration.ofMinutes(1));
        wrong(30, Duration.ofMinutes(1));

        // When
        rhythm = rhythm.verified(now);

        // Then
        assertThat(suspected).isTrue();
        assertThat(isSuspicious()).isFalse();
        assertThat(rhythm.wrong()).isZero();
    }

    @Test
    void isNoLongerSuspiciousAfterAnotherReplicaVerifiedOne() {
        // Given
        wrong(200, Duration.ofMinutes(1));

        // Then
        assertThat(rhythm.verifiedElsewhere(START.minusSeconds(1)).isSuspicious(LEAST, SHORTEST, LONGEST))
                .isTrue();
        assertThat(rhythm.verifiedElsewhere(now).isSuspicious(LEAST, SHORTEST, LONGEST))
                .isFalse();
    }

    @Test
    void takesABurstForOneArrival() {
        // Given
        for (int burst = 0; burst < 20; burst++) {
            verified(50, Duration.ofMillis(1));
            now = now.plus(Duration.ofHours(1));
        }

        // Then
        assertThat(rhythm.usualGap()).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
    }

    @Test
    void learnsNothingFromAGapWithWrongOnesInIt() {
        // Given
        verified(20, Duration.ofMinutes(1));
        Duration usual = rhythm.usualGap();

        // When
        wrong(60, Duration.ofMinutes(1));
        verified(1, Duration.ZERO);

        // Then
        assertThat(rhythm.usualGap()).isEqualTo(usual);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isNeverSuspiciousForLessThanTheLeast(long seed) {
        // Given
        Random random = new Random(seed);

        // When
        for (int i = 0; i < 2000; i++) {
            int wrong = random.nextInt(LEAST);
            for (int j = 0; j < wrong; j++) {
                wrong(1, Duration.ofSeconds(random.nextInt(100_000)));
            }
            verified(1 + random.nextInt(3), Duration.ofSeconds(random.nextInt(10_000)));
        }

        // Then
        assertThat(suspected).isFalse();
    }

    /** Genuine ones as they come to a shop, independent of each other, and any amount of noise between them. */
    @ParameterizedTest(name = "seed {0}: {2} forged for each genuine one, which comes every {1} s")
    @CsvSource({"1, 30, 1", "2, 30, 100", "3, 10, 1000", "4, 300, 50", "5, 600, 200", "6, 1800, 300"})
    void isNeverSuspiciousBesideVerifiedTraffic(long seed, int mean, int forged) {
        // Given
        Random random = new Random(seed);
        verifiedAtRandom(random, 50, mean);

        // When
        for (int i = 0; i < 300; i++) {
            Duration gap = gap(random, mean);
            wrong(forged, gap.dividedBy(forged));
            rhythm = rhythm.verified(now);
        }

        // Then
        assertThat(suspected).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isAlwaysSuspiciousWhenTheSecretWasChanged(long seed) {
        // Given
        Random random = new Random(seed);
        int mean = 1 + random.nextInt(3600);
        verifiedAtRandom(random, 50, mean);

        // When
        Instant changed = now;
        while (!suspected && now.isBefore(changed.plus(Duration.ofDays(7)))) {
            wrong(1, gap(random, mean));
        }

        // Then
        assertThat(suspected).isTrue();
        assertThat(Duration.between(changed, now)).isLessThan(Duration.ofHours(30));
    }

    private void verifiedAtRandom(Random random, int times, int mean) {
        for (int i = 0; i < times; i++) {
            verified(1, gap(random, mean));
        }
    }

    /** Of a Poisson process. */
    private static Duration gap(Random random, int meanSeconds) {
        return Duration.ofMillis(Math.round(-Math.log(1 - random.nextDouble()) * meanSeconds * 1000));
    }

    private void verified(int times, Duration apart) {
        for (int i = 0; i < times; i++) {
            rhythm = rhythm.verified(now);
            now = now.plus(apart);
        }
    }

    private void wrong(int times, Duration apart) {
        for (int i = 0; i < times; i++) {
            rhythm = rhythm.wrong(now);
            now = now.plus(apart);
            suspected |= isSuspicious();
        }
    }

    private boolean isSuspicious() {
        return rhythm.isSuspicious(LEAST, SHORTEST, LONGEST);
    }
}
