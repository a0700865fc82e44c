package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.replay.ReplayRequest;
import io.pasar.replay.Selection;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayAnswersTest extends OverHttp {

    private static final String ASKED = "/api/replays?topic=pasar.tiki.order&to=orders-again";

    @Test
    void asksForWhatTheParametersSay() throws Exception {
        // Given
        when(replays.begin(any())).thenReturn(Fixtures.REPLAY);

        // When
        HttpResponse<String> answer = call(
                "POST",
                ASKED + "&from=2026-01-31T15:00:00%2B07:00&until=2026-02-01T00:00:00Z&partition=3&from-offset=12"
                        + "&until-offset=9000000000&account=41235121321&entity=627100042%2Fa&rate=7&dry-run=true"
                        + "&same-topic=true",
                ApiUnderTest.WRITE);

        // Then
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Location")).contains("/api/replays/" + Fixtures.REPLAY.id());
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.REPLAY));
        verify(replays)
                .begin(new ReplayRequest(
                        "pasar.tiki.order",
                        "orders-again",
                        new Selection(
                                Instant.parse("2026-01-31T08:00:00Z"),
                                Instant.parse("2026-02-01T00:00:00Z"),
                                3,
                                12L,
                                9_000_000_000L,
                                "41235121321",
                                "627100042/a"),
                        7,
                        true,
                        true));
    }

    @Test
    void isSlowUnlessToldOtherwiseAndLeavesTheTopicItselfAlone() throws Exception {
        // Given
        when(replays.begin(any())).thenReturn(Fixtures.REPLAY);

        // When
        call("POST", ASKED, ApiUnderTest.WRITE);

        // Then
        verify(replays)
                .begin(new ReplayRequest(
                        "pasar.tiki.order",
                        "orders-again",
                        new Selection(null, null, null, null, null, null, null),
                        100,
                        false,
                        false));
    }

    @ParameterizedTest
    @CsvSource({
        "/api/replays?to=x, 'topic' is needed",
        "/api/replays?topic=pasar.tiki.order, 'to' is needed",
        "/api/replays?topic=pasar.tiki.order&to=x&from=yesterday, 'from' must be a time",
        "/api/replays?topic=pasar.tiki.order&to=x&until=2026-01-31, 'until' must be a time",
        "/api/replays?topic=pasar.tiki.order&to=x&rate=0, 'rate' must be a whole number from 1 to 10000",
        "/api/replays?topic=pasar.tiki.order&to=x&from-offset=-1, 'from-offset' must be a whole number",
        "/api/replays?topic=pasar.tiki.order&to=x&dryrun=true, Unknown parameter 'dryrun'",
    })
    void refusesWhatItCannotRead(String path, String detail) throws Exception {
        // When
        HttpResponse<String> answer = call("POST", path.replace("'", ""), ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.INVALID_PARAMETER);
        assertThat(body(answer).path("detail").asText().replace("'", "")).contains(detail.replace("'", ""));
        verifyNoInteractions(replays);
    }

    @Test
    void listsAndCancels() throws Exception {
        // Given
        when(replays.all()).thenReturn(List.of(Fixtures.REPLAY));
        when(replays.cancel("1")).thenReturn(Optional.of(Fixtures.REPLAY));

        // When
        HttpResponse<String> all = call("GET", "/api/replays", ApiUnderTest.READ);
        HttpResponse<String> cancelled = call("POST", "/api/replays/1/cancel", ApiUnderTest.WRITE);

        // Then
        assertThat(body(all)).isEqualTo(json.readTree(Examples.REPLAYS));
        assertThat(body(cancelled)).isEqualTo(json.readTree(Examples.REPLAY));
    }

    @Test
    void tellsWhatIsNotThere() throws Exception {
        // Given
        when(replays.begin(any())).thenThrow(new UnknownTopicOrPartitionException("x"));

        // Then
        assertProblem(call("GET", "/api/replays/none", ApiUnderTest.READ), Problem.UNKNOWN_REPLAY);
        assertProblem(call("POST", "/api/replays/none/cancel", ApiUnderTest.WRITE), Problem.UNKNOWN_REPLAY);
        assertProblem(call("POST", ASKED, ApiUnderTest.WRITE), Problem.UNKNOWN_TOPIC);
    }

    @Test
    void tellsThatKafkaIsAway() throws Exception {
        // Given
        when(replays.begin(any())).thenThrow(new KafkaUnavailableException("away"));

        // Then
        assertProblem(call("POST", ASKED, ApiUnderTest.WRITE), Problem.KAFKA_UNAVAILABLE);
    }
}
