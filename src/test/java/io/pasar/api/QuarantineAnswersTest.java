package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.pasar.cli.Invocation;
import io.pasar.replay.Quarantine;
import io.pasar.replay.Quarantine.Page;
import io.pasar.replay.Quarantine.Position;
import io.pasar.replay.Replay;
import io.pasar.replay.ReplayRequest;
import io.pasar.replay.Selection;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuarantineAnswersTest extends OverHttp {

    private static final Selection ALL = Selection.inQuarantine(null, null, null, null, null, null);
    private static final Selection CHOSEN = Selection.inQuarantine(
            Instant.parse("2026-01-31T08:00:00Z"),
            Instant.parse("2026-02-01T00:00:00Z"),
            "tiki",
            "41235121321",
            "order",
            "wrong-signature");
    private static final String QUERY = "?marketplace=tiki&account=41235121321&event-kind=order&reason=wrong-signature"
            + "&from=2026-01-31T08:00:00Z&until=2026-02-01T00:00:00Z";

    @Test
    void listsPageByPage() throws Exception {
        // Given
        when(quarantine.list(any(), any(), anyInt())).thenReturn(Fixtures.QUARANTINE);

        // When
        HttpResponse<String> answer =
                call("GET", "/api/quarantine" + QUERY + "&limit=7&cursor=3-9000000000", ApiUnderTest.READ);

        // Then
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.QUARANTINE));
        verify(quarantine).list(CHOSEN, new Position(3, 9_000_000_000L), 7);
    }

    @Test
    void releasesWhatTheParametersSay() throws Exception {
        // Given
        when(replays.begin(any())).thenReturn(Fixtures.RELEASE);

        // When
        HttpResponse<String> answer =
                call("POST", "/api/quarantine/release" + QUERY + "&rate=7&dry-run=true&again=true", ApiUnderTest.WRITE);

        // Then
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Location")).contains("/api/replays/" + Fixtures.RELEASE.id());
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.RELEASE));
        verify(replays).begin(ReplayRequest.release(CHOSEN, 7, true, true));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, ?cursor=3, cursor must be what next said",
        "GET, ?cursor=-1-2, cursor must be what next said",
        "GET, ?limit=101, limit must be a whole number from 1 to 100",
        "GET, ?from=yesterday, from must be a time",
        "GET, ?last=5, Unknown parameter last",
        "POST, /release?rate=0, rate must be a whole number from 1 to 10000",
        "POST, /release?dryrun=true, Unknown parameter dryrun",
        "POST, /release?topic=x, Unknown parameter topic",
    })
    void refusesWhatItCannotRead(String method, String rest, String detail) throws Exception {
        // When
        HttpResponse<String> answer = call(method, "/api/quarantine" + rest, ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.INVALID_PARAMETER);
        assertThat(body(answer).path("detail").asText().replace("'", "")).contains(detail);
        verifyNoInteractions(replays, quarantine);
    }

    @Test
    void isListedOnTheCommandLineThroughAllPages() {
        // Given: a page may be empty and not the last
        Page page = Fixtures.QUARANTINE;
        when(quarantine.list(eq(CHOSEN), eq(null), anyInt())).thenReturn(new Page(List.of(), new Position(3, 1)));
        when(quarantine.list(CHOSEN, new Position(3, 1), 2)).thenReturn(page);
        when(quarantine.list(CHOSEN, new Position(3, 42), 1))
                .thenReturn(new Page(
                        List.of(new Quarantine.Listed(page.deliveries().get(0).delivery(), "r-1")),
                        new Position(3, 43)));

        // When
        Invocation listed = run(
                "list",
                "--marketplace=tiki",
                "--account=41235121321",
                "--event-kind=order",
                "--reason=wrong-signature",
                "--from=2026-01-31T08:00:00Z",
                "--until=2026-02-01T00:00:00Z",
                "--limit=2");

        // Then
        assertThat(listed)
                .isEqualTo(new Invocation(
                        0,
                        """
                        RECEIVED              MARKETPLACE  ACCOUNT      EVENT KIND  REASON           SIZE  RELEASED BY
                        2026-01-31T09:31:02Z  tiki         41235121321  order       wrong-signature  2     -
                        2026-01-31T09:31:02Z  tiki         41235121321  order       wrong-signature  2     r-1
                        """,
                        "pasar: there may be more; go on with --cursor 3-43\n"));
    }

    @Test
    void isListedForMachines() throws Exception {
        // Given
        when(quarantine.list(ALL, new Position(3, 41), 1)).thenReturn(Fixtures.QUARANTINE);

        // When
        Invocation listed = run("list", "--limit=1", "--cursor=3-41", "--json");

        // Then
        assertThat(listed.exitCode()).isZero();
        assertThat(json.readTree(listed.out())).isEqualTo(json.readTree(Examples.QUARANTINE));
    }

    @Test
    void saysThatThereIsNothing() {
        // Given
        when(quarantine.list(ALL, null, 50)).thenReturn(new Page(List.of(), null));

        // Then
        assertThat(run("list")).isEqualTo(new Invocation(0, "", "pasar: nothing of that is in quarantine\n"));
    }

    @Test
    void isReleasedOnTheCommandLine() {
        // Given
        when(replays.begin(any())).thenReturn(Fixtures.RELEASE);
        when(replays.find(Fixtures.RELEASE.id())).thenReturn(Optional.of(with(Replay.State.DONE, 1204, null)));

        // When
        Invocation released = run("release", "--account=41235121321", "--rate=7", "--again");

        // Then
        assertThat(released)
                .isEqualTo(new Invocation(
                        0,
                        "r-1: done, 1204 of 1204 published; left out: 3 still wrong, 0 unwanted, 17 released before\n",
                        ""));
        verify(replays)
                .begin(ReplayRequest.release(
                        Selection.inQuarantine(null, null, null, "41235121321", null, null), 7, false, true));
    }

    @ParameterizedTest
    @CsvSource({"FAILED, 1", "CANCELLED, 1", "RUNNING, 2"})
    void tellsByItsExitCodeThatNotAllIsReleased(Replay.State state, int exitCode) {
        // Given
        when(replays.begin(any())).thenReturn(Fixtures.RELEASE);
        when(replays.find(any())).thenReturn(Optional.of(with(state, 3, "why")));

        // When
        Invocation ended = run("release", "--wait=1", "--dry-run", "--json");

        // Then
        assertThat(ended.exitCode()).isEqualTo(exitCode);
        assertThat(ended.out()).contains("\"published\" : 3");
    }

    private static Replay with(Replay.State state, long published, String reason) {
        Replay all = Fixtures.RELEASE;
        return new Replay(
                "r-1",
                all.request(),
                state,
                all.ranges(),
                all.selected(),
                published,
                all.skipped(),
                all.startedAt(),
                all.updatedAt(),
                reason);
    }

    private Invocation run(String word, String... options) {
        List<String> arguments = new ArrayList<>(List.of("quarantine", word, "--url", url()));
        arguments.addAll(List.of(options));
        return Invocation.of(ApiUnderTest.WRITE, arguments.toArray(String[]::new));
    }
}
