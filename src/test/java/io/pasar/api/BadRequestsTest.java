package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.verifyNoInteractions;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadRequestsTest extends OverHttp {

    private static final String APPLY = "/api/registrations/tiki/1/apply";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    POST | /api/registrations/tiki/1/apply?dryrun=true                | Unknown parameter 'dryrun': this call takes dry-run.
                    POST | /api/registrations/tiki/1/apply?Dry-Run=true               | Unknown parameter 'Dry-Run': this call takes dry-run.
                    POST | /api/registrations/tiki/1/apply?dry-run                    | 'dry-run' has no value.
                    POST | /api/registrations/tiki/1/apply?dry-run=                   | 'dry-run' has no value.
                    POST | /api/registrations/tiki/1/apply?dry-run=yes                | 'dry-run' must be one of: false, true.
                    POST | /api/registrations/tiki/1/apply?dry-run=TRUE               | 'dry-run' must be one of: false, true.
                    POST | /api/registrations/tiki/1/apply?dry-run=true&dry-run=false | 'dry-run' is given more than once.
                    POST | /api/registrations/tiki/1/apply?dry-run=true&force=true    | Unknown parameter 'force': this call takes dry-run.
                    POST | /api/reconcile?account=1                                   | Unknown parameter 'account': this call takes marketplace.
                    POST | /api/reconcile?marketplace=                                | 'marketplace' has no value.
                    GET  | /api/registrations?status=drifted                          | Unknown parameter 'status': this call takes marketplace, state.
                    GET  | /api/registrations?state=Drifted                           | 'state' must be one of: unknown, in-sync, drifted, asserted, never-registered, failing, refused.
                    GET  | /api/registrations?state=1                                 | 'state' must be one of: unknown, in-sync, drifted, asserted, never-registered, failing, refused.
                    GET  | /api/registrations/tiki/1?x=1                              | Unknown parameter 'x': this call takes none.
                    GET  | /api/topics/pasar.tiki.order/records?last=0                | 'last' must be a whole number from 1 to 100.
                    GET  | /api/topics/pasar.tiki.order/records?last=101              | 'last' must be a whole number from 1 to 100.
                    GET  | /api/topics/pasar.tiki.order/records?last=-1               | 'last' must be a whole number from 1 to 100.
                    GET  | /api/topics/pasar.tiki.order/records?last=ten              | 'last' must be a whole number from 1 to 100.
                    GET  | /api/topics/pasar.tiki.order/records?last=4294967297       | 'last' must be a whole number from 1 to 100.
                    """)
    void refusesAParameterItWouldOtherwiseIgnore(String method, String path, String detail) throws Exception {
        // When
        HttpResponse<String> answer = call(method, path, ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.INVALID_PARAMETER);
        assertThat(body(answer).path("detail").asText()).isEqualTo(detail);
        verifyNoInteractions(registrations, topics);
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, {\"dry-run\":true}",
        "application/x-www-form-urlencoded, dry-run=true",
        "text/plain, x",
    })
    void refusesABodyItWouldOtherwiseIgnore(String contentType, String body) throws Exception {
        // When
        HttpResponse<String> answer = send(request(APPLY, ApiUnderTest.WRITE)
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(body)));

        // Then
        assertProblem(answer, Problem.UNSUPPORTED_MEDIA_TYPE);
        verifyNoInteractions(registrations);
    }

    @Test
    void refusesABodyOfUnknownLength() throws Exception {
        // When
        String answer =
                sendAsIs("POST " + APPLY + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\nAuthorization: Bearer "
                        + ApiUnderTest.WRITE + "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n");

        // Then
        assertThat(answer).startsWith("HTTP/1.1 415 ").contains("urn:pasar:problem:unsupported-media-type");
        verifyNoInteractions(registrations);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "application/xml", "image/*"})
    void doesNothingForACallerWhoDoesNotTakeJson(String accept) throws Exception {
        // When
        HttpResponse<String> answer =
                send(request(APPLY, ApiUnderTest.WRITE).header("Accept", accept).POST(BodyPublishers.noBody()));

        // Then
        assertProblem(answer, Problem.NOT_ACCEPTABLE);
        verifyNoInteractions(registrations);
    }

    @Test
    void saysWhichMethodsAPathKnows() throws Exception {
        // When
        HttpResponse<String> answer = call("DELETE", APPLY, ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.METHOD_NOT_ALLOWED);
        assertThat(answer.headers().allValues("Allow")).containsExactly("POST");
        assertThat(body(answer).path("detail").asText()).isEqualTo("It knows POST.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api",
                "/api/",
                "/api/registrations/",
                "/api/registrations/tiki",
                "/api/registrations/tiki/1/",
                "/index.html",
                "/favicon.ico",
                "/swagger-ui/index.html",
                "/actuator/heapdump",
            })
    void knowsNoOtherPath(String path) throws Exception {
        // When
        HttpResponse<String> answer = call("GET", path, ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.NOT_FOUND);
        assertThat(body(answer).path("instance").asText()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api//registrations",
                "/api/registrations;a=b",
                "/api/../api/registrations",
                "/api/registrations/tiki%2F1",
                "/api/registrations/%zz",
                "/api/registrations/a|b/1",
                "/api/registrations/%00/1",
            })
    void answersBrokenPathsWithAProblemToo(String path) throws Exception {
        // When
        String answer =
                sendAsIs("GET " + path + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\nAuthorization: Bearer "
                        + ApiUnderTest.WRITE + "\r\n\r\n");

        // Then
        assertThat(answer)
                .startsWith("HTTP/1.1 400 ")
                .contains("Content-Type: application/problem+json")
                .contains("\"type\":\"urn:pasar:problem:bad-request\"")
                .doesNotContain("<html", "Exception");
        verifyNoInteractions(registrations);
    }

    @Test
    void echoesNothingToTrace() throws Exception {
        // When
        HttpResponse<String> answer =
                send(request("/api/registrations", ApiUnderTest.WRITE).method("TRACE", BodyPublishers.noBody()));

        // Then
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.body()).doesNotContain(ApiUnderTest.WRITE);
    }

    @Test
    void reflectsNamesAsText() throws Exception {
        // When
        HttpResponse<String> answer = call("GET", "/api/registrations?%22%7D%3Cscript%3E=1", ApiUnderTest.READ);

        // Then
        assertProblem(answer, Problem.INVALID_PARAMETER);
        assertThat(body(answer).path("detail").asText()).contains("\"}<script>");
        assertThat(answer.headers().allValues("X-Content-Type-Options")).isEqualTo(List.of("nosniff"));
    }
}
