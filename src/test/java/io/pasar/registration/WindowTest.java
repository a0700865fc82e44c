package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.marketplace.TestAccounts;
import io.pasar.registration.Look.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowTest {

    private static final Instant NOW = Instant.parse("2031-02-03T04:05:06Z");

    private final Look look = new Look("tokopedia", NOW);

    @Test
    void beginsWithFew() {
        assertThat(Window.room(look, 0)).isEqualTo(8);
    }

    @Test
    void asksForAsManyAsWillBeDoneSoon() {
        // Given
        answered(100);
        outstanding(120, Duration.ofSeconds(1));

        // Then
        assertThat(Window.room(look, 0)).isEqualTo(180);
    }

    @Test
    void neverFillsTheQueue() {
        // Given
        answered(10_000);

        // Then
        assertThat(Window.room(look, 0)).isEqualTo(2000);
    }

    @Test
    void asksForNoMoreThanTheRateHasRoomFor() {
        // Given
        answered(100);

        // Then
        assertThat(Window.room(look, 5)).isEqualTo(15);
        assertThat(Window.room(look, 0.1)).isEqualTo(2);
    }

    @Test
    void asksForNothingWhileEnoughIsOutstanding() {
        // Given
        outstanding(8, Duration.ofSeconds(1));

        // Then
        assertThat(Window.room(look, 0)).isZero();
    }

    @Test
    void takesAMarketplaceThatHangsOutOfTheWayOfOthers() {
        // Given
        outstanding(1, Duration.ofSeconds(11));

        // Then
        assertThat(Window.room(look, 0)).isEqualTo(1);
    }

    @Test
    void asksFirstForNewAccountsAndThenForThoseThatWaitLongest() {
        // Given
        look.candidate(candidate("young", NOW.minusSeconds(60), false));
        look.candidate(candidate("old", NOW.minusSeconds(900), false));
        look.candidate(candidate("changed", NOW.minusSeconds(1), true));
        look.candidate(candidate("new", null, false));

        // Then
        assertThat(look.next(3)).extracting(Candidate::key).containsExactly("changed", "new", "old");
        assertThat(look.waiting()).isEqualTo(1);
        assertThat(look.next(0)).isEmpty();
    }

    private void answered(int number) {
        IntStream.range(0, number).forEach(i -> look.forgotten(true));
    }

    private void outstanding(int number, Duration age) {
        IntStream.range(0, number).forEach(i -> look.outstanding(NOW.minus(age)));
    }

    private static Candidate candidate(String key, Instant checkedAt, boolean changed) {
        AccountRecord before = checkedAt == null
                ? null
                : new AccountRecord(
                        "tokopedia",
                        key,
                        State.IN_SYNC,
                        null,
                        NOW,
                        checkedAt,
                        NOW,
                        0,
                        false,
                        "digest",
                        null,
                        null,
                        null);
        return new Candidate(TestAccounts.tokopedia("1", "order-status"), key, before, changed, Trigger.TIMER);
    }
}
