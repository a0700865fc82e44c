package io.pasar.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.SettableClock;
import io.pasar.account.Account;
import io.pasar.account.PublicUrl;
import io.pasar.account.Secret;
import io.pasar.marketplace.TestAccounts;
import io.pasar.observation.Observations.AccountKey;
import io.pasar.observation.Observations.Observed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObservationsTest {

    private static final Secret SECRET = new Secret("made-up-secret");

    private static final Instant NOW = Instant.parse("2031-02-03T04:05:06Z");

    private final Observations observations = new Observations(Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void countsWhatArrivedPerAccountAndEventKind() {
        // When
        observations.verified("tiki", "p77", "order", SECRET, PublicUrl.OTHER);
        observations.verified("tiki", "p77", "order", SECRET, PublicUrl.OTHER);
        observations.rejected("tiki", "p77", "order", "wrong-signature");
        observations.verified("tiki", "p78", "order", SECRET, PublicUrl.OTHER);

        // Then
        assertThat(observations.of("tiki", "p77", "order"))
                .isEqualTo(new Observed(NOW, 2, NOW, Map.of("wrong-signature", 1L)));
        assertThat(observations.of("tiki", "p78", "order")).isEqualTo(new Observed(NOW, 1, null, Map.of()));
    }

    @Test
    void keepsBySecretAndAddressWhenTheyWereLastUsed() {
        // Given
        Account account = TestAccounts.tiki("p77", "order", "stock");
        Secret secret = account.webhookSecrets().get(1);

        // When
        observations.verified("tiki", "p77", "order", secret, "https://gw.example");
        observations.rejected("tiki", "p77", "order", "wrong-signature");

        // Then
        assertThat(observations.sightings(account))
                .isEqualTo(new Sightings(
                        null,
                        Map.of("order", new Sightings.EventKind(NOW, NOW)),
                        Map.of(secret.fingerprint("tiki", "p77"), NOW),
                        Map.of("https://gw.example", NOW)));
    }

    @Test
    void takesInWhatOthersHaveSeen() {
        // Given
        Account account = TestAccounts.tiki("p77", "order", "stock");
        Instant later = NOW.plusSeconds(1);
        observations.verified("tiki", "p77", "order", SECRET, PublicUrl.OTHER);

        // When
        observations.learn(
                AccountKey.of(account),
                new Sightings(
                        NOW.minusSeconds(9),
                        Map.of(
                                "order", new Sightings.EventKind(later, later),
                                "stock", new Sightings.EventKind(NOW.minusSeconds(5), null)),
                        null,
                        null));

        // Then
        assertThat(observations.of("tiki", "p77", "order")).isEqualTo(new Observed(later, 1, later, Map.of()));
        assertThat(observations.of("tiki", "p77", "stock"))
                .isEqualTo(new Observed(NOW.minusSeconds(5), 0, null, Map.of()));
        assertThat(observations.sightings(account).observedSince())
                .as("more may be to come")
                .isNull();

        // When
        observations.complete();
        // Then
        assertThat(observations.sightings(account).observedSince()).isEqualTo(NOW.minusSeconds(9));
    }

    @Test
    void forgetsAccountsAndSecretsThatAreGone() {
        // Given
        Account gone = TestAccounts.tiki("p77", "order");
        Account kept = TestAccounts.tiki("p78", "order");
        observations.verified("tiki", "p77", "order", gone.registeredSecret(), "other");
        observations.verified("tiki", "p78", "order", kept.registeredSecret(), "other");
        observations.verified("tiki", "p78", "order", new Secret("a secret that is gone"), "other");

        // When
        observations.retain(List.of(kept));

        // Then
        assertThat(observations.sightings(gone)).isEqualTo(Sightings.NONE);
        assertThat(observations.of("tiki", "p77", "order").verified()).isZero();
        assertThat(observations.sightings(kept).secrets())
                .containsOnlyKeys(kept.registeredSecret().fingerprint("tiki", "p78"));
        assertThat(observations.of("tiki", "p78", "order").verified()).isEqualTo(2);
    }

    @Test
    void knowsNothingOfWhatHasNotArrived() {
        assertThat(observations.of("tiki", "p77", "stock")).isEqualTo(new Observed(null, 0, null, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({"wrong-signature, true", "missing-signature, false", "malformed-signature, false"})
    void doubtsTheSecretOnlyForWhatWasSignedWithAnother(String reason, boolean doubtful) {
        // Given
        SettableClock clock = new SettableClock();
        Observations moving = new Observations(clock);

        // When
        for (int i = 0; i < 101; i++) {
            moving.rejected("tiki", "p77", "order", reason);
            moving.rejected("tiki", "p78", "order", i % 2 == 0 ? reason : "malformed-signature");
            clock.forward(Duration.ofMinutes(1));
        }

        // Then
        Streak streak = new Streak("tiki", "p77", "order", 101, NOW, NOW.plusSeconds(6000));
        Streak other = new Streak("tiki", "p78", "order", 51, NOW, NOW.plusSeconds(6000));
        assertThat(moving.streaks(10, Duration.ofMinutes(10), Duration.ofHours(6)))
                .hasSize(doubtful ? 2 : 0)
                .allMatch(List.of(streak, other)::contains);
    }

    @Test
    void forgetsAStreakThatEndedLongAgo() {
        // Given
        SettableClock clock = new SettableClock();
        Observations moving = new Observations(clock);
        for (int i = 0; i < 101; i++) {
            moving.rejected("tiki", "p77", "order", "wrong-signature");
            clock.forward(Duration.ofMinutes(1));
        }

        // When
        clock.forward(Duration.ofHours(6));

        // Then
        assertThat(moving.streaks(10, Duration.ofMinutes(10), Duration.ofHours(6)))
                .isEmpty();
    }
}
