package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.pasar.cli.Invocation;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.replay.NotReadyException;
import io.pasar.replay.Replay;
import io.pasar.replay.ReplayRequest;
import io.pasar.replay.Selection;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayAnswersTest extends OverHttp {

    private static final Instant NOW = Instant.parse("2026-01-31T09:30:00Z");
    private static final Replay.Skipped NONE = new Replay.Skipped(0, 0, 0);
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
                .begin(ReplayRequest.ofEvents(
                        "pasar.tiki.order",
                        "orders-again",
                        Selection.ofEvents(
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
                .begin(ReplayRequest.ofEvents(
                        "pasar.tiki.order",
                        "orders-again",
                        Selection.ofEvents(null, null, null, null, null, null, null),
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
    void isWatchedOnTheCommandLine() throws Exception {
        // Given
        Replay counting = new Replay(
                "r-1", Fixtures.REPLAY.request(), Replay.State.COUNTING, List.of(), 3, 0, NONE, NOW, NOW, null);
        when(replays.begin(any())).thenReturn(counting);
        when(replays.find("r-1"))
                .thenReturn(Optional.of(counting))
                .thenReturn(Optional.of(with(Replay.State.DONE, 1204, null)));

        // When
        Invocation replayed = run(
                "--topic",
                "pasar.tiki.order",
                "--to",
                "orders-again",
                "--account",
                "a b",
                "--entity",
                "e/1",
                "--rate",
                "7",
                "--dry-run");

        // Then
        assertThat(replayed)
                .isEqualTo(new Invocation(0, "r-1: counting, 3 so far\nr-1: done, 1204 of 1204 published\n", ""));
        verify(replays)
                .begin(ReplayRequest.ofEvents(
                        "pasar.tiki.order",
                        "orders-again",
                        Selection.ofEvents(null, null, null, null, null, "a b", "e/1"),
                        7,
                        true,
                        false));
    }

    @Test
    void failsOnTheCommandLineWithItsReason() throws Exception {
        // Given
        when(replays.begin(any())).thenReturn(Fixtures.REPLAY);
        when(replays.find(any())).thenReturn(Optional.of(with(Replay.State.FAILED, 3, "The topic is gone")));

        // When
        Invocation failed = run("--topic", "pasar.tiki.order", "--to", "orders-again");

        // Then
        assertThat(failed).isEqualTo(new Invocation(1, "r-1: failed, 3 of 1204 published (The topic is gone)\n", ""));
    }

    @Test
    void saysOnTheCommandLineThatItGoesOn() throws Exception {
        // Given
        when(replays.begin(any())).thenReturn(Fixtures.REPLAY);

        // When
        Invocation left = run("--topic", "pasar.tiki.order", "--to", "orders-again", "--wait", "0", "--json");

        // Then
        assertThat(left.exitCode()).isEqualTo(2);
        assertThat(json.readTree(left.out())).isEqualTo(json.readTree(Examples.REPLAY));
        assertThat(left.err())
                .isEqualTo("pasar: it goes on; how far it is: GET /api/replays/%s\n".formatted(Fixtures.REPLAY.id()));
    }

    private static Replay with(Replay.State state, long published, String reason) {
        return new Replay("r-1", Fixtures.REPLAY.request(), state, List.of(), 1204, published, NONE, NOW, NOW, reason);
    }

    private Invocation run(String... options) {
        List<String> arguments = new ArrayList<>(List.of("replay", "--url", url()));
        arguments.addAll(List.of(options));
        return Invocation.of(ApiUnderTest.WRITE, arguments.toArray(String[]::new));
    }

    @Test
    void tellsThatKafkaIsAway() throws Exception {
        // Given
        when(replays.begin(any())).thenThrow(new KafkaUnavailableException("away"));

        // Then
        HttpResponse<String> answer = call("POST", ASKED, ApiUnderTest.WRITE);
        assertProblem(answer, Problem.KAFKA_UNAVAILABLE);
        assertThat(body(answer).path("detail").asText()).contains("save for a replay");
    }

    @Test
    void tellsThatKafkaDoesNotLetItSeeTheTopics() throws Exception {
        // Given
        when(replays.begin(any())).thenThrow(new TopicAuthorizationException(Set.of("orders-again")));

        // Then: not to be tried again, as where Kafka is away
        HttpResponse<String> answer = call("POST", ASKED, ApiUnderTest.WRITE);
        assertProblem(answer, Problem.INVALID_PARAMETER);
        assertThat(body(answer).path("detail").asText()).contains("ACLs");
    }

    @Test
    void isWatchedOnTheCommandLineThroughARestartOfTheGateway() throws Exception {
        // Given
        when(replays.begin(any())).thenReturn(Fixtures.REPLAY);
        when(replays.find(any()))
                .thenThrow(mock(NotReadyException.class))
                .thenReturn(Optional.of(with(Replay.State.DONE, 1204, null)));

        // When
        Invocation replayed = run("--topic", "pasar.tiki.order", "--to", "orders-again");

        // Then
        assertThat(replayed).isEqualTo(new Invocation(0, "r-1: done, 1204 of 1204 published\n", ""));
    }
}
