package io.pasar.kafka.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Events as a route makes them. */
final class Events {

    static final long TIME = 1_700_000_000_123L;

    private Events() {}

    static ProducerRecord<byte[], byte[]> of(String topic, String key, String value) {
        return new ProducerRecord<>(
                topic,
                null,
                TIME,
                key.getBytes(UTF_8),
                value.getBytes(UTF_8),
                List.of(new RecordHeader("ce_id", ("id of " + value).getBytes(UTF_8))));
    }
}
