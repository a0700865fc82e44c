package io.pasar.kafka;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.component.kafka.PollExceptionStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a {@code kafka:} consumer go on, where it was, whatever its poll has failed with. Camel's own strategies end it
 * for good when a login or a right is refused, and after anything else pass over a record of each partition. Safe for use
 * by many threads.
 */
final class PollAgain implements PollExceptionStrategy {

    private static final Logger LOGGER = LoggerFactory.getLogger(PollAgain.class);

    /** A stop waits for it: Camel holds a lock meanwhile. */
    private static final long PAUSE = Duration.ofMillis(500).toNanos();

    private final Notice notice = new Notice();

    @Override
    public boolean canContinue() {
        return true;
    }

    @Override
    public void handle(long partitionLastOffset, Exception exception) {
        String reason = reason(exception);
        if (notice.isDue(reason)) {
            LOGGER.atWarn().addKeyValue("reason", reason).log("A route cannot read its topic; trying again");
        }
        LockSupport.parkNanos(PAUSE);
    }

    static String reason(Exception failure) {
        String told = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        // Which says where the record is that cannot be read
        return failure.getCause() == null
                ? told
                : told + ": " + failure.getCause().getMessage();
    }
}
