package io.pasar.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {

    /** About to overflow, as {@link System#nanoTime()} may be. */
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - TimeUnit.MILLISECONDS.toNanos(300));

    private double perSecond = 5;
    private final Pace pace = new Pace(() -> perSecond, now::get);

    @Test
    void givesTurnsAtEvenDistances() {
        assertThat(turnIn(1000)).hasValue(0);
        assertThat(turnIn(1000)).hasValue(200);
        assertThat(turnIn(1000)).hasValue(400);
    }

    @Test
    void savesNothingUpWhileItRests() {
        // Given
        turnIn(1000);

        // When
        forward(3600_000);

        // Then
        assertThat(turnIn(1000)).hasValue(0);
        assertThat(turnIn(1000)).hasValue(200);
    }

    @Test
    void takesNoTurnForACallerWhoDoesNotWaitThatLong() {
        // Given
        turnIn(1000);
        turnIn(1000);

        // Then
        assertThat(turnIn(300)).isEmpty();
        assertThat(turnIn(1000)).hasValue(400);
    }

    @Test
    void followsARateThatChanges() {
        // Given
        turnIn(1000);

        // When
        perSecond = 2.5;

        // Then
        assertThat(turnIn(1000)).hasValue(200);
        assertThat(turnIn(1000)).hasValue(600);
    }

    @Test
    void letsNobodyThroughDuringAPause() {
        // Given
        turnIn(1000);

        // When
        pace.pause(Duration.ofSeconds(2));
        pace.pause(Duration.ofSeconds(1));

        // Then
        assertThat(pace.isPaused()).isTrue();
        assertThat(turnIn(1900)).isEmpty();
        assertThat(turnIn(5000)).hasValue(2000);
        assertThat(turnIn(5000)).hasValue(2200);
        forward(2000);
        assertThat(pace.isPaused()).isFalse();
    }

    @Test
    void limitsNothingButPausesWithoutARate() {
        // Given
        perSecond = 0;

        // Then
        assertThat(turnIn(0)).hasValue(0);
        assertThat(turnIn(0)).hasValue(0);
        pace.pause(Duration.ofSeconds(1));
        assertThat(turnIn(900)).isEmpty();
    }

    /** In how many milliseconds the turn of a caller is who waits so long at most. */
    private OptionalLong turnIn(long atMostMillis) {
        OptionalLong turn = pace.turn(now.get() + TimeUnit.MILLISECONDS.toNanos(atMostMillis));
        return turn.isEmpty() ? turn : OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(turn.getAsLong() - now.get()));
    }

    private void forward(long millis) {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
