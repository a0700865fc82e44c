package io.pasar.marketplace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pasar.marketplace.MarketplaceException.Kind;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitsTest {

    private final RateLimits limits = new RateLimits(Map.of("tokopedia", 0.005), () -> 0.5);

    @Test
    void limitsEachKindOfCallToThisReplicasPart() {
        // When
        take(MarketplaceCall.LIST);

        // Then
        assertThat(limits.expectedWait("tokopedia")).isBetween(Duration.ofSeconds(300), Duration.ofSeconds(400));
        take(MarketplaceCall.REGISTER);
        assertThat(limits.expectedWait("another")).isZero();
    }

    @Test
    void tellsACallerWhoWouldWaitTooLongWhenToTryAgain() {
        // Given
        take(MarketplaceCall.LIST);

        // When
        MarketplaceException refused = catchThrowableOfType(
                MarketplaceException.class,
                () -> limits.await("tokopedia", MarketplaceCall.LIST, Duration.ofMillis(500)));

        // Then
        assertThat(refused.kind()).isEqualTo(Kind.POSTPONED);
        assertThat(refused.retryAfter()).isBetween(Duration.ofSeconds(300), Duration.ofSeconds(401));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            textBlock =
                    """
                    # status, remaining, reset after, retry after: seconds that nobody calls
                    200, 4, -0.000000, -,    0
                    200, 0, 7.500000,  -,    7.5
                    200, 0, -0.000000, -,    0
                    200, 0, 86400,     -,    60
                    200, -, 7.5,       -,    0
                    429, 0, 2.5,       3600, 2.5
                    429, -, -,         3,    3
                    429, -, -,         3600, 10
                    429, -, -,         -,    1
                    503, -, -,         30,   0
                    """)
    void restsAsLongAsTheMarketplaceSaysWithinReason(
            int status, String remaining, String resetAfter, String retryAfter, double seconds) {
        // Given
        Message answer = new DefaultMessage(new DefaultCamelContext());
        answer.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        answer.setHeader("X-Ratelimit-Remaining", remaining);
        answer.setHeader("X-Ratelimit-Reset-After", resetAfter);
        answer.setHeader("Retry-After", retryAfter);

        // Then
        assertThat(MarketplaceAnswer.rest(answer)).isEqualTo(Duration.ofMillis((long) (seconds * 1000)));
    }

    private void take(MarketplaceCall call) {
        limits.await("tokopedia", call, Duration.ofSeconds(10));
    }
}
