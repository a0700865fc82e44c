package io.pasar.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.SettableClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TokensTest {

    private final SettableClock clock = new SettableClock();

    @Test
    void endsATokenWhenItsLifetimeIsOver() {
        // Given
        Tokens tokens = new Tokens(clock, Duration.ofMinutes(1), false);
        Tokens.Token token = tokens.issue("app");

        // When
        clock.forward(Duration.ofSeconds(59));
        boolean before = tokens.clientOf(token.text()).isPresent();
        long left = tokens.secondsLeft(token);
        clock.forward(Duration.ofSeconds(1));
        boolean after = tokens.clientOf(token.text()).isPresent();

        // Then
        assertThat(before).isTrue();
        assertThat(left).isEqualTo(1);
        assertThat(after).isFalse();
    }

    @Test
    void givesTheSameTokenOnlyWhileItLives() {
        // Given
        Tokens tokens = new Tokens(clock, Duration.ofMinutes(1), true);
        Tokens.Token first = tokens.issue("app");

        // When
        clock.forward(Duration.ofSeconds(30));
        Tokens.Token same = tokens.issue("app");
        Tokens.Token other = tokens.issue("another app");
        clock.forward(Duration.ofSeconds(30));
        Tokens.Token later = tokens.issue("app");

        // Then
        assertThat(same).isEqualTo(first);
        assertThat(other.text()).isNotEqualTo(first.text());
        assertThat(later.text()).isNotEqualTo(first.text());
        assertThat(tokens.clientOf(later.text())).contains("app");
        assertThat(tokens.clientOf(other.text())).contains("another app");
    }
}
