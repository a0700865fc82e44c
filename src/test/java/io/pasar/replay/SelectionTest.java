package io.pasar.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectionTest {

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        ", , p77/627100042, true",
        ", , , true",
        "p77, , p77/627100042, true",
        "p77, , p778/627100042, false",
        "p77, , p7/7, false",
        "p77, , , false",
        "p77, , p77, false",
        ", 627100042, p77/627100042, true",
        ", 627100042, p78/627100042, true",
        ", 627100042, p77/6271000421, false",
        ", sgn3/a, p77/sgn3/a, true",
        "p77, 627100042, p77/627100042, true",
        "p77, 627100042, p78/627100042, false",
    })
    void choosesByTheKey(String account, String entity, String key, boolean taken) {
        // Given
        Selection selection = Selection.ofEvents(null, null, null, null, null, account, entity);

        // Then
        assertThat(selection.takes(found(key, NOON))).isEqualTo(taken);
    }

    @Test
    void choosesByTimeWithTheBeginningAndWithoutTheEnd() {
        // Given
        Selection selection = Selection.ofEvents(NOON, NOON.plusSeconds(60), null, null, null, null, null);

        // Then
        assertThat(selection.takes(found("p77/1", NOON.minusMillis(1)))).isFalse();
        assertThat(selection.takes(found("p77/1", NOON))).isTrue();
        assertThat(selection.takes(found("p77/1", NOON.plusMillis(59_999)))).isTrue();
        assertThat(selection.takes(found("p77/1", NOON.plusSeconds(60)))).isFalse();
    }

    private static ConsumerRecord<byte[], byte[]> found(String key, Instant time) {
        return new ConsumerRecord<>(
                "pasar.tiki.order",
                0,
                0,
                time.toEpochMilli(),
                TimestampType.CREATE_TIME,
                -1,
                -1,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                new byte[0],
                new RecordHeaders(),
                Optional.empty());
    }
}
