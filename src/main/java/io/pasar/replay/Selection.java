package io.pasar.replay;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Which records of a topic; null leaves a limit out.
 *
 * @param from the earliest time of a record
 * @param until the first time that is too late
 * @param partition the only one
 * @param fromOffset the first offset; only with a partition
 * @param untilOffset the first offset that is too late; only with a partition
 * @param account what stands in a key before its first slash
 * @param entity what stands behind it
 */
public record Selection(
        Instant from,
        Instant until,
        Integer partition,
        Long fromOffset,
        Long untilOffset,
        String account,
        String entity) {

    /** Offsets and partition are left to the ranges that a replay reads. */
    boolean takes(ConsumerRecord<byte[], byte[]> found) {
        return isInTime(found.timestamp()) && isAbout(found.key());
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
