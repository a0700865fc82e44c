package io.pasar.kafka.spool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The spool at one moment.
 *
 * @param taking whether it takes events
 * @param kafkaAway whether events go to the spool without being tried at Kafka first
 * @param events that wait for Kafka
 * @param bytes of all events, those set aside included, as {@code pasar.spool.max-size} counts them
 * @param maxBytes {@code pasar.spool.max-size}
 * @param oldest since when the oldest event waits; null if none does
 * @param oldestAge zero if none waits
 * @param tooOld whether the oldest event is older than {@code pasar.spool.max-age}
 * @param damaged whether a part of the log could not be read when it was opened
 * @param setAsideEvents events that Kafka has refused
 * @param setAside the first of these
 */
public record SpoolStatus(
        boolean taking,
        boolean kafkaAway,
        long events,
        long bytes,
        long maxBytes,
        Instant oldest,
        Duration oldestAge,
        boolean tooOld,
        boolean damaged,
        long setAsideEvents,
        List<SetAside> setAside) {

    /**
     * An event that Kafka has refused.
     *
     * @param topic null if the event cannot be read: it is of another version
     * @param key null if it has none, or cannot be read
     * @param ceId the event's {@code ce_id}; null if it has none, or cannot be read
     * @param reason how Kafka has refused it, e.g. {@code record-too-large}
     * @param since when the spool took the event
     */
    public record SetAside(String topic, String key, String ceId, String reason, Instant since) {}
}
