package io.pasar.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RateLimitTest {

    private long now = TimeUnit.SECONDS.toNanos(-5);
    private final RateLimit limit = new RateLimit(5, () -> now);

    @Test
    void tellsWhatIsLeftInTheDocumentedHeaders() {
        // Given
        limit.take("list");

        // When
        RateLimit.Verdict second = limit.take("list");

        // Then
        assertThat(second.allowed()).isTrue();
        assertThat(second.headers())
                .isEqualTo(Map.of(
                        "X-Ratelimit-Limit", "5 req/s (burst 5)",
                        "X-Ratelimit-Remaining", "3",
                        "X-Ratelimit-Reset-After", "-0.000000",
                        "X-Ratelimit-Full-Reset-After", "0.400000"));
    }

    @Test
    void refusesWhatIsBeyondTheBurst() {
        // Given
        use(5);

        // When
        RateLimit.Verdict sixth = limit.take("list");

        // Then
        assertThat(sixth.allowed()).isFalse();
        assertThat(sixth.headers())
                .containsEntry("X-Ratelimit-Remaining", "0")
                .containsEntry("X-Ratelimit-Reset-After", "0.200000")
                .containsEntry("X-Ratelimit-Full-Reset-After", "1.000000");
    }

    @Test
    void regainsOneRequestEveryFifthOfASecond() {
        // Given
        use(5);

        // When
        now += TimeUnit.MILLISECONDS.toNanos(199);
        boolean tooEarly = limit.take("list").allowed();
        now += TimeUnit.MILLISECONDS.toNanos(1);
        boolean inTime = limit.take("list").allowed();

        // Then
        assertThat(tooEarly).isFalse();
        assertThat(inTime).isTrue();
        assertThat(limit.take("list").allowed()).isFalse();
    }

    @Test
    void keepsEndpointsApart() {
        // Given
        use(5);

        // Then
        assertThat(limit.take("register").allowed()).isTrue();
    }

    @Test
    void canBeLifted() {
        // Given
        RateLimit lifted = new RateLimit(0, () -> now);

        // Then
        assertThat(IntStream.range(0, 100).mapToObj(i -> lifted.take("list"))).allSatisfy(verdict -> {
            assertThat(verdict.allowed()).isTrue();
            assertThat(verdict.headers()).isEmpty();
        });
    }

    private void use(int times) {
        IntStream.range(0, times)
                .forEach(i -> assertThat(limit.take("list").allowed()).isTrue());
    }
}
