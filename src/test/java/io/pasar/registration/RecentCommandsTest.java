package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentCommandsTest {

    private static final Outcome FIRST = new Outcome("1", null, null, null, null);
    private static final Outcome SECOND = new Outcome("1", null, null, "r-2", null);

    private final AtomicLong nanos = new AtomicLong();
    private final RecentCommands commands = new RecentCommands(Duration.ofMinutes(60), 3, nanos::get);

    @Test
    void tellsThoseWhoWaited() throws Exception {
        // Given
        CompletableFuture<Outcome> outcome = commands.sent("1");

        // When
        commands.answered("1", FIRST);

        // Then
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo(FIRST);
        assertThat(commands.find("1")).containsSame(outcome);
    }

    @Test
    void knowsAnAnswerThatIsSeenBeforeItsCommand() throws Exception {
        // When
        commands.answered("1", FIRST);
        CompletableFuture<Outcome> outcome = commands.sent("1");

        // Then
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo(FIRST);
    }

    @Test
    void keepsTheLatestAnswerOfAnIdThatIsUsedAgain() throws Exception {
        // Given
        commands.answered("1", FIRST);
        commands.find("1").orElseThrow().get(10, TimeUnit.SECONDS);

        // When
        commands.answered("1", SECOND);

        // Then
        assertThat(commands.find("1").orElseThrow().get(10, TimeUnit.SECONDS)).isEqualTo(SECOND);
    }

    @Test
    void forgetsTheOldestWhenThereAreTooMany() {
        // Given
        commands.sent("1");
        commands.sent("2");
        commands.sent("3");
        commands.answered("1", FIRST);

        // When
        commands.sent("4");

        // Then
        assertThat(commands.find("2")).isEmpty();
        assertThat(commands.find("1")).isPresent();
        assertThat(commands.find("4")).isPresent();
    }

    @Test
    void forgetsWhatIsOldEvenWhenNothingIsAdded() {
        // Given
        commands.sent("1");
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        commands.sent("2");

        // When
        nanos.addAndGet(Duration.ofMinutes(59).toNanos());

        // Then
        assertThat(commands.find("1")).isEmpty();
        assertThat(commands.find("2")).isPresent();
    }
}
