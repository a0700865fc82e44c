package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.marketplace.MarketplaceException;
import io.pasar.marketplace.MarketplaceException.Kind;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {

    @Test
    void spreadsRegularChecksOverTheLastTenthOfTheirTime() {
        assertThat(Stream.generate(() -> backoff.regular(Duration.ofSeconds(100)))
                        .limit(1000))
                .allSatisfy(wait -> assertThat(wait).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(100)))
                .anySatisfy(wait -> assertThat(wait).isLessThan(Duration.ofSeconds(92)))
                .anySatisfy(wait -> assertThat(wait).isGreaterThan(Duration.ofSeconds(98)));
    }

    private static final Duration EVERY = Duration.ofMinutes(15);
    private static final Duration REASSERT_EVERY = Duration.ofHours(6);

    private final Backoff backoff = new Backoff(EVERY, REASSERT_EVERY, new Random(1));

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 4", "5, 32", "9, 512", "10, 900", "64, 900", "1000000, 900"})
    void doublesUpToTheRegularTime(int attempts, long seconds) {
        // When
        Duration wait = backoff.after(attempts);

        // Then
        assertThat(wait).isBetween(Duration.ofSeconds(seconds).dividedBy(2), Duration.ofSeconds(seconds));
    }

    @Test
    void doesNotLetAllComeBackAtOnce() {
        assertThat(backoff.after(9)).isNotEqualTo(backoff.after(9));
    }

    @Test
    void waitsAsToldAndALittleLonger() {
        // When
        Duration wait = backoff.after(1, failure(Kind.RATE_LIMITED, Duration.ofHours(1)));

        // Then
        assertThat(wait).isBetween(Duration.ofHours(1), Duration.ofHours(1).plusSeconds(2));
    }

    @Test
    void backsOffFromALimitThatDoesNotSayHowLong() {
        assertThat(backoff.after(1, failure(Kind.RATE_LIMITED, null))).isLessThanOrEqualTo(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"REJECTED", "GONE"})
    void doesNotHurryWhereTheSameAgainIsOfNoUse(Kind kind) {
        assertThat(backoff.after(1, failure(kind, null))).isEqualTo(EVERY);
    }

    @ParameterizedTest
    @CsvSource({"1, PT15M", "2, PT30M", "5, PT4H", "6, PT6H", "1000000, PT6H"})
    void asksEverMoreSeldomForWhatIsNotThere(int attempts, Duration expected) {
        assertThat(backoff.after(attempts, failure(Kind.GONE, null))).isEqualTo(expected);
    }

    @Test
    void doesNotAskMoreOftenForWhatIsNotThereThanForWhatIs() {
        // Given
        Backoff seldom = new Backoff(Duration.ofHours(12), REASSERT_EVERY, new Random(1));

        // Then
        assertThat(seldom.after(3, failure(Kind.GONE, null))).isEqualTo(Duration.ofHours(12));
    }

    @Test
    void doesNotHammerALimitThatSaysToComeBackAtOnceAgainAndAgain() {
        assertThat(backoff.after(12, failure(Kind.RATE_LIMITED, Duration.ZERO))).isBetween(EVERY.dividedBy(2), EVERY);
    }

    private static MarketplaceException failure(Kind kind, Duration retryAfter) {
        return new MarketplaceException(kind, 0, null, "failed", null, retryAfter, null);
    }
}
