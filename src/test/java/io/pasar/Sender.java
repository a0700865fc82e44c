package io.pasar;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Sends webhooks as the marketplaces of {@link GatewayTest} do; signs them apart from the gateway's own code. */
record Sender(HttpClient client, int port) {

    Sender(int port) {
        this(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), port);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpRequest.Builder signed(String marketplace, String account, String eventKind, byte[] body)
            throws GeneralSecurityException {
        String header = marketplace.equals("tiki") ? "x-signature" : "Authorization-Hmac";
        return request(marketplace, account, eventKind, body).header(header, signature(marketplace, body));
    }

    HttpRequest.Builder request(String marketplace, String account, String eventKind, byte[] body) {
        return request("/webhooks/" + marketplace + "/" + account + "/" + eventKind, body);
    }

    HttpRequest.Builder request(String pathAndQuery, byte[] body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + pathAndQuery))
                // More than any gateway of a test may take
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofByteArray(body));
    }

    static String signature(String marketplace, byte[] body) throws GeneralSecurityException {
        return marketplace.equals("tiki")
                ? "sha1=" + hmac("HmacSHA1", GatewayTest.TIKI_SECRET, body)
                : hmac("HmacSHA256", GatewayTest.TOKOPEDIA_SECRET, body);
    }

    static String hmac(String algorithm, String secret, byte[] body) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), algorithm));
        return HexFormat.of().formatHex(mac.doFinal(body));
    }
}
