package io.pasar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.stream.StreamSupport;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** Webhooks that are signed with an old secret or sent to a former address, and what is told of them. */
@TestPropertySource(
        properties = {
            "pasar.public-url=https://gw.example/new",
            "pasar.former-public-urls=https://old.example/pasar,https://older.example"
        })
class MovingIT extends GatewayTest {

    private static final String CURRENT = "https://gw.example/new";
    private static final String FORMER = "https://old.example/pasar";

    @Autowired
    private MeterRegistry meters;

    @ParameterizedTest
    @CsvSource({
        "gw.example,         /new,   https://gw.example/new",
        "gw.example,         '',     https://gw.example/new",
        "old.example,        /pasar, https://old.example/pasar",
        "OLD.example:443,    /pasar, https://old.example/pasar",
        "older.example,      '',     https://older.example",
        "elsewhere.example,  '',     other"
    })
    void takesWhatComesForEveryAddressAndCountsItThere(String host, String prefix, String address) throws Exception {
        // Given
        double before = counted(address);

        // When
        String answer = send(host, prefix + "/webhooks/tiki/p77/order", GatewayTest.TIKI_SECRET);

        // Then
        assertThat(answer).startsWith("HTTP/1.1 200");
        assertThat(counted(address)).isEqualTo(before + 1);
        assertThat(lastUsedAt("/api/addresses", address)).isNotNull();
        assertThat(lastUsedAt("/api/registrations/tiki/p77", address)).isNotNull();
    }

    @Test
    void believesNobodyWhoIsNoTrustedProxy() throws Exception {
        // Given
        double former = counted(FORMER);
        double current = counted(CURRENT);

        // When
        send("gw.example", "/new/webhooks/tiki/p77/order", TIKI_SECRET, "X-Forwarded-Host: old.example");

        // Then
        assertThat(counted(FORMER)).isEqualTo(former);
        assertThat(counted(CURRENT)).isEqualTo(current + 1);
    }

    @Test
    void doesNotCountWhatAnybodyCanSend() throws Exception {
        // Given
        double before = total();

        // When
        String answer = send("older.example", "/webhooks/tiki/p78/order", "made-up");

        // Then
        assertThat(answer).startsWith("HTTP/1.1 401");
        assertThat(total()).isEqualTo(before);
        assertThat(lastUsedAt("/api/registrations/tiki/p78", "https://older.example"))
                .isNull();
    }

    @Test
    void showsWhenEachSecretWasLastUsed() throws Exception {
        // Given
        JsonNode unused = get("/api/registrations/tiki/p77").path("secrets");

        // When
        send("gw.example", "/new/webhooks/tiki/p77/stock", TIKI_OLD_SECRET);

        // Then
        JsonNode secrets = get("/api/registrations/tiki/p77").path("secrets");
        assertThat(secrets.findValuesAsText("role")).containsExactly("registered", "accepted");
        assertThat(unused.get(1).path("lastUsedAt").isNull()).isTrue();
        assertThat(secrets.get(1).path("lastUsedAt").isNull()).isFalse();
        assertThat(secrets.get(1).path("removable").asBoolean())
                .as("the new one is not registered: nobody answers as Tiki")
                .isFalse();
        assertThat(secrets.toString()).doesNotContain(TIKI_SECRET, TIKI_OLD_SECRET);
    }

    @Test
    void saysWhyAFormerAddressMayNotGoYet() throws Exception {
        // When
        JsonNode addresses = get("/api/addresses").path("addresses");

        // Then
        assertThat(addresses.findValuesAsText("role")).containsExactly("current", "former", "former", "other");
        assertThat(addresses.findValuesAsText("drained")).containsOnly("false");
        assertThat(addresses.get(1).path("reason").asText()).isNotBlank();
    }

    @Nested
    @TestPropertySource(properties = "pasar.ingest.trusted-proxies=10.0.0.0/8,127.0.0.1")
    class BehindATrustedProxy {

        @Autowired
        private PlatformHttpEngine trusting;

        @Autowired
        private MeterRegistry trustingMeters;

        @ParameterizedTest
        @CsvSource({"X-Forwarded-Host: old.example", "'Forwarded: for=192.0.2.1;host=old.example;proto=https'"})
        void takesTheHostThatItSaw(String header) throws Exception {
            // Given
            double before = MovingIT.counted(trustingMeters, FORMER);

            // When
            String answer = MovingIT.send(
                    trusting.getServerPort(), "pasar:8080", "/webhooks/tiki/p77/order", TIKI_SECRET, header);

            // Then
            assertThat(answer).startsWith("HTTP/1.1 200");
            assertThat(MovingIT.counted(trustingMeters, FORMER)).isEqualTo(before + 1);
        }
    }

    private String send(String host, String path, String secret, String... headers) throws Exception {
        return send(sender.port(), host, path, secret, headers);
    }

    /** By hand: the JDK's client writes the Host itself. */
    private static String send(int port, String host, String path, String secret, String... headers) throws Exception {
        String body = "{\"order_code\":\"1\"}";
        StringBuilder request = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        request.append("x-signature: sha1=" + Sender.hmac("HmacSHA1", secret, body.getBytes(UTF_8)) + "\r\n");
        request.append("Content-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body);
        try (Socket socket = new Socket("127.0.0.1", port);
                InputStream answer = socket.getInputStream()) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.toString().getBytes(UTF_8));
            return new String(answer.readAllBytes(), UTF_8);
        }
    }

    private double counted(String address) {
        return counted(meters, address);
    }

    private static double counted(MeterRegistry registry, String address) {
        Counter counter = registry.find("pasar.received.by.address")
                .tag("address", address)
                .counter();
        return counter == null ? 0 : counter.count();
    }

    private double total() {
        return meters.find("pasar.received.by.address").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private String lastUsedAt(String path, String address) throws Exception {
        return StreamSupport.stream(get(path).path("addresses").spliterator(), false)
                .filter(each -> each.path("url").asText("other").equals(address)
                        || each.path("url").isNull() && address.equals("other"))
                .findFirst()
                .orElseThrow()
                .path("lastUsedAt")
                .asText(null);
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                .header("Authorization", "Bearer " + READ_TOKEN)
                .build();
        return new ObjectMapper()
                .readTree(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofString())
                        .body());
    }
}
