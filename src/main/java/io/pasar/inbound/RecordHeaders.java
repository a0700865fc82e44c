package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;

/** Writes what Camel's Kafka producer makes a record of. As bytes: Camel would encode text in the platform's charset. */
record RecordHeaders(Message message) {

    private static volatile Stamp latest = Stamp.of(0);

    void topicAndKey(String topic, String key) {
        message.setHeader(KafkaConstants.OVERRIDE_TOPIC, topic);
        message.setHeader(KafkaConstants.KEY, key.getBytes(UTF_8));
    }

    /** @param value null leaves the header out */
    void text(String name, String value) {
        if (value != null) {
            message.setHeader(name, value.getBytes(UTF_8));
        }
    }

    /** For what came as a request header: HTTP's bytes were read as ISO-8859-1, and go out as they came. */
    void asReceived(String name, String value) {
        if (value != null) {
            message.setHeader(name, value.getBytes(ISO_8859_1));
        }
    }

    void time(String name, Instant value) {
        long millis = value.toEpochMilli();
        Stamp stamp = latest;
        if (stamp.millis != millis) {
            stamp = Stamp.of(millis);
            latest = stamp;
        }
        message.setHeader(name, stamp.text);
    }

    /** A millisecond as text, kept for the next delivery: under load many share it, and to write it out is costly. */
    private record Stamp(long millis, byte[] text) {
        private static Stamp of(long millis) {
            return new Stamp(millis, Instant.ofEpochMilli(millis).toString().getBytes(UTF_8));
        }
    }
}
