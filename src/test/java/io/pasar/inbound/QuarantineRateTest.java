package io.pasar.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.marketplace.TestAccounts;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class QuarantineRateTest {

    private static final int MORE_THAN_ARE_KEPT = 50;

    private final QuarantineRate rate = new QuarantineRate(new IngestMetrics(new SimpleMeterRegistry()));

    @Test
    void forgetsAccountsThatAreGone() {
        // Given
        IntStream.range(0, MORE_THAN_ARE_KEPT).forEach(i -> rate.permits(rejected("1")));

        // When
        rate.retain(List.of(TestAccounts.tokopedia("2", "order-status")));

        // Then
        assertThat(rate.permits(rejected("1"))).isTrue();
    }

    private static Exchange rejected(String id) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        new Delivery(
                        TestAccounts.tokopedia(id, "order-status"),
                        "order-status",
                        Instant.EPOCH,
                        null,
                        null,
                        null,
                        null,
                        null)
                .attachTo(exchange);
        return exchange;
    }
}
