package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.pasar.registration.Registrations.Pending;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest extends OverHttp {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    GET     | /api/registrations                          | none  | 401
                    GET     | /api/registrations                          | wrong | 401
                    GET     | /api/registrations                          | read  | 200
                    GET     | /api/registrations                          | write | 200
                    HEAD    | /api/registrations                          | none  | 401
                    HEAD    | /api/registrations                          | read  | 200
                    OPTIONS | /api/registrations                          | none  | 401
                    OPTIONS | /api/registrations                          | read  | 200
                    PUT     | /api/registrations                          | read  | 403
                    PUT     | /api/registrations                          | write | 405
                    PROPFIND| /api/registrations                          | read  | 403
                    PROPFIND| /api/registrations                          | write | 405
                    TRACE   | /api/registrations                          | write | 405
                    GET     | /api/registrations/tiki/1                   | none  | 401
                    GET     | /api/registrations/tiki/1                   | read  | 200
                    DELETE  | /api/registrations/tiki/1                   | none  | 401
                    DELETE  | /api/registrations/tiki/1                   | read  | 403
                    GET     | /api/registrations/tiki/1/webhooks          | none  | 401
                    GET     | /api/registrations/tiki/1/webhooks          | read  | 200
                    POST    | /api/registrations/tiki/1/apply             | none  | 401
                    POST    | /api/registrations/tiki/1/apply             | wrong | 401
                    POST    | /api/registrations/tiki/1/apply             | read  | 403
                    POST    | /api/registrations/tiki/1/apply             | write | 200
                    POST    | /api/registrations/tiki/1/apply?dry-run=true| read  | 403
                    POST    | /api/registrations/tiki/1/apply?dry-run=true| write | 200
                    GET     | /api/registrations/tiki/1/apply             | read  | 405
                    GET     | /api/commands/1                             | none  | 401
                    GET     | /api/commands/1                             | read  | 200
                    POST    | /api/commands/1                             | write | 405
                    POST    | /api/reconcile                              | none  | 401
                    POST    | /api/reconcile                              | read  | 403
                    POST    | /api/reconcile                              | write | 202
                    GET     | /api/topics/pasar.tiki.order/records        | none  | 401
                    GET     | /api/topics/pasar.tiki.order/records        | read  | 200
                    GET     | /api/spool                                  | none  | 401
                    GET     | /api/spool                                  | read  | 200
                    POST    | /api/spool/set-aside/retry                  | none  | 401
                    POST    | /api/spool/set-aside/retry                  | read  | 403
                    POST    | /api/spool/set-aside/retry                  | write | 200
                    GET     | /api/replays                                | none  | 401
                    GET     | /api/replays                                | read  | 200
                    GET     | /api/replays/1                              | none  | 401
                    GET     | /api/replays/1                              | read  | 200
                    POST    | /api/replays?topic=pasar.tiki.order&to=x    | none  | 401
                    POST    | /api/replays?topic=pasar.tiki.order&to=x    | read  | 403
                    POST    | /api/replays?topic=pasar.tiki.order&to=x    | write | 202
                    POST    | /api/replays/1/cancel                       | none  | 401
                    POST    | /api/replays/1/cancel                       | read  | 403
                    POST    | /api/replays/1/cancel                       | write | 200
                    GET     | /api/quarantine                             | none  | 401
                    GET     | /api/quarantine                             | read  | 200
                    GET     | /api/quarantine?payload=true                | read  | 403
                    GET     | /api/quarantine?payload=true                | write | 200
                    POST    | /api/quarantine/release?marketplace=a&account=b | none  | 401
                    POST    | /api/quarantine/release?marketplace=a&account=b | read  | 403
                    POST    | /api/quarantine/release?marketplace=a&account=b | write | 202
                    GET     | /api/none                                   | none  | 401
                    GET     | /api/none                                   | read  | 404
                    GET     | /error                                      | none  | 401
                    GET     | /error                                      | read  | 404
                    GET     | /v3/api-docs                                | none  | 401
                    GET     | /v3/api-docs                                | read  | 200
                    GET     | /actuator/health/liveness                   | none  | 200
                    GET     | /actuator/health/liveness                   | wrong | 200
                    GET     | /actuator/health/readiness                  | none  | 200
                    GET     | /actuator/health/readiness/ping             | none  | 401
                    GET     | /actuator/health                            | none  | 401
                    GET     | /actuator/health                            | read  | 200
                    GET     | /actuator                                   | none  | 401
                    GET     | /actuator/info                              | none  | 401
                    GET     | /actuator/info                              | read  | 200
                    GET     | /actuator/prometheus                        | none  | 401
                    GET     | /actuator/prometheus                        | read  | 200
                    GET     | /actuator/env                               | write | 404
                    GET     | /actuator/beans                             | write | 404
                    POST    | /actuator/shutdown                          | write | 404
                    GET     | /login                                      | none  | 401
                    GET     | /login                                      | read  | 404
                    GET     | /sandbox/tiki                               | none  | 401
                    """)
    void opensToTheRightTokenOnly(String method, String path, String token, int status) throws Exception {
        // Given
        when(registrations.detail("tiki", "1")).thenReturn(Optional.of(Fixtures.DETAIL));
        when(registrations.webhooks("tiki", "1")).thenReturn(Optional.of(Fixtures.WEBHOOKS));
        when(replays.find("1")).thenReturn(Optional.of(Fixtures.REPLAY));
        when(replays.cancel("1")).thenReturn(Optional.of(Fixtures.REPLAY));
        when(replays.begin(any())).thenReturn(Fixtures.REPLAY);
        when(quarantine.list(any(), any(), anyInt())).thenReturn(Fixtures.QUARANTINE);
        when(spool.status()).thenReturn(Fixtures.SPOOL);
        when(spool.retrySetAside()).thenReturn(CompletableFuture.completedFuture(1L));
        when(registrations.request(any(), any(), any()))
                .thenReturn(Optional.of(new Pending("id", CompletableFuture.completedFuture(Fixtures.DONE))));
        when(registrations.outcome(any())).thenReturn(Optional.of(CompletableFuture.completedFuture(Fixtures.DONE)));

        // When
        HttpResponse<String> answer = call(method, path, tokenNamed(token));

        // Then
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @Test
    void asksForATokenWhereNoneCame() throws Exception {
        // When
        HttpResponse<String> answer = call("GET", "/api/registrations", null);

        // Then
        assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly("Bearer");
        assertThat(answer.headers().allValues("Content-Type")).containsExactly("application/problem+json");
        assertThat(body(answer))
                .isEqualTo(
                        json.readTree(
                                """
                                {
                                  "type": "urn:pasar:problem:unauthorized",
                                  "title": "A token is needed",
                                  "status": 401,
                                  "detail": "Send one of pasar.api.tokens as 'Authorization: Bearer <token>'.",
                                  "instance": "/api/registrations"
                                }"""));
    }

    @Test
    void saysThatATokenIsNotOneOfOurs() throws Exception {
        // When
        HttpResponse<String> answer = call("GET", "/api/registrations", "not-one-of-ours");

        // Then
        assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly("Bearer error=\"invalid_token\"");
        assertThat(body(answer).path("type").asText()).isEqualTo("urn:pasar:problem:unauthorized");
        assertThat(answer.body()).doesNotContain("not-one-of-ours");
    }

    @Test
    void saysThatATokenMayNotWrite() throws Exception {
        // When
        HttpResponse<String> answer = call("POST", "/api/reconcile", ApiUnderTest.READ);

        // Then
        assertThat(answer.headers().allValues("WWW-Authenticate"))
                .containsExactly("Bearer error=\"insufficient_scope\", scope=\"write\"");
        assertThat(answer.headers().allValues("Content-Type")).containsExactly("application/problem+json");
        assertThat(body(answer).path("type").asText()).isEqualTo("urn:pasar:problem:forbidden");
        verifyNoInteractions(registrations);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bearer " + ApiUnderTest.READ,
                "BEARER   " + ApiUnderTest.READ,
                "Bearer " + ApiUnderTest.READ + " ",
            })
    void readsTheSchemeAsRfc9110Does(String authorization) throws Exception {
        // When
        HttpResponse<String> answer = send(request("/api/registrations", null).header("Authorization", authorization));

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Bearer  ",
                ApiUnderTest.READ,
                "Basic cmVhZGVyOmEtdG9rZW4tdGhhdC1tYXktcmVhZA==",
                "Token " + ApiUnderTest.READ,
                "Bearer " + ApiUnderTest.READ + " more",
                "Bearer a-token-that-may-rea",
                "Bearer a-token-that-may-readd",
                "Bearer A-TOKEN-THAT-MAY-READ",
            })
    void takesNothingElseForAToken(String authorization) throws Exception {
        // When
        HttpResponse<String> answer = send(request("/api/registrations", null).header("Authorization", authorization));

        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
        verifyNoInteractions(registrations);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?access_token=", "?token="})
    void takesNoTokenFromTheQueryWhereLogsWouldKeepIt(String parameter) throws Exception {
        // When
        HttpResponse<String> answer = call("GET", "/api/registrations" + parameter + ApiUnderTest.READ, null);

        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void answersWithTheseHeadersAndNoOthers() throws Exception {
        // Given
        when(registrations.all()).thenReturn(List.of());

        // When
        HttpResponse<String> answer = call("GET", "/api/registrations", ApiUnderTest.READ);

        // Then
        assertThat(answer.headers().map())
                .containsOnlyKeys(
                        "cache-control",
                        "content-security-policy",
                        "content-type",
                        "date",
                        "expires",
                        "pragma",
                        "referrer-policy",
                        "transfer-encoding",
                        "x-content-type-options",
                        "x-frame-options",
                        "x-xss-protection")
                .containsEntry("cache-control", List.of("no-cache, no-store, max-age=0, must-revalidate"))
                .containsEntry("content-security-policy", List.of("default-src 'none'; frame-ancestors 'none'"))
                .containsEntry("content-type", List.of("application/json"))
                .containsEntry("referrer-policy", List.of("no-referrer"))
                .containsEntry("x-content-type-options", List.of("nosniff"))
                .containsEntry("x-frame-options", List.of("DENY"));
    }

    @Test
    void showsWhatHealthIsMadeOfToTokensOnly() throws Exception {
        // When
        HttpResponse<String> open = call("GET", "/actuator/health/readiness", null);
        HttpResponse<String> closed = call("GET", "/actuator/health", ApiUnderTest.READ);

        // Then
        assertThat(open.body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(body(closed).path("components").has("readinessState")).isTrue();
    }

    private static String tokenNamed(String name) {
        return switch (name) {
            case "read" -> ApiUnderTest.READ;
            case "write" -> ApiUnderTest.WRITE;
            case "wrong" -> "a-token-of-somebody-else";
            default -> null;
        };
    }
}
