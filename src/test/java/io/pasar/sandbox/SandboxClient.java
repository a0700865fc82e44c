package io.pasar.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** What a gateway and a user would send to the sandbox, over real HTTP. */
final class SandboxClient {

    static final String TIKI_SECRET = "0123456789abcdef0123456789ABCDEF";
    static final String TOKOPEDIA_SECRET = "made-up-secret";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String JSON = "application/json";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;

    SandboxClient(int port) {
        this.base = "http://localhost:" + port + "/sandbox";
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    HttpResponse<String> post(String path) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    HttpResponse<String> control(String marketplace, String wish) throws IOException, InterruptedException {
        return send(request("/" + marketplace + "/control")
                .header("Content-Type", JSON)
                .POST(BodyPublishers.ofString(wish)));
    }

    JsonNode state(String marketplace) throws IOException, InterruptedException {
        return json(get("/" + marketplace + "/state"));
    }

    void reset() throws IOException, InterruptedException {
        send(request("/tiki/state").DELETE());
        send(request("/tokopedia/state").DELETE());
    }

    HttpResponse<String> tikiToken() throws IOException, InterruptedException {
        return tikiToken(basic("sandbox-tiki-app-1", "made-up-client-secret-1"), "grant_type=client_credentials");
    }

    HttpResponse<String> tikiToken(String authorization, String form) throws IOException, InterruptedException {
        HttpRequest.Builder request = request("/tiki/sc/oauth2/token")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return send(request);
    }

    HttpResponse<String> registerAtTiki(String body) throws IOException, InterruptedException {
        return registerAtTiki(text(tikiToken(), "access_token"), body);
    }

    HttpResponse<String> registerAtTiki(String token, String body) throws IOException, InterruptedException {
        return send(request("/tiki/business/v1/register-webhooks")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", JSON)
                .POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> tokopediaToken() throws IOException, InterruptedException {
        return send(request("/tokopedia/token?grant_type=client_credentials")
                .header("Authorization", basic("sandbox-tokopedia-app-1", "made-up-client-secret-3"))
                .POST(BodyPublishers.noBody()));
    }

    /** A token of the app that has something registered already. */
    HttpResponse<String> secondTokopediaToken() throws IOException, InterruptedException {
        return send(request("/tokopedia/token?grant_type=client_credentials")
                .header("Authorization", basic("sandbox-tokopedia-app-2", "made-up-client-secret-4"))
                .POST(BodyPublishers.noBody()));
    }

    HttpResponse<String> listAtTokopedia() throws IOException, InterruptedException {
        return listAtTokopedia(text(tokopediaToken(), "access_token"), "13004");
    }

    HttpResponse<String> listAtTokopedia(String token, String fsId) throws IOException, InterruptedException {
        return send(request("/tokopedia/v1/fs/" + fsId).header("Authorization", "Bearer " + token));
    }

    /** As many as a stand-in is asked for at once; one after the other they could be slower than any limit. */
    List<HttpResponse<String>> listAtTokopediaAtOnce(int times, String token, String fsId) {
        HttpRequest request = request("/tokopedia/v1/fs/" + fsId)
                .header("Authorization", "Bearer " + token)
                .build();
        List<CompletableFuture<HttpResponse<String>>> asked = Stream.generate(
                        () -> http.sendAsync(request, BodyHandlers.ofString()))
                .limit(times)
                .toList();
        return asked.stream().map(CompletableFuture::join).toList();
    }

    HttpResponse<String> registerAtTokopedia(String body) throws IOException, InterruptedException {
        return registerAtTokopedia(text(tokopediaToken(), "access_token"), "13004", body);
    }

    HttpResponse<String> registerAtTokopedia(String token, String fsId, String body)
            throws IOException, InterruptedException {
        return callTokopedia(token, fsId + "/register", body);
    }

    HttpResponse<String> callTokopedia(String token, String path, String body)
            throws IOException, InterruptedException {
        return send(request("/tokopedia/v1/fs/" + path)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", JSON)
                .POST(BodyPublishers.ofString(body)));
    }

    static String basic(String client, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((client + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    /** The documented payload, with every webhook. */
    static String tikiPayload(String base) {
        return """
                {"sync_inventory_location":["sgn3","tbn1"],
                 "sync_webhook":{
                  "order":{"url":"%1$s/order","secret_key":"%2$s"},
                  "stock":{"url":"%1$s/stock","secret_key":"%2$s"},
                  "aftersale":{"url":"%1$s/aftersale","secret_key":"%2$s"}},
                 "external_partner_id":"41235121321"}"""
                .formatted(base, TIKI_SECRET);
    }

    static JsonNode json(HttpResponse<String> response) throws IOException {
        return MAPPER.readTree(response.body());
    }

    static String text(HttpResponse<String> response, String field) throws IOException {
        return json(response).path(field).asText();
    }
}
