package io.pasar.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.marketplace.TestAccounts;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.stream.IntStream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class QuarantineRateTest {

    private static final int MORE_THAN_ARE_KEPT = 50;

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ThreadPoolExecutor pool = new InboundBeans().quarantinePool();
    private final QuarantineRate rate = new QuarantineRate(pool, DataSize.ofMegabytes(1), new IngestMetrics(meters));

    @AfterEach
    void stop() {
        camel.stop();
        pool.shutdownNow();
    }

    @Test
    void keepsOnlyAFewOfAllAccountsWhileNoneGetsToKafka() throws Exception {
        // Given
        Queue<AsyncCallback> waiting = new ConcurrentLinkedQueue<>();
        camel.getShutdownStrategy().setTimeout(1);
        camel.addRoutes(routes(waiting));
        camel.start();
        ProducerTemplate sender = camel.createProducerTemplate();

        // When
        IntStream.range(0, 100).forEach(account -> sender.send("direct:rejected", rejected("" + account)));

        // Then
        await().until(() -> waiting.size() + counted("not-kept") == 100);
        // Those that a thread has taken and not yet brought into the route are not counted
        assertThat(waiting.size()).isBetween(32, 32 + pool.getMaximumPoolSize());

        // When
        waiting.forEach(kafka -> kafka.done(false));

        // Then
        assertThat(rate.permits(rejected("another"))).isTrue();
    }

    @Test
    void keepsNoMoreOfAnAccountThanOneLargestBodyAtATime() {
        // Given
        int largest = 1024 * 1024;

        // When
        boolean first = rate.permits(rejected("1", new byte[largest], "s"));
        boolean second = rate.permits(rejected("1", new byte[1], null));

        // Then
        assertThat(first).isTrue();
        assertThat(second).isFalse();
        assertThat(counted("over-rate")).isOne();
        assertThat(rate.permits(rejected("2", new byte[largest], null)))
                .as("another account")
                .isTrue();
    }

    @Test
    void keepsNoMoreOfAnAccountThanOneLargestBodyInHeadersEither() {
        // Given
        QuarantineRate small = new QuarantineRate(pool, DataSize.ofBytes(1), new IngestMetrics(meters));

        // Then
        assertThat(small.permits(rejected("1", new byte[0], "s".repeat(1024 * 1024))))
                .isTrue();
        assertThat(small.permits(rejected("1", new byte[0], "s"))).isFalse();
    }

    @Test
    void keepsALargestBodyAlsoWhereThatIsLarge() {
        // Given
        QuarantineRate large = new QuarantineRate(pool, DataSize.ofMegabytes(3), new IngestMetrics(meters));

        // Then
        assertThat(large.permits(rejected("1", new byte[3 * 1024 * 1024], "s"))).isTrue();
        assertThat(large.permits(rejected("1", new byte[1], null))).isFalse();
    }

    private double counted(String outcome) {
        return meters.find("pasar.quarantined").tag("outcome", outcome).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private RouteBuilder routes(Queue<AsyncCallback> waiting) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:rejected")
                        .filter((Predicate) rate::permits)
                        .wireTap("direct:quarantine")
                        .executorService(pool);
                from("direct:quarantine").routeId("quarantine").process(new AsyncProcessorSupport() {
                    @Override
                    public boolean process(Exchange exchange, AsyncCallback callback) {
                        waiting.add(callback);
                        return false;
                    }
                });
            }
        };
    }

    @Test
    void forgetsAccountsThatAreGone() {
        // Given
        IntStream.range(0, MORE_THAN_ARE_KEPT).forEach(i -> rate.permits(rejected("1")));
        rate.permits(rejected("3", new byte[1024 * 1024], null));

        // When
        rate.retain(List.of(TestAccounts.tokopedia("2", "order-status")));

        // Then
        assertThat(rate.permits(rejected("1"))).isTrue();
        assertThat(rate.permits(rejected("3"))).isTrue();
    }

    private Exchange rejected(String id) {
        return rejected(id, new byte[1], null);
    }

    private Exchange rejected(String id, byte[] body, String signature) {
        Exchange exchange = new DefaultExchange(camel);
        exchange.getMessage().setBody(body);
        new Delivery(
                        TestAccounts.tokopedia(id, "order-status"),
                        "order-status",
                        Instant.EPOCH,
                        0,
                        null,
                        null,
                        signature,
                        null,
                        null)
                .attachTo(exchange);
        return exchange;
    }
}
