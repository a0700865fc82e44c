package io.pasar.inbound;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.pasar.account.Account;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/**
 * Whether one more rejected delivery of an account is kept: ten in ten seconds, so that whoever guesses an account's
 * address cannot fill a disk; and while Kafka is slow only a few of all accounts, so that nobody fills the heap. Public
 * for the route files. Safe for use by many threads.
 */
public final class QuarantineRate {

    private static final RateLimiterConfig TEN_IN_TEN_SECONDS = RateLimiterConfig.custom()
            .limitForPeriod(10)
            .limitRefreshPeriod(Duration.ofSeconds(10))
            .timeoutDuration(Duration.ZERO)
            .build();

    /** What may wait for Kafka while it is slow: up to so many bodies, held beside those that are being received. */
    private static final int MOST_WAITING = 32;

    /** The id of the route that takes them to Kafka. */
    private static final String ROUTE = "quarantine";

    private final RateLimiterRegistry limiters = RateLimiterRegistry.of(TEN_IN_TEN_SECONDS);
    private final ThreadPoolExecutor pool;
    private final IngestMetrics metrics;

    /** @param pool on which rejected deliveries begin their way to Kafka */
    QuarantineRate(ThreadPoolExecutor pool, IngestMetrics metrics) {
        this.pool = pool;
        this.metrics = metrics;
    }

    /** Forgets all other accounts. */
    public void retain(Collection<Account> accounts) {
        Set<String> keys = accounts.stream().map(Account::key).collect(Collectors.toSet());
        limiters.getAllRateLimiters().stream()
                .map(RateLimiter::getName)
                .filter(key -> !keys.contains(key))
                .forEach(limiters::remove);
    }

    /** Takes one of the account's ten, and counts the delivery if it is not kept: to be asked once for each. */
    public boolean permits(Exchange exchange) {
        Delivery delivery = Delivery.of(exchange);
        boolean permitted = limiters.rateLimiter(delivery.account().key()).acquirePermission();
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

    /** No thread waits for Kafka: what has left the pool is in its route until Kafka has answered. */
    private int waiting(Exchange exchange) {
        return pool.getQueue().size()
                + exchange.getContext().getInflightRepository().size(ROUTE);
    }
}
