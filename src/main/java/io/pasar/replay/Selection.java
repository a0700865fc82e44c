package io.pasar.replay;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Which records of a topic of events, or of the quarantine; null leaves a limit out.
 *
 * @param from the earliest time of a record; of a delivery in quarantine, at which it was received
 * @param until the first time that is too late
 * @param partition the only one
 * @param fromOffset the first offset; only with a partition
 * @param untilOffset the first offset that is too late; only with a partition
 * @param marketplace only in quarantine
 * @param account what stands in a key before its first slash
 * @param eventKind only in quarantine
 * @param entity what stands in a key behind its first slash; only of events
 * @param reason why it was rejected; only in quarantine
 */
public record Selection(
        Instant from,
        Instant until,
        Integer partition,
        Long fromOffset,
        Long untilOffset,
        String marketplace,
        String account,
        String eventKind,
        String entity,
        String reason) {

    public static Selection ofEvents(
            Instant from,
            Instant until,
            Integer partition,
            Long fromOffset,
            Long untilOffset,
            String account,
            String entity) {
        return new Selection(from, until, partition, fromOffset, untilOffset, null, account, null, entity, null);
    }

    public static Selection inQuarantine(
            Instant from, Instant until, String marketplace, String account, String eventKind, String reason) {
        return new Selection(from, until, null, null, null, marketplace, account, eventKind, null, reason);
    }

    /** Offsets and partition are left to the ranges that a replay reads. */
    boolean takes(ConsumerRecord<byte[], byte[]> found) {
        return isInTime(found.timestamp()) && isAbout(found.key());
    }

    /** As {@link #takes(ConsumerRecord)}. */
    boolean takes(Quarantined found) {
        return isInTime(found.receivedAt().toEpochMilli())
                && is(marketplace, found.marketplace())
                && is(account, found.account())
                && is(eventKind, found.eventKind())
                && is(reason, found.reason());
    }

    private static boolean is(String wanted, String found) {
        return wanted == null || wanted.equals(found);
    }

    private boolean isInTime(long timestamp) {
        return (from == null || timestamp >= from.toEpochMilli())
                && (until == null || timestamp < until.toEpochMilli());
    }

    private boolean isAbout(byte[] key) {
        if (account == null && entity == null) {
            return true;
        }
        String text = key == null ? "" : new String(key, StandardCharsets.UTF_8);
        int slash = text.indexOf('/');
        return slash >= 0
                && (account == null || text.substring(0, slash).equals(account))
                && (entity == null || text.substring(slash + 1).equals(entity));
    }
}
