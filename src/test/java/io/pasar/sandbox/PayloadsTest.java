package io.pasar.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bodies that the stand-ins send. */
class PayloadsTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long NUMBER = 1_900_000_000_000L;

    static Stream<String> tokopediaEventKinds() {
        return TokopediaPayloads.EVENT_KINDS.stream();
    }

    @ParameterizedTest
    @MethodSource("tokopediaEventKinds")
    void isNewJsonEveryTime(String eventKind) {
        // When
        List<byte[]> bodies = LongStream.range(NUMBER, NUMBER + 50)
                .mapToObj(number -> TokopediaPayloads.of(eventKind, "13004", number))
                .toList();

        // Then
        Set<String> different = new HashSet<>();
        assertThat(bodies).allSatisfy(body -> {
            assertThat(MAPPER.readTree(body).isObject()).isTrue();
            different.add(new String(body, StandardCharsets.UTF_8));
        });
        assertThat(different).hasSize(50);
    }

    @ParameterizedTest
    @MethodSource("tokopediaEventKinds")
    void carriesTheFsIdWhereTokopediaDoes(String eventKind) throws IOException {
        // When
        JsonNode body = MAPPER.readTree(TokopediaPayloads.of(eventKind, "13004", NUMBER));

        // Then
        boolean without =
                Set.of("order-request-cancellation", "chat-notification").contains(eventKind);
        assertThat(body.path("fs_id").asLong()).isEqualTo(without ? 0 : 13004);
    }

    @Test
    void letsATikiOrderGoThroughTheDocumentedShapes() {
        // Given
        long first = NUMBER - NUMBER % 3;

        // When
        List<JsonNode> bodies = LongStream.range(first, first + 3)
                .mapToObj(number -> tiki("order", number))
                .toList();

        // Then
        assertThat(bodies).extracting(body -> body.path("order_code").asText()).containsOnly(Long.toString(first / 3));
        assertThat(bodies)
                .extracting(body -> body.path("main_state").asText())
                .containsExactly("processing", "shipping", "canceled");
        assertThat(bodies.get(1).path("reason").asText()).isEqualTo("Khách hẹn lại ngày giao");
        assertThat(bodies.get(2).has("main_substate")).isFalse();
        assertThat(bodies.get(2).path("extra_info").path("cancel_reason_code").asText())
                .isEqualTo("202");
    }

    @Test
    void sendsTikiReturnsOfBothTypes() {
        // When
        List<JsonNode> bodies = LongStream.range(NUMBER, NUMBER + 2)
                .mapToObj(number -> tiki("aftersale", number))
                .toList();

        // Then
        assertThat(bodies).extracting(body -> body.path("type").asText()).containsExactlyInAnyOrder("cr", "fd");
        assertThat(bodies).allSatisfy(body -> assertThat(body.path("ref_code").asText())
                .startsWith(body.path("type").asText().toUpperCase(Locale.ROOT)));
    }

    @Test
    void leavesThePartnerOutOfStockWhenNoneWasRegistered() throws IOException {
        // When
        JsonNode body = MAPPER.readTree(TikiPayloads.of("stock", NUMBER, List.of("sgn3"), null));

        // Then
        assertThat(body.path("data").has("partner_id")).isFalse();
        assertThat(body.path("data").path("warehouse").asText()).isEqualTo("sgn3");
    }

    private static JsonNode tiki(String eventKind, long number) {
        try {
            return MAPPER.readTree(TikiPayloads.of(eventKind, number, List.of("sgn3"), "41235121321"))
                    .path("data");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
