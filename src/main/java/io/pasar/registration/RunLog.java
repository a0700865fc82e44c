package io.pasar.registration;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** What the log says of commands. Every one of them is in the topic of events. Safe for use by many threads. */
final class RunLog {

    private static final Logger LOGGER = LoggerFactory.getLogger(RunLog.class);

    private static final RateLimiterConfig TEN_IN_TEN_SECONDS = RateLimiterConfig.custom()
            .limitForPeriod(10)
            .limitRefreshPeriod(Duration.ofSeconds(10))
            .timeoutDuration(Duration.ZERO)
            .build();

    /** Whoever fills the topic with what is no command shall not fill the log as well. */
    private final RateLimiter refusals = RateLimiter.of("refused-commands", TEN_IN_TEN_SECONDS);

    private final AtomicLong untold = new AtomicLong();

    /**
     * A write. What is only sent again, because it cannot be read, is no news: it happens all the time, and a repair
     * would go under in it.
     */
    void registered(Run run, String fields, String requestId) {
        boolean news = run.command.trigger() == Trigger.REQUEST || run.plan.differs();
        LoggingEventBuilder line = LOGGER.atLevel(news ? Level.INFO : Level.DEBUG)
                .addKeyValue("marketplace", run.account.marketplace())
                .addKeyValue("account", run.account.id())
                .addKeyValue("fields", fields);
        withValue(line, "requestId", requestId).log("Registered");
    }

    /** @param reason null when there is nothing to say */
    void state(Run run, Level level, State state, String reason, Instant nextCheckAt, String text) {
        LoggingEventBuilder line = LOGGER.atLevel(level)
                .addKeyValue("marketplace", run.account.marketplace())
                .addKeyValue("account", run.account.id())
                .addKeyValue("state", RegistrationMetrics.name(state));
        withValue(line, "reason", reason)
                .addKeyValue("nextCheckAt", nextCheckAt)
                .log(text);
    }

    /** Ten in ten seconds; the next line behind them says how many there were beside it. */
    void refused(String marketplace, String account, String code, String reason) {
        if (!refusals.acquirePermission()) {
            untold.incrementAndGet();
            return;
        }
        LoggingEventBuilder line = withValue(LOGGER.atWarn(), "marketplace", marketplace);
        line = withValue(line, "account", account).addKeyValue("code", code).addKeyValue("reason", reason);
        long others = untold.getAndSet(0);
        withValue(line, "untold", others == 0 ? null : others).log("Command refused");
    }

    private static LoggingEventBuilder withValue(LoggingEventBuilder line, String key, Object value) {
        return value == null ? line : line.addKeyValue(key, value);
    }
}
