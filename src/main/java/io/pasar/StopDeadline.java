package io.pasar;

import io.pasar.inbound.IngestConfiguration;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;

/**
 * Ends the process when its stop takes too long, whatever it is that hangs: a marketplace, Kafka, a disk. Nothing that
 * was answered 200 is lost by it: that is in Kafka, or on the spool's disk, before the answer.
 */
final class StopDeadline implements ApplicationListener<ApplicationStartedEvent> {

    private static final Logger LOGGER = LoggerFactory.getLogger(StopDeadline.class);

    /** With the default of {@code close-after} a bit less than the 10 s after which Docker kills. */
    private static final Duration BESIDES_CLOSE_AFTER = Duration.ofMillis(6_500);

    private static final Duration TOLD_BEFORE = Duration.ofMillis(500);

    /** What the shell shows for an end by SIGTERM, and what an end in time gives. */
    private static final int TERMINATED = 143;

    private volatile Duration within = BESIDES_CLOSE_AFTER;

    /** From now on SIGTERM, also one amidst the start, ends the process in time. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::begin, "stop-deadline"));
    }

    @Override
    public void onApplicationEvent(ApplicationStartedEvent event) {
        IngestConfiguration ingest = event.getApplicationContext().getBean(IngestConfiguration.class);
        within = ingest.closeAfter().plus(BESIDES_CLOSE_AFTER);
    }

    /** Returns at once: the end of the process waits for every shutdown hook. */
    private void begin() {
        after(within.minus(TOLD_BEFORE), () -> LOGGER.atWarn()
                .addKeyValue("within", within)
                .log("The stop takes too long; what is left of it is cut off"));
        // Apart from the log, which hangs where nobody reads it
        after(within, () -> Runtime.getRuntime().halt(TERMINATED));
    }

    private static void after(Duration time, Runnable task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        Thread.sleep(time.toMillis());
                        task.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "stop-deadline");
        thread.setDaemon(true);
        thread.start();
    }
}
