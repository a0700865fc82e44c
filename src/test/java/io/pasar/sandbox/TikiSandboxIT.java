package io.pasar.sandbox;

import static io.pasar.sandbox.SandboxClient.TIKI_SECRET;
import static io.pasar.sandbox.SandboxClient.basic;
import static io.pasar.sandbox.SandboxClient.json;
import static io.pasar.sandbox.SandboxClient.text;
import static io.pasar.sandbox.SandboxClient.tikiPayload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Tiki's stand-in against what Tiki's documents say. */
@SandboxTest
class TikiSandboxIT {

    private static final String URL = "http://localhost:1/webhooks/tiki/41235121321";

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
    void givesATokenToAnAppWithBasicAuthentication() throws Exception {
        // When
        HttpResponse<String> response = client.tikiToken();

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response).path("token_type").asText()).isEqualTo("bearer");
        assertThat(json(response).path("expires_in").asLong()).isBetween(3590L, 3600L);
        assertThat(json(response).has("refresh_token")).isFalse();
        assertThat(text(response, "access_token")).isNotEmpty();
    }

    @Test
    void givesATokenToAnAppWithItsSecretInTheBody() throws Exception {
        // When
        HttpResponse<String> response = client.tikiToken(
                null,
                "grant_type=client_credentials&client_id=sandbox-tiki-app-2&client_secret=made-up-client-secret-2");

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void refusesTheMethodThatAnAppDidNotChoose() throws Exception {
        // When
        HttpResponse<String> bodyForBasic = client.tikiToken(
                null,
                "grant_type=client_credentials&client_id=sandbox-tiki-app-1&client_secret=made-up-client-secret-1");
        HttpResponse<String> basicForBody = client.tikiToken(
                basic("sandbox-tiki-app-2", "made-up-client-secret-2"), "grant_type=client_credentials");

        // Then
        assertThat(bodyForBasic.statusCode()).isEqualTo(401);
        assertThat(basicForBody.statusCode()).isEqualTo(401);
        assertThat(text(basicForBody, "error")).isEqualTo("invalid_client");
    }

    @ParameterizedTest
    @CsvSource({
        "wrong-secret,grant_type=client_credentials,401,invalid_client",
        "made-up-client-secret-1,grant_type=password,400,unsupported_grant_type",
        "made-up-client-secret-1,'',400,unsupported_grant_type",
        "made-up-client-secret-1,grant_type=client_credentials&client_secret=x,400,invalid_request"
    })
    void refusesAWrongTokenRequest(String secret, String form, int status, String error) throws Exception {
        // When
        HttpResponse<String> response = client.tikiToken(basic("sandbox-tiki-app-1", secret), form);

        // Then
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(text(response, "error")).isEqualTo(error);
    }

    @Test
    void refusesTokenParametersInTheUrl() throws Exception {
        // When
        HttpResponse<String> response =
                client.send(client.request("/tiki/sc/oauth2/token?grant_type=client_credentials")
                        .header("Authorization", basic("sandbox-tiki-app-1", "made-up-client-secret-1"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.noBody()));

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(text(response, "error")).isEqualTo("invalid_request");
    }

    @Test
    void givesEveryCallItsOwnTokenAndTakesAllOfThem() throws Exception {
        // Given
        String first = text(client.tikiToken(), "access_token");
        String second = text(client.tikiToken(), "access_token");

        // When
        HttpResponse<String> response = client.registerAtTiki(first, tikiPayload(URL));

        // Then
        assertThat(first).isNotEqualTo(second);
        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void registersTheDocumentedPayload() throws Exception {
        // When
        HttpResponse<String> response = client.registerAtTiki(tikiPayload(URL));

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(json(response).path("success").asBoolean()).isTrue();
        assertThat(json(response).path("meta_data").path("request_id").asText()).matches("[0-9a-f]{32}");
        assertThat(json(response)).as("nothing is echoed").hasSize(2);
        JsonNode stored = client.state("tiki").path("registered").path("41235121321");
        assertThat(stored.path("sync_inventory_location")).hasSize(2);
        assertThat(stored.path("sync_webhook").path("stock").path("url").asText())
                .isEqualTo(URL + "/stock");
    }

    @Test
    void masksSecretsInItsState() throws Exception {
        // When
        client.registerAtTiki(tikiPayload(URL));

        // Then
        String state = client.get("/tiki/state").body();
        assertThat(state).doesNotContain(TIKI_SECRET).contains("\"secret_key\":\"***\"");
    }

    @Test
    void registersWithoutStockAndAftersale() throws Exception {
        // When
        HttpResponse<String> response = client.registerAtTiki(
                """
                {"sync_inventory_location":["sgn3"],"sync_webhook":{"order":{"url":"%s/order","secret_key":"%s"}},
                "external_partner_id":"41235121321"}"""
                        .formatted(URL, TIKI_SECRET));

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(client.state("tiki").path("registered").path("41235121321").path("sync_webhook"))
                .hasSize(1);
    }

    @Test
    void answersAWrongTokenAsDocumented() throws Exception {
        // When
        HttpResponse<String> response = client.registerAtTiki("not-a-token", tikiPayload(URL));

        // Then
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(json(response).path("success").asBoolean(true)).isFalse();
        assertThat(json(response).path("error").toString())
                .isEqualTo("{\"status_code\":401,\"message\":\"Unauthorized\",\"message_code\":\"INVALID_TOKEN\"}");
        assertThat(json(response).path("meta_data").path("request_id").asText()).matches("[0-9a-f]{32}");
    }

    @Test
    void refusesATokenBehindALowerCaseScheme() throws Exception {
        // Given
        String token = text(client.tikiToken(), "access_token");

        // When
        HttpResponse<String> response = client.send(client.request("/tiki/business/v1/register-webhooks")
                .header("Authorization", "bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(tikiPayload(URL))));

        // Then
        assertThat(response.statusCode()).isEqualTo(401);
    }

    @Test
    void refusesAnotherContentType() throws Exception {
        // When
        HttpResponse<String> response = client.send(client.request("/tiki/business/v1/register-webhooks")
                .header("Authorization", "Bearer " + text(client.tikiToken(), "access_token"))
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString(tikiPayload(URL))));

        // Then
        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(json(response).path("error").path("status_code").asInt()).isEqualTo(415);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"secret_key\":\"0123456789abcdef0123456789ABCDEF\"}}| \"secret_key\":\"too short\"}}"
                        + "|sync_webhook.aftersale.secret_key must string length 32 characters",
                "\"order\":|\"orders\":|sync_webhook.order is mandatory",
                "\"order\":|\"orders\":|unknown field sync_webhook.orders",
                "[\"sgn3\",\"tbn1\"]|[]|sync_inventory_location must be an array of warehouse codes",
                "[\"sgn3\",\"tbn1\"]|\"sgn3\"|sync_inventory_location must be an array of warehouse codes",
                "[\"sgn3\",\"tbn1\"]|[3]|sync_inventory_location must hold texts only",
                "\"external_partner_id\":\"41235121321\"|\"external_partner_id\":41235121321"
                        + "|external_partner_id must be the text of a shop of this client",
                "41235121321\"}|41235121322\"}|external_partner_id must be the text of a shop of this client",
                "\"external_partner_id\"|\"partner_id\"|unknown field partner_id",
                "/stock\",\"secret_key\"|/stock\",\"secret\"|unknown field sync_webhook.stock.secret",
                "http://localhost:1|ftp://localhost:1|sync_webhook.order.url must be a URL",
            })
    void refusesAWrongPayloadAndStoresNothing(String part, String replacement, String message) throws Exception {
        // Given
        String payload = tikiPayload(URL).replace(part, replacement);
        assertThat(payload).isNotEqualTo(tikiPayload(URL));

        // When
        HttpResponse<String> response = client.registerAtTiki(payload);

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json(response).path("success").asBoolean(true)).isFalse();
        assertThat(json(response).path("error").path("message").asText()).contains(message);
        assertThat(client.state("tiki").path("registered")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''", "[]", "{", "{\"a\":1,\"a\":2}", "{} {}"})
    void refusesWhatIsNoJsonObject(String body) throws Exception {
        // When
        HttpResponse<String> response = client.registerAtTiki(body);

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json(response).path("error").path("message_code").asText()).isEqualTo("INVALID_JSON");
    }

    @Test
    void takesAnotherTokenOnceTheOldOneHasExpired() throws Exception {
        // Given
        String old = text(client.tikiToken(), "access_token");

        // When
        client.control("tiki", "{\"do\":\"expire-tokens\"}");

        // Then
        assertThat(client.registerAtTiki(old, tikiPayload(URL)).statusCode()).isEqualTo(401);
        assertThat(client.registerAtTiki(tikiPayload(URL)).statusCode()).isEqualTo(200);
    }

    @Test
    void cannotBeRead() throws Exception {
        // When
        HttpResponse<String> response = client.get("/tiki/business/v1/register-webhooks");

        // Then
        assertThat(response.statusCode()).isEqualTo(405);
    }
}
