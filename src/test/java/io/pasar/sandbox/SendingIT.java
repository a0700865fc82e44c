package io.pasar.sandbox;

import static io.pasar.sandbox.SandboxClient.TIKI_SECRET;
import static io.pasar.sandbox.SandboxClient.TOKOPEDIA_SECRET;
import static io.pasar.sandbox.SandboxClient.json;
import static io.pasar.sandbox.SandboxClient.text;
import static io.pasar.sandbox.SandboxClient.tikiPayload;
import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.sandbox.Receiver.Delivery;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** One webhook this instant, on demand. */
@SandboxTest
class SendingIT {

    @LocalServerPort
    private int port;

    private SandboxClient client;
    private Receiver receiver;

    @BeforeEach
    void register() throws Exception {
        client = new SandboxClient(port);
        receiver = new Receiver();
        client.registerAtTiki(tikiPayload(receiver.base()));
        client.registerAtTokopedia("{\"order_status_url\":\"%s/status\",\"webhook_secret\":\"%s\"}"
                .formatted(receiver.base(), TOKOPEDIA_SECRET));
    }

    @AfterEach
    void reset() throws Exception {
        client.reset();
        receiver.close();
    }

    @Test
    void sendsOneAndTellsTheAnswer() throws Exception {
        // When
        HttpResponse<String> response = client.post("/tokopedia/send?account=13004&event-kind=order-status");

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(text(response, "url")).isEqualTo(receiver.base() + "/status");
        assertThat(json(response).path("status").asInt()).isEqualTo(200);
        assertThat(text(response, "body")).isEqualTo("{\"success\":true}");
        Delivery delivery = onlyDelivery();
        assertThat(delivery.header("Authorization-Hmac"))
                .isEqualTo(PlainHmac.hex("SHA-256", TOKOPEDIA_SECRET, delivery.body()))
                .isEqualTo(text(response, "signature"));
    }

    @Test
    void sendsAWrongSignatureOfTheRightForm() throws Exception {
        // When
        client.post("/tiki/send?account=41235121321&event-kind=stock&signature=wrong");

        // Then
        Delivery delivery = onlyDelivery();
        assertThat(delivery.header("x-signature"))
                .matches("sha1=[0-9a-f]{40}")
                .isNotEqualTo("sha1=" + PlainHmac.hex("SHA-1", TIKI_SECRET, delivery.body()));
    }

    @Test
    void sendsNoSignature() throws Exception {
        // When
        client.post("/tiki/send?account=41235121321&event-kind=order&signature=missing");

        // Then
        assertThat(onlyDelivery().header("x-signature")).isNull();
    }

    @Test
    void sendsNoSignatureWithoutASecret() throws Exception {
        // Given
        client.control("tokopedia", "{\"do\":\"change-secret\",\"account\":\"13004\",\"secret\":\"\"}");

        // When
        client.post("/tokopedia/send?account=13004&event-kind=order-status");

        // Then
        assertThat(onlyDelivery().header("Authorization-Hmac")).isNull();
    }

    @Test
    void tellsARefusalAndDoesNotRepeatIt() throws Exception {
        // Given
        receiver.answerNext(401);

        // When
        HttpResponse<String> response = client.post("/tokopedia/send?account=13004&event-kind=order-status");

        // Then
        assertThat(json(response).path("status").asInt()).isEqualTo(401);
        assertThat(client.state("tokopedia")
                        .path("sent")
                        .path("order-status")
                        .path("401")
                        .asInt())
                .isPositive();
        assertThat(receiver.deliveries()).hasSize(1);
    }

    @Test
    void saysWhenNobodyAnswers() throws Exception {
        // Given
        receiver.close();

        // When
        HttpResponse<String> response = client.post("/tokopedia/send?account=13004&event-kind=order-status");

        // Then
        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(text(response, "detail")).startsWith("No answer from " + receiver.base() + "/status: ");
    }

    @Test
    void saysWhatCanBeSent() throws Exception {
        // When
        HttpResponse<String> unknown = client.post("/tokopedia/send?account=13004&event-kind=stock");
        HttpResponse<String> nothing = client.post("/tiki/send");
        HttpResponse<String> signature =
                client.post("/tokopedia/send?account=13004&event-kind=order-status&signature=none");

        // Then
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(text(unknown, "detail")).endsWith("{13005=[chat-notification], 13004=[order-status]}");
        assertThat(nothing.statusCode()).isEqualTo(404);
        assertThat(signature.statusCode()).isEqualTo(400);
        assertThat(text(signature, "detail")).isEqualTo("signature must be right, wrong or missing");
    }

    private Delivery onlyDelivery() {
        assertThat(receiver.deliveries()).hasSize(1);
        return receiver.deliveries().get(0);
    }
}
