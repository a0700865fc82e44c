package io.pasar.inbound;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.pasar.account.Account;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.springframework.util.unit.DataSize;

/**
 * Whether one more rejected delivery of an account is kept: ten in ten seconds and about 1 MiB in a minute, so that
 * whoever guesses an account's address cannot fill a disk, nor soon push out what is kept of others; and while Kafka is
 * slow only a few of all accounts, so that nobody fills the heap. Public for the route files. Safe for use by many
 * threads.
 */
public final class QuarantineRate {

    private static final int DELIVERIES = 10;
    private static final Duration DELIVERIES_PERIOD = Duration.ofSeconds(10);

    /** Of bodies and request headers; more where a single body may be larger. */
    private static final int BYTES = 1024 * 1024;

    private static final Duration BYTES_PERIOD = Duration.ofMinutes(1);

    /** What may wait for Kafka while it is slow: up to so many bodies, held beside those that are being received. */
    private static final int MOST_WAITING = 32;

    /** The id of the route that takes them to Kafka. */
    private static final String ROUTE = "quarantine";

    private final RateLimiterRegistry deliveries = RateLimiterRegistry.of(atMost(DELIVERIES, DELIVERIES_PERIOD));
    private final RateLimiterRegistry bytes;
    private final int mostBytes;
    private final ThreadPoolExecutor pool;
    private final IngestMetrics metrics;

    /**
     * @param pool on which rejected deliveries begin their way to Kafka
     * @param maxBody the largest body there is: one of that size can be kept
     */
    QuarantineRate(ThreadPoolExecutor pool, DataSize maxBody, IngestMetrics metrics) {
        this.pool = pool;
        this.mostBytes = Math.max(BYTES, Math.toIntExact(maxBody.toBytes()));
        this.bytes = RateLimiterRegistry.of(atMost(mostBytes, BYTES_PERIOD));
        this.metrics = metrics;
    }

    /** Forgets all other accounts. */
    public void retain(Collection<Account> accounts) {
        Set<String> keys = accounts.stream().map(Account::key).collect(Collectors.toSet());
        for (RateLimiterRegistry limiters : List.of(deliveries, bytes)) {
            limiters.getAllRateLimiters().stream()
                    .map(RateLimiter::getName)
                    .filter(key -> !keys.contains(key))
                    .forEach(limiters::remove);
        }
    }

    /** Takes one of the account's ten, and counts the delivery if it is not kept: to be asked once for each. */
    public boolean permits(Exchange exchange) {
        Delivery delivery = Delivery.of(exchange);
        String key = delivery.account().key();
        boolean permitted = deliveries.rateLimiter(key).acquirePermission()
                && bytes.rateLimiter(key).acquirePermission(Math.min(mostBytes, size(exchange, delivery)));
        if (!permitted) {
            metrics.quarantined(delivery.account().marketplace(), "over-rate");
            return false;
        }
        boolean room = waiting(exchange) < MOST_WAITING;
        if (!room) {
            metrics.quarantined(delivery.account().marketplace(), "not-kept");
        }
        return room;
    }

    /** Of what a sender chooses. */
    private static int size(Exchange exchange, Delivery delivery) {
        return exchange.getMessage().getBody(byte[].class).length
                + length(delivery.signature())
                + length(delivery.contentType());
    }

    private static int length(String header) {
        return header == null ? 0 : header.length();
    }

    private static RateLimiterConfig atMost(int permits, Duration period) {
        return RateLimiterConfig.custom()
                .limitForPeriod(permits)
                .limitRefreshPeriod(period)
                .timeoutDuration(Duration.ZERO)
                .build();
    }

    /** No thread waits for Kafka: what has left the pool is in its route until Kafka has answered. */
    private int waiting(Exchange exchange) {
        return pool.getQueue().size()
                + exchange.getContext().getInflightRepository().size(ROUTE);
    }
}
