package io.pasar.api;

import io.swagger.v3.oas.annotations.media.Schema;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A record of a topic, made readable. */
@Schema(name = "KafkaRecord")
record KafkaRecord(
        int partition,
        long offset,
        Instant timestamp,
        @Schema(description = "Null for a record without a key") String key,
        @Schema(description = "By name; of several of one name the last") Map<String, String> headers,
        @Schema(description = "The bytes as text; null when they are no UTF-8, or when there are none") String value,
        @Schema(description = "The bytes in base64 when they are no UTF-8; null otherwise", format = "byte")
                String valueBase64) {

    static KafkaRecord of(ConsumerRecord<byte[], byte[]> record) {
        String value = utf8(record.value());
        return new KafkaRecord(
                record.partition(),
                record.offset(),
                Instant.ofEpochMilli(record.timestamp()),
                text(record.key()),
                headers(record),
                value,
                value != null || record.value() == null
                        ? null
                        : Base64.getEncoder().encodeToString(record.value()));
    }

    KafkaRecord withoutValue() {
        return new KafkaRecord(partition, offset, timestamp, key, headers, null, null);
    }

    private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), text(header.value()));
        }
        return headers;
    }

    /** For what is text by contract: keys and headers. */
    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static String utf8(byte[] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            // A new decoder refuses what it cannot read, where String would put replacement characters
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
