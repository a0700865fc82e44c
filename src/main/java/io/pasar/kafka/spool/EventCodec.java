package io.pasar.kafka.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * A record as the bytes that the spool keeps: all that Kafka would have got, and no more. The first byte is the version
 * of this layout: a spool outlives an upgrade.
 */
final class EventCodec {

    private static final byte VERSION = 1;
    private static final int NULL = -1;

    private EventCodec() {}

    /** @param event with a timestamp, so that it keeps the one it has now */
    static byte[] encode(ProducerRecord<byte[], byte[]> event) {
        byte[] topic = event.topic().getBytes(UTF_8);
        List<byte[]> headers = new ArrayList<>();
        int size = 1 + Long.BYTES + size(topic) + size(event.key()) + size(event.value()) + Integer.BYTES;
        for (Header header : event.headers()) {
            byte[] name = header.key().getBytes(UTF_8);
            headers.add(name);
            headers.add(header.value());
            size += size(name) + size(header.value());
        }
        ByteBuffer bytes = ByteBuffer.allocate(size)
                .put(VERSION)
                .putLong(event.timestamp())
                .putInt(headers.size() / 2);
        put(bytes, topic);
        put(bytes, event.key());
        headers.forEach(part -> put(bytes, part));
        put(bytes, event.value());
        return bytes.array();
    }

    /** @throws IllegalArgumentException if these bytes are of another version */
    static ProducerRecord<byte[], byte[]> decode(byte[] encoded) {
        ByteBuffer bytes = ByteBuffer.wrap(encoded);
        byte version = bytes.get();
        if (version != VERSION) {
            throw new IllegalArgumentException("An event in the spool has layout " + version + ", not " + VERSION);
        }
        long timestamp = bytes.getLong();
        int count = bytes.getInt();
        String topic = new String(get(bytes), UTF_8);
        byte[] key = get(bytes);
        List<Header> headers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            headers.add(new RecordHeader(new String(get(bytes), UTF_8), get(bytes)));
        }
        return new ProducerRecord<>(topic, null, timestamp, key, get(bytes), headers);
    }

    private static int size(byte[] part) {
        return Integer.BYTES + (part == null ? 0 : part.length);
    }

    private static void put(ByteBuffer bytes, byte[] part) {
        bytes.putInt(part == null ? NULL : part.length);
        if (part != null) {
            bytes.put(part);
        }
    }

    private static byte[] get(ByteBuffer bytes) {
        int length = bytes.getInt();
        if (length == NULL) {
            return null;
        }
        byte[] part = new byte[length];
        bytes.get(part);
        return part;
    }
}
