package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class NoticeTest {

    private long now;
    private final Notice notice = new Notice(() -> now);

    @Test
    void isDueOnceForEachKindAndAgainWhileItLasts() {
        assertThat(notice.isDue("refused")).isTrue();
        assertThat(notice.isDue("late")).isTrue();
        for (int minutes = 1; minutes < 5; minutes++) {
            pass(Duration.ofMinutes(1));
            assertThat(notice.isDue("refused")).isFalse();
            assertThat(notice.isDue("late")).isFalse();
        }
        pass(Duration.ofMinutes(1));
        assertThat(notice.isDue("refused")).isTrue();
        assertThat(notice.isDue("late")).isTrue();
        assertThat(notice.isDue("refused")).isFalse();
    }

    @Test
    void isDueWhenItBeginsAnew() {
        // Given
        notice.isDue("refused");

        // When
        pass(Duration.ofMinutes(2));

        // Then
        assertThat(notice.isDue("refused")).isTrue();
        assertThat(notice.isDue("refused")).isFalse();
    }

    @Test
    void keepsNoMoreThanItNeeds() {
        // Given
        notice.isDue("0");

        // When
        for (int kind = 1; kind <= 20; kind++) {
            notice.isDue(String.valueOf(kind));
        }

        // Then: the oldest is forgotten
        assertThat(notice.isDue("20")).isFalse();
        assertThat(notice.isDue("0")).isTrue();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
