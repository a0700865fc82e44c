package io.pasar.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.observation.Observations.Observed;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ObservationsTest {

    private static final Instant NOW = Instant.parse("2031-02-03T04:05:06Z");

    private final Observations observations = new Observations(Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void countsWhatArrivedPerAccountAndEventKind() {
        // When
        observations.verified("tiki", "p77", "order");
        observations.verified("tiki", "p77", "order");
        observations.rejected("tiki", "p77", "order", "wrong-signature");
        observations.verified("tiki", "p78", "order");

        // Then
        assertThat(observations.of("tiki", "p77", "order"))
                .isEqualTo(new Observed(NOW, 2, NOW, Map.of("wrong-signature", 1L)));
        assertThat(observations.of("tiki", "p78", "order")).isEqualTo(new Observed(NOW, 1, null, Map.of()));
    }

    @Test
    void forgetsAccountsThatAreGone() {
        // Given
        observations.verified("tiki", "p77", "order");
        observations.verified("tiki", "p78", "order");

        // When
        observations.retain((marketplace, account) -> marketplace.equals("tiki") && account.equals("p78"));

        // Then
        assertThat(observations.of("tiki", "p77", "order").verified()).isZero();
        assertThat(observations.of("tiki", "p78", "order").verified()).isOne();
    }

    @Test
    void knowsNothingOfWhatHasNotArrived() {
        assertThat(observations.of("tiki", "p77", "stock")).isEqualTo(new Observed(null, 0, null, Map.of()));
    }
}
