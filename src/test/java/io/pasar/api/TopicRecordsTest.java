package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicRecordsTest extends OverHttp {

    private static final String RECORDS = "/api/topics/pasar.tiki.order/records";

    @Test
    void showsRecordsAsTextWhereTheyAreText() throws Exception {
        // Given
        when(topics.last("pasar.tiki.order", 10)).thenReturn(List.of(Fixtures.RECORD));

        // When
        HttpResponse<String> answer = call("GET", RECORDS, ApiUnderTest.READ);

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.RECORDS));
    }

    @Test
    void keepsTheBytesOfWhatIsNoText() throws Exception {
        // Given
        when(topics.last(any(), anyInt()))
                .thenReturn(List.of(Fixtures.record("k", new byte[] {(byte) 0xff, (byte) 0xfe, 0})));

        // When
        JsonNode found = body(call("GET", RECORDS, ApiUnderTest.READ)).at("/records/0");

        // Then
        assertThat(found.get("value").isNull()).isTrue();
        assertThat(found.get("valueBase64").binaryValue()).containsExactly(0xff, 0xfe, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\uFEFF{}", "\u0000\r\n\t\"", "phở 🍜"})
    void altersNoText(String value) throws Exception {
        // Given
        when(topics.last(any(), anyInt()))
                .thenReturn(List.of(Fixtures.record("k", value.getBytes(StandardCharsets.UTF_8))));

        // When
        JsonNode found = body(call("GET", RECORDS, ApiUnderTest.READ)).at("/records/0");

        // Then
        assertThat(found.get("value").textValue()).isEqualTo(value);
        assertThat(found.get("valueBase64").isNull()).isTrue();
    }

    @Test
    void showsThatARecordHasNeitherKeyNorValue() throws Exception {
        // Given
        when(topics.last(any(), anyInt())).thenReturn(List.of(Fixtures.record(null, null)));

        // When
        JsonNode found = body(call("GET", RECORDS, ApiUnderTest.READ)).at("/records/0");

        // Then
        assertThat(found.get("key").isNull()).isTrue();
        assertThat(found.get("value").isNull()).isTrue();
        assertThat(found.get("valueBase64").isNull()).isTrue();
        assertThat(found.get("headers")).isEmpty();
    }

    @Test
    void showsWhatLiesInQuarantineOnlyToThoseWhoMayWrite() throws Exception {
        // Given
        when(topics.last("pasar.quarantine", 10)).thenReturn(List.of(Fixtures.RECORD));
        String path = "/api/topics/pasar.quarantine/records";

        // When
        JsonNode read = body(call("GET", path, ApiUnderTest.READ)).at("/records/0");
        JsonNode written = body(call("GET", path, ApiUnderTest.WRITE)).at("/records/0");

        // Then
        assertThat(read.get("value").isNull()).isTrue();
        assertThat(read.get("valueBase64").isNull()).isTrue();
        assertThat(read.path("key").asText()).isEqualTo("41235121321/627100042");
        assertThat(written.path("value").asText()).isEqualTo("{\"order_code\":\"627100042\"}");
    }

    @ParameterizedTest
    @CsvSource({"1", "100"})
    void takesAsManyAsAskedFor(int last) throws Exception {
        // When
        call("GET", RECORDS + "?last=" + last, ApiUnderTest.READ);

        // Then
        verify(topics).last("pasar.tiki.order", last);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"orders", "__consumer_offsets", "pasar", "pasar.", "pasarx", "Pasar.tiki.order", "pasar.a%20b"})
    void opensNoTopicOfOthers(String topic) throws Exception {
        // When
        HttpResponse<String> answer = call("GET", "/api/topics/" + topic + "/records", ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.UNKNOWN_TOPIC);
        verifyNoInteractions(topics);
    }

    @Test
    void knowsWhichTopicsThereAreNot() throws Exception {
        // Given
        when(topics.last(any(), anyInt())).thenThrow(new UnknownTopicOrPartitionException("not there"));

        // When
        HttpResponse<String> answer = call("GET", RECORDS, ApiUnderTest.READ);

        // Then
        assertProblem(answer, Problem.UNKNOWN_TOPIC);
        assertThat(body(answer).path("detail").asText()).contains("pasar.tiki.order");
    }

    @Test
    void asksToComeBackWhenKafkaIsAway() throws Exception {
        // Given
        when(topics.last(any(), anyInt())).thenThrow(new TimeoutException("broker-7 is away"));

        // When
        HttpResponse<String> answer = call("GET", RECORDS, ApiUnderTest.READ);

        // Then
        assertProblem(answer, Problem.KAFKA_UNAVAILABLE);
        assertThat(answer.headers().allValues("Retry-After")).containsExactly("5");
        assertThat(answer.body()).doesNotContain("broker-7");
    }
}
