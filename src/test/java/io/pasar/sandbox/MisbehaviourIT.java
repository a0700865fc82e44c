package io.pasar.sandbox;

import static io.pasar.sandbox.SandboxClient.json;
import static io.pasar.sandbox.SandboxClient.text;
import static io.pasar.sandbox.SandboxClient.tikiPayload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Everything that a stand-in does wrong on demand, as a client of it sees it. */
@SandboxTest
class MisbehaviourIT {

    private static final String STATUS = "http://localhost:1/webhooks/tokopedia/13004/order-status";
    private static final String REGISTRATION =
            "{\"order_status_url\":\"" + STATUS + "\",\"webhook_secret\":\"made-up-secret\"}";

    @LocalServerPort
    private int port;

    private SandboxClient client;

    @BeforeEach
    void connect() {
        client = new SandboxClient(port);
    }

    @AfterEach
    void reset() throws Exception {
        client.reset();
    }

    @Test
    void failsTheNextCallsAndThenNoMore() throws Exception {
        // Given
        client.control("tokopedia", "{\"do\":\"fail\",\"call\":\"list\",\"times\":2,\"status\":503,\"retry-after\":7}");

        // When
        List<HttpResponse<String>> responses = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            responses.add(client.listAtTokopedia());
        }

        // Then
        assertThat(responses).extracting(HttpResponse::statusCode).containsExactly(503, 503, 200);
        assertThat(responses.get(0).headers().firstValue("Retry-After")).contains("7");
        assertThat(text(responses.get(0), "status")).isEqualTo("503 Service Unavailable");
    }

    @Test
    void failsWithThePageOfAProxy() throws Exception {
        // Given
        client.control("tiki", "{\"do\":\"fail\",\"call\":\"register\",\"status\":502,\"html\":true}");

        // When
        HttpResponse<String> response = client.registerAtTiki(tikiPayload("http://localhost:1"));

        // Then
        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/html");
        assertThat(response.body()).contains("<title>502 Bad Gateway</title>");
        assertThat(client.state("tiki").path("registered")).isEmpty();
    }

    @Test
    void failsTokens() throws Exception {
        // Given
        client.control("tiki", "{\"do\":\"fail\",\"call\":\"token\"}");

        // When
        List<Integer> statuses =
                List.of(client.tikiToken().statusCode(), client.tikiToken().statusCode());

        // Then
        assertThat(statuses).containsExactly(500, 200);
    }

    @Test
    void failsOneAccountOnly() throws Exception {
        // Given
        client.control("tokopedia", "{\"do\":\"fail\",\"account\":\"13005\",\"call\":\"list\"}");

        // When
        HttpResponse<String> other = client.listAtTokopedia();
        HttpResponse<String> struck =
                client.listAtTokopedia(text(client.secondTokopediaToken(), "access_token"), "13005");

        // Then
        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(struck.statusCode()).isEqualTo(500);
    }

    @Test
    void answersLate() throws Exception {
        // Given
        String token = text(client.tokopediaToken(), "access_token");
        client.control("tokopedia", "{\"do\":\"delay\",\"call\":\"register\",\"millis\":400}");
        Instant before = Instant.now();

        // When
        HttpResponse<String> response = client.registerAtTokopedia(token, "13004", REGISTRATION);

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Duration.between(before, Instant.now())).isGreaterThanOrEqualTo(Duration.ofMillis(400));
    }

    @Test
    void storesAndThenFails() throws Exception {
        // Given
        client.control("tokopedia", "{\"do\":\"store-then-fail\"}");

        // When
        HttpResponse<String> response = client.registerAtTokopedia(REGISTRATION);

        // Then
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(json(client.listAtTokopedia())
                        .path("data")
                        .path("order_status_url")
                        .asText())
                .isEqualTo(STATUS);
    }

    @Test
    void storesAndThenDropsTheConnection() throws Exception {
        // Given
        String token = text(client.tikiToken(), "access_token");
        client.control("tiki", "{\"do\":\"store-then-drop\"}");

        // When
        assertThatIOException().isThrownBy(() -> client.registerAtTiki(token, tikiPayload("http://localhost:1")));

        // Then
        assertThat(client.state("tiki").path("registered").has("41235121321")).isTrue();
        assertThat(client.registerAtTiki(token, tikiPayload("http://localhost:1"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void changesAndBlanksARegisteredUrl() throws Exception {
        // Given
        client.registerAtTokopedia(REGISTRATION);

        // When
        client.control(
                "tokopedia",
                "{\"do\":\"change\",\"account\":\"13004\",\"event-kind\":\"order-status\",\"url\":\"http://a.example/\"}");
        String changed = json(client.listAtTokopedia())
                .path("data")
                .path("order_status_url")
                .asText();
        client.control("tokopedia", "{\"do\":\"blank\",\"account\":\"13004\",\"event-kind\":\"order-status\"}");
        String blanked = json(client.listAtTokopedia())
                .path("data")
                .path("order_status_url")
                .asText();

        // Then
        assertThat(changed).isEqualTo("http://a.example/");
        assertThat(blanked).isEmpty();
    }

    @Test
    void changesARegisteredUrlAtTiki() throws Exception {
        // Given
        client.registerAtTiki(tikiPayload("http://localhost:1"));

        // When
        client.control("tiki", "{\"do\":\"blank\",\"account\":\"41235121321\",\"event-kind\":\"stock\"}");

        // Then
        JsonNode webhooks =
                client.state("tiki").path("registered").path("41235121321").path("sync_webhook");
        assertThat(webhooks.path("stock").path("url").asText("?")).isEmpty();
        assertThat(webhooks.path("order").path("url").asText()).isEqualTo("http://localhost:1/order");
    }

    @Test
    void changesTheRegisteredSecret() throws Exception {
        // Given
        client.registerAtTokopedia(REGISTRATION);

        // When
        client.control("tokopedia", "{\"do\":\"change-secret\",\"account\":\"13004\",\"secret\":\"another\"}");

        // Then
        assertThat(json(client.listAtTokopedia())
                        .path("data")
                        .path("webhook_secret")
                        .asText())
                .isEqualTo("another");
    }

    @Test
    void limitsTheRateNow() throws Exception {
        // Given
        client.control("tokopedia", "{\"do\":\"rate-limit\",\"call\":\"list\"}");

        // When
        HttpResponse<String> limited = client.listAtTokopedia();
        HttpResponse<String> after = client.listAtTokopedia();

        // Then
        assertThat(limited.statusCode()).isEqualTo(429);
        assertThat(limited.headers().firstValue("X-Ratelimit-Limit")).contains("5 req/s (burst 5)");
        assertThat(limited.headers().firstValue("X-Ratelimit-Remaining")).contains("0");
        assertThat(limited.headers().firstValue("X-Ratelimit-Reset-After")).contains("0.200000");
        assertThat(after.statusCode()).isEqualTo(200);
    }

    @Test
    void limitsTheRateByItself() throws Exception {
        // Given
        String token = text(client.tokopediaToken(), "access_token");

        // When
        HttpResponse<String> first = client.listAtTokopedia(token, "13004");
        List<HttpResponse<String>> atOnce = client.listAtTokopediaAtOnce(30, token, "13004");

        // Then
        assertThat(first.headers().firstValue("X-Ratelimit-Remaining")).contains("4");
        assertThat(first.headers().firstValue("X-Ratelimit-Reset-After")).contains("-0.000000");
        assertThat(atOnce)
                .filteredOn(response -> response.statusCode() == 429)
                .isNotEmpty()
                .allSatisfy(response -> {
                    assertThat(response.headers().firstValue("X-Ratelimit-Remaining"))
                            .contains("0");
                    assertThat(json(response).path("data").isNull()).isTrue();
                });
        assertThat(client.registerAtTokopedia(token, "13004", "{}").statusCode())
                .as("each endpoint has its own limit")
                .isEqualTo(200);
    }

    @Test
    void showsWhatItReceivedWithoutSecrets() throws Exception {
        // Given
        client.control("tokopedia", "{\"do\":\"store-then-fail\"}");
        client.registerAtTokopedia(REGISTRATION);

        // When
        JsonNode received = json(client.get("/tokopedia/state?account=13004")).path("received");

        // Then
        assertThat(received).hasSize(2);
        assertThat(received.path(0).path("call").asText()).isEqualTo("token");
        JsonNode register = received.path(1);
        assertThat(register.path("call").asText()).isEqualTo("register");
        assertThat(register.path("status").asInt()).isEqualTo(500);
        assertThat(register.path("misbehaviour").asText()).isEqualTo("store-then-fail");
        assertThat(register.path("body").path("order_status_url").asText()).isEqualTo(STATUS);
        assertThat(register.path("body").path("webhook_secret").asText()).isEqualTo("***");
        assertThat(Instant.parse(register.path("at").asText())).isBeforeOrEqualTo(Instant.now());
    }

    @Test
    void showsAndForgetsPendingMisbehaviour() throws Exception {
        // Given
        JsonNode pending = json(client.control("tokopedia", "{\"do\":\"fail\",\"times\":5,\"status\":503}"));

        // When
        client.send(client.request("/tokopedia/control").DELETE());

        // Then
        assertThat(pending.toString()).isEqualTo("{\"pending\":[{\"do\":\"fail\",\"times\":5,\"status\":503}]}");
        assertThat(client.listAtTokopedia().statusCode()).isEqualTo(200);
    }

    @Test
    void goesBackToTheStart() throws Exception {
        // Given
        String token = text(client.secondTokopediaToken(), "access_token");
        client.registerAtTokopedia(token, "13005", REGISTRATION);
        client.control("tokopedia", "{\"do\":\"fail\"}");

        // When
        client.send(client.request("/tokopedia/state").DELETE());

        // Then
        assertThat(client.listAtTokopedia(token, "13005").statusCode()).isEqualTo(401);
        JsonNode state = client.state("tokopedia");
        assertThat(state.path("pending")).isEmpty();
        assertThat(state.path("registered")
                        .path("13005")
                        .path("chat_notification_url")
                        .asText())
                .isEqualTo("http://other-receiver.invalid/chat");
        assertThat(state.path("registered").path("13005")).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|\"do\" must be one of blank, change, change-secret, delay, expire-tokens, fail,",
                "{\"do\":\"explode\"}|\"do\" must be one of",
                "{\"do\":\"fail\",\"time\":3}|\"fail\" has no key \"time\"; it takes [account, call, html,",
                "{\"do\":\"fail\",\"times\":0}|\"times\" must be a number from 1 to",
                "{\"do\":\"fail\",\"times\":\"3\"}|\"times\" must be a number from 1 to",
                "{\"do\":\"fail\",\"status\":200}|\"status\" must be a number from 400 to 599",
                "{\"do\":\"fail\",\"html\":1}|\"html\" must be true or false",
                "{\"do\":\"fail\",\"call\":\"listing\"}|\"call\" must be one of [list, register, token, trigger]",
                "{\"do\":\"fail\",\"account\":\"1\"}|\"account\" must be one of [13004, 13005]",
                "{\"do\":\"blank\",\"account\":\"13004\",\"event-kind\":\"order-status\"}"
                        + "|Account 13004 has registered nothing; registered are [13005]",
                "{\"do\":\"blank\",\"account\":\"13005\",\"event-kind\":\"stock\"}"
                        + "|Account 13005 has no webhook \"stock\"; it has [chat-notification]",
                "{\"do\":\"change\",\"account\":\"13005\",\"event-kind\":\"order-status\",\"url\":\"x\"}"
                        + "|\"url\" must be an http or https URL",
                "{\"do\":\"change-secret\",\"account\":\"13005\"}|\"secret\" must be given, as a text",
                "no json|The body must be a JSON object such as"
            })
    void saysWhatIsWrongWithAControlCall(String wish, String detail) throws Exception {
        // When
        HttpResponse<String> response = client.control("tokopedia", wish);

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(text(response, "type")).isEqualTo("urn:pasar:problem:sandbox");
        assertThat(text(response, "detail")).startsWith(detail);
        assertThat(client.state("tokopedia").path("pending")).isEmpty();
    }

    @Test
    void knowsWhichCallsAMarketplaceHas() throws Exception {
        // When
        HttpResponse<String> response = client.control("tiki", "{\"do\":\"fail\",\"call\":\"list\"}");

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(text(response, "detail")).isEqualTo("\"call\" must be one of [register, token]");
    }

    @Test
    void takesControlAsJsonOnly() throws Exception {
        // When
        HttpResponse<String> response =
                client.send(client.request("/tiki/control").POST(BodyPublishers.ofString("{\"do\":\"fail\"}")));

        // Then
        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(text(response, "detail")).isEqualTo("Send it with -H 'Content-Type: application/json'");
    }

    @Test
    void knowsItsMarketplaces() throws Exception {
        // When
        HttpResponse<String> response = client.get("/shopee/state");

        // Then
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(text(response, "detail")).isEqualTo("The sandbox has [tiki, tokopedia]");
    }
}
