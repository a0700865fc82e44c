package io.pasar.kafka.spool;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log tells of Kafka as the spool sees it: that it is away, that it is back, and that it refuses events. Not of
 * hiccups, nor of every event. For the spool's thread.
 */
final class Diary {

    private static final Logger LOGGER = LoggerFactory.getLogger(Diary.class);

    private static final long HICCUP = Duration.ofSeconds(5).toNanos();

    /** At most so often each; a Kafka that comes and goes would fill the log. */
    private static final long TELL_EVERY = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;

    private long takenBefore;
    private Long since;
    private boolean told;
    private long toldAt;

    private int refused;
    private String lastTopic;
    private String lastReason;
    private long refusedToldAt;

    Diary() {
        this(System::nanoTime);
    }

    Diary(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.toldAt = nanoTime.getAsLong() - TELL_EVERY;
        this.refusedToldAt = toldAt;
    }

    /**
     * To be called every so often.
     *
     * @param events that are in the spool
     * @param taken how many it has taken since the start
     * @param away whether Kafka does not acknowledge live events
     */
    void look(long events, long taken, boolean away) {
        long now = nanoTime.getAsLong();
        if (events == 0) {
            if (told) {
                LOGGER.atInfo()
                        .addKeyValue("seconds", Duration.ofNanos(now - since).toSeconds())
                        .addKeyValue("events", taken - takenBefore)
                        .log("The spool is empty again");
            }
            told = false;
            since = null;
            takenBefore = taken;
        } else if (since == null) {
            since = now;
        } else if (away && !told && now - since >= HICCUP && now - toldAt >= TELL_EVERY) {
            told = true;
            toldAt = now;
            LOGGER.atWarn().addKeyValue("events", events).log("Kafka does not acknowledge; events go to the spool");
        }
        tellRefused(now);
    }

    /** Told at once; those that follow are told together. */
    void setAside(String topic, String reason) {
        refused++;
        lastTopic = topic;
        lastReason = reason;
        tellRefused(nanoTime.getAsLong());
    }

    private void tellRefused(long now) {
        if (refused == 0 || now - refusedToldAt < TELL_EVERY) {
            return;
        }
        LOGGER.atError()
                .addKeyValue("events", refused)
                .addKeyValue("topic", lastTopic)
                .addKeyValue("reason", lastReason)
                .log("Kafka refuses events; they are set aside");
        refused = 0;
        refusedToldAt = now;
    }
}
