package io.pasar.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.marketplace.TestAccounts;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class PublishedTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Published published = new Published(new IngestMetrics(registry));

    /** As after the clock was set, or where a delivery is released from quarantine long after it came. */
    @Test
    void measuresTheTimeToPublishWhateverTheClockSays() {
        // Given
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        new Delivery(
                        TestAccounts.tokopedia("1", "order-status"),
                        "order-status",
                        Instant.EPOCH,
                        System.nanoTime(),
                        null,
                        null,
                        null,
                        new Identity("1", "1", true, null),
                        null)
                .attachTo(exchange);

        // When
        published.process(exchange);

        // Then
        Timer time = registry.get("pasar.publish.time").timer();
        assertThat(time.count()).isOne();
        assertThat(time.max(TimeUnit.MINUTES)).isLessThan(1);
    }
}
