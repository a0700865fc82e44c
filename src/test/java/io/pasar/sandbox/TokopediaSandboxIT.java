package io.pasar.sandbox;

import static io.pasar.sandbox.SandboxClient.basic;
import static io.pasar.sandbox.SandboxClient.json;
import static io.pasar.sandbox.SandboxClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** Tokopedia's stand-in against what Tokopedia's documents say. */
@SandboxTest
@TestPropertySource(properties = "sandbox.rate-limit=0")
class TokopediaSandboxIT {

    private static final String UNAUTHORIZED_PAGE =
            """
            <html>
            <head>
            <title>401 Authorization Required</title>
            </head>
            <body bgcolor="white">
            <center>
            <h1>401 Authorization Required</h1>
            </center>
            <hr>
            <center>nginx</center>
            </body>
            </html>
            """;

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
    void givesTheSameTokenWhileItLives() throws Exception {
        // When
        HttpResponse<String> first = client.tokopediaToken();
        HttpResponse<String> second = client.tokopediaToken();

        // Then
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(text(first, "token_type")).isEqualTo("Bearer");
        assertThat(json(first).path("expires_in").asLong()).isBetween(3590L, 3600L);
        assertThat(text(second, "access_token")).isEqualTo(text(first, "access_token"));
    }

    @Test
    void givesANewTokenOnceTheOldOneHasExpired() throws Exception {
        // Given
        String old = text(client.tokopediaToken(), "access_token");

        // When
        client.control("tokopedia", "{\"do\":\"expire-tokens\"}");

        // Then
        assertThat(text(client.tokopediaToken(), "access_token")).isNotEqualTo(old);
        assertThat(client.listAtTokopedia(old, "13004").statusCode()).isEqualTo(401);
    }

    @Test
    void refusesAWrongTokenRequest() throws Exception {
        // When
        HttpResponse<String> wrongSecret = client.send(client.request("/tokopedia/token?grant_type=client_credentials")
                .header("Authorization", basic("sandbox-tokopedia-app-1", "wrong"))
                .POST(BodyPublishers.noBody()));
        HttpResponse<String> noGrantType = client.send(client.request("/tokopedia/token")
                .header("Authorization", basic("sandbox-tokopedia-app-1", "made-up-client-secret-3"))
                .POST(BodyPublishers.noBody()));
        HttpResponse<String> grantTypeInTheBody = client.send(client.request("/tokopedia/token")
                .header("Authorization", basic("sandbox-tokopedia-app-1", "made-up-client-secret-3"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("grant_type=client_credentials")));

        // Then
        assertThat(wrongSecret.statusCode()).isEqualTo(401);
        assertThat(noGrantType.statusCode()).isEqualTo(400);
        assertThat(grantTypeInTheBody.statusCode()).isEqualTo(400);
    }

    @Test
    void listsEveryFieldOfTheDocument() throws Exception {
        // Given
        client.registerAtTokopedia(
                """
                {"fs_id":13004,"order_status_url":"http://yourstore.com/v1/order/status","webhook_secret":"in clear"}""");

        // When
        HttpResponse<String> response = client.listAtTokopedia();

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo("{\"data\":{\"fs_id\":13004,\"order_notification_url\":\"\",\"order_cancellation_url\":\"\","
                        + "\"order_status_url\":\"http://yourstore.com/v1/order/status\","
                        + "\"order_request_cancellation_url\":\"\",\"chat_notification_url\":\"\","
                        + "\"product_changes_url\":\"\",\"campaign_notification_url\":\"\","
                        + "\"order_partial_fulfillment_url\":\"\",\"webhook_secret\":\"in clear\"},"
                        + "\"status\":\"200 Ok\",\"error_message\":[]}");
    }

    @Test
    void neverListsWhatTheDocumentLacks() throws Exception {
        // Given
        HttpResponse<String> registered = client.registerAtTokopedia(
                """
                {"product_creation_url":"http://a.example/1","product_edit_url":"http://a.example/2",
                "product_discussion_url":"http://a.example/3","order_actions_url":"http://a.example/4",
                "order_confirm_delivery_notification_url":"http://a.example/5","webhook_secret":"s"}""");

        // When
        HttpResponse<String> response = client.listAtTokopedia();

        // Then
        assertThat(registered.body()).isEqualTo("{\"data\":\"success\",\"status\":\"200 Ok\",\"error_message\":[]}");
        assertThat(response.body()).doesNotContain("a.example");
        assertThat(client.state("tokopedia")
                        .path("registered")
                        .path("13004")
                        .path("product_creation_url")
                        .asText())
                .isEqualTo("http://a.example/1");
    }

    @Test
    void blanksWhatAWriteLeavesOut() throws Exception {
        // Given
        client.registerAtTokopedia(
                """
                {"order_status_url":"http://a.example/1","chat_notification_url":"http://a.example/2",
                "product_creation_url":"http://a.example/3","webhook_secret":"s"}""");

        // When
        client.registerAtTokopedia("{\"order_status_url\":\"http://a.example/9\"}");

        // Then
        JsonNode data = json(client.listAtTokopedia()).path("data");
        assertThat(data.path("order_status_url").asText()).isEqualTo("http://a.example/9");
        assertThat(data.path("chat_notification_url").asText()).isEmpty();
        assertThat(data.path("webhook_secret").asText()).isEmpty();
        assertThat(client.state("tokopedia").path("registered").path("13004")).hasSize(1);
    }

    @Test
    void keepsAndListsFieldsThatNoDocumentNames() throws Exception {
        // Given
        client.registerAtTokopedia("{\"shipment_url\":\"http://a.example/1\",\"webhook_secret\":\"s\"}");

        // When
        JsonNode data = json(client.listAtTokopedia()).path("data");

        // Then
        assertThat(data.path("shipment_url").asText()).isEqualTo("http://a.example/1");
    }

    @Test
    void startsWithTheUrlOfAnotherReceiver() throws Exception {
        // When
        HttpResponse<String> response =
                client.listAtTokopedia(text(client.secondTokopediaToken(), "access_token"), "13005");

        // Then
        assertThat(json(response).path("data").path("chat_notification_url").asText())
                .isEqualTo("http://other-receiver.invalid/chat");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''",
                "[]",
                "{\"fs_id\":13005}",
                "{\"order_status_url\":null}",
                "{\"order_status_url\":7}",
                "{\"order_status_url\":\"no URL\"}",
                "{\"webhook_secret\":7}"
            })
    void refusesBadInput(String body) throws Exception {
        // When
        HttpResponse<String> response = client.registerAtTokopedia(body);

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
                .isEqualTo("{\"data\":null,\"status\":\"400 Bad Request\",\"error_message\":[\"bad input data\"]}");
    }

