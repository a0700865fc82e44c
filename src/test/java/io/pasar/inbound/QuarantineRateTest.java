package io.pasar.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.marketplace.TestAccounts;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuarantineRateTest {

    private static final int MORE_THAN_ARE_KEPT = 50;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ThreadPoolExecutor pool = new InboundBeans().quarantinePool();
    private final QuarantineRate rate = new QuarantineRate(pool, new IngestMetrics(meters));

    @AfterEach
    void stop() {
        pool.shutdownNow();
    }

    @Test
    void keepsOnlyAFewOfAllAccountsWhileNoneGetsToKafka() {
        // Given
        CountDownLatch kafka = new CountDownLatch(1);

        // When
        long kept = IntStream.range(0, 100)
                .filter(account -> rate.permits(rejected("" + account)))
                .peek(account -> pool.submit(() -> kafka.await(1, TimeUnit.MINUTES)))
                .count();

        // Then
        assertThat(kept).isEqualTo(32);
        assertThat(meters.get("pasar.quarantined")
                        .tag("outcome", "not-kept")
                        .counter()
                        .count())
                .isEqualTo(100 - 32);
        kafka.countDown();
        await().until(() -> rate.permits(rejected("another")));
    }

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
                        0,
                        null,
                        null,
                        null,
                        null,
                        null)
                .attachTo(exchange);
        return exchange;
    }
}
