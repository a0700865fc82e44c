package io.pasar.replay;

import io.pasar.inbound.QuarantineRelease.Original;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A delivery as it lies in quarantine.
 *
 * @param keptAt when it was put there
 * @param reason why it was rejected
 * @param contentType null if none was sent
 * @param signature as received; null if there was none
 * @param body as it came
 */
public record Quarantined(
        int partition,
        long offset,
        Instant keptAt,
        String reason,
        String marketplace,
        String account,
        String eventKind,
        Instant receivedAt,
        String contentType,
        String signature,
        byte[] body) {

    /** Null for what no gateway has put there. */
    static Quarantined of(ConsumerRecord<byte[], byte[]> found) {
        String marketplace = header(found, "pasar_marketplace");
        String account = header(found, "pasar_account");
        String eventKind = header(found, "pasar_event_kind");
        String receivedAt = header(found, "pasar_received_at");
        if (marketplace == null
                || account == null
                || eventKind == null
                || receivedAt == null
                || found.value() == null) {
            return null;
        }
        try {
            return new Quarantined(
                    found.partition(),
                    found.offset(),
                    Instant.ofEpochMilli(found.timestamp()),
                    header(found, "pasar_reason"),
                    marketplace,
                    account,
                    eventKind,
                    Instant.parse(receivedAt),
                    asReceived(found, "content-type"),
                    asReceived(found, "pasar_signature"),
                    found.value());
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    Original original() {
        return new Original(marketplace, account, eventKind, receivedAt, contentType, signature, body);
    }

    private static String header(ConsumerRecord<byte[], byte[]> found, String name) {
        Header header = found.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** As HTTP's bytes were read when it came. */
    private static String asReceived(ConsumerRecord<byte[], byte[]> found, String name) {
        Header header = found.headers().lastHeader(name);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.ISO_8859_1);
    }
}
