package io.pasar.kafka.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;

class EventCodecTest {

    @Test
    void givesBackWhatItWasGiven() {
        // Given
        byte[] everyByte = new byte[256];
        for (int i = 0; i < everyByte.length; i++) {
            everyByte[i] = (byte) i;
        }
        ProducerRecord<byte[], byte[]> event = new ProducerRecord<>(
                "pasar.tiki.ordér",
                null,
                Events.TIME,
                everyByte,
                everyByte,
                List.of(
                        new RecordHeader("b", new byte[0]),
                        new RecordHeader("a", everyByte),
                        new RecordHeader("a", null)));

        // Then
        ProducerRecord<byte[], byte[]> decoded = EventCodec.decode(EventCodec.encode(event));
        assertThat(decoded.topic()).isEqualTo(event.topic());
        assertThat(decoded.timestamp()).isEqualTo(event.timestamp());
        assertThat(decoded.partition()).isNull();
        assertThat(decoded.key()).isEqualTo(everyByte);
        assertThat(decoded.value()).isEqualTo(everyByte);
        assertThat(decoded.headers()).isEqualTo(event.headers());
    }

    @Test
    void tellsNothingFromEmpty() {
        // Given
        ProducerRecord<byte[], byte[]> nothing = new ProducerRecord<>("t", null, Events.TIME, null, null, List.of());
        ProducerRecord<byte[], byte[]> empty = new ProducerRecord<>("t", null, Events.TIME, new byte[0], new byte[0]);

        // Then
        assertThat(EventCodec.decode(EventCodec.encode(nothing)).key()).isNull();
        assertThat(EventCodec.decode(EventCodec.encode(nothing)).value()).isNull();
        assertThat(EventCodec.decode(EventCodec.encode(empty)).key()).isEmpty();
    }

    @Test
    void doesNotGuessAtALayoutThatItDoesNotKnow() {
        // Given
        byte[] encoded = EventCodec.encode(Events.of("t", "k", "v"));
        encoded[0] = 2;

        // Then
        assertThatThrownBy(() -> EventCodec.decode(encoded)).isInstanceOf(IllegalArgumentException.class);
    }
}
