package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.api.ApiConfiguration.Role;
import io.pasar.api.ApiConfiguration.Token;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.test.context.ActiveProfiles;

/** No token, and everything open that configuration can open. */
@ActiveProfiles("sandbox")
@Import(ClosedApiTest.NoToken.class)
class ClosedApiTest extends OverHttp {

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {ApiUnderTest.WRITE, "null"})
    void isClosedToEveryToken(String token) throws Exception {
        // When
        HttpResponse<String> answer = call("GET", "/api/registrations", token);

        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(body(answer).path("type").asText()).isEqualTo("urn:pasar:problem:api-closed");
        assertThat(body(answer).path("detail").asText()).contains("pasar.api.tokens");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    GET  | /actuator/health/liveness  | 200
                    GET  | /actuator/health/readiness | 200
                    GET  | /actuator/prometheus       | 200
                    GET  | /sandbox/none              | 404
                    POST | /sandbox/none              | 404
                    GET  | /sandbox/../api/reconcile  | 400
                    GET  | /actuator/info             | 401
                    GET  | /api/registrations         | 401
                    """)
    void leavesOpenWhatIsOpen(String method, String path, int status) throws Exception {
        // When
        String answer = sendAsIs(method + " " + path + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void leavesTheTokensOfMarketplacesToTheSandbox() throws Exception {
        // When
        HttpResponse<String> answer = call("POST", "/sandbox/none", "a-token-of-a-marketplace");

        // Then
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class NoToken {

        @Bean
        @Primary
        ApiConfiguration closedApi() {
            return new ApiConfiguration(List.of(new Token("nobody", Role.WRITE, "")), true);
        }
    }
}