    @Test
    void answersAWrongTokenWithThePageOfItsProxy() throws Exception {
        // When
        List<HttpResponse<String>> responses = new ArrayList<>();
        responses.add(client.listAtTokopedia("not-a-token", "13004"));
        responses.add(client.registerAtTokopedia("not-a-token", "13004", "{}"));
        responses.add(client.get("/tokopedia/v1/fs/13004"));

        // Then
        assertThat(responses).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.headers().firstValue("Content-Type")).contains("text/html");
            assertThat(response.body()).isEqualTo(UNAUTHORIZED_PAGE);
        });
    }

    @ParameterizedTest
    @CsvSource({"13005", "99999", "abc"})
    void doesNotShowTheAccountsOfOtherApps(String fsId) throws Exception {
        // Given
        String token = text(client.tokopediaToken(), "access_token");

        // When
        HttpResponse<String> listed = client.listAtTokopedia(token, fsId);
        HttpResponse<String> registered = client.registerAtTokopedia(token, fsId, "{}");

        // Then
        assertThat(listed.statusCode()).isEqualTo(404);
        assertThat(registered.statusCode()).isEqualTo(404);
        assertThat(text(listed, "status")).isEqualTo("404 Not Found");
    }

    @Test
    void triggersAWebhookToTheRegisteredOrAnyOtherUrl() throws Exception {
        try (Receiver receiver = new Receiver()) {
            // Given
            client.registerAtTokopedia("{\"order_status_url\":\"%s/registered\",\"webhook_secret\":\"%s\"}"
                    .formatted(receiver.base(), SandboxClient.TOKOPEDIA_SECRET));
            String token = text(client.tokopediaToken(), "access_token");

            // When
            HttpResponse<String> response = client.callTokopedia(
                    token,
                    "13004/trigger",
                    "{\"type\":\"order_status\",\"order_id\":900000002,\"url\":\"\",\"is_encrypted\":false}");
            client.callTokopedia(
                    token,
                    "13004/trigger",
                    "{\"Type\":\"order_notification\",\"order_id\":900000003,\"url\":\"%s/other\",\"is_encrypted\":true}"
                            .formatted(receiver.base()));

            // Then
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(text(response, "data")).isEqualTo("success");
            assertThat(json(response).path("header").path("messages").asText())
                    .isEqualTo("Your request has been processed successfully");
            await().untilAsserted(() -> assertThat(receiver.deliveries())
                    .anySatisfy(delivery -> {
                        assertThat(delivery.path()).isEqualTo("/webhooks/registered");
                        assertThat(delivery.text()).contains("\"order_id\":900000002");
                    })
                    .anySatisfy(delivery -> {
                        assertThat(delivery.path()).isEqualTo("/webhooks/other");
                        assertThat(delivery.text()).contains("\"order_id\":900000003");
                    }));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"order_status\",\"order_id\":1,\"url\":\"\",\"is_encrypted\":false}|404|SHP_GRPC_003",
                "{\"type\":\"chat\",\"order_id\":1,\"url\":\"\",\"is_encrypted\":false}|400|ICR_VLD_002",
                "{\"type\":\"order_status\",\"order_id\":\"1\",\"url\":\"\",\"is_encrypted\":false}|400|ICR_VLD_002"
            })
    void refusesToTriggerWhatItCannot(String body, int status, String code) throws Exception {
        // When
        HttpResponse<String> response =
                client.callTokopedia(text(client.tokopediaToken(), "access_token"), "13004/trigger", body);

        // Then
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(json(response).path("header").path("error_code").asText()).isEqualTo(code);
        assertThat(json(response).path("data").isNull()).isTrue();
    }
}
