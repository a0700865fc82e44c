package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pasar.kafka.TopicReader;
import io.pasar.kafka.spool.Spool;
import io.pasar.registration.Registrations;
import io.pasar.replay.Quarantine;
import io.pasar.replay.Replays;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.actuate.observability.AutoConfigureObservability;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

/** Calls the API as others do: over a socket, through the whole filter chain. */
@SpringBootTest(
        classes = ApiUnderTest.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "server.tomcat.threads.max=2",
            "server.tomcat.threads.min-spare=2",
            // Nothing of the gateway is here that could be ready
            "management.endpoint.health.validate-group-membership=false",
            // Nor is its data directory
            "management.health.diskspace.path=."
        })
@AutoConfigureObservability(tracing = false)
abstract class OverHttp {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    protected ObjectMapper json;

    @MockitoBean
    protected Registrations registrations;

    @MockitoBean
    protected TopicReader topics;

    @MockitoBean
    protected Spool spool;

    @MockitoBean
    protected Replays replays;

    @MockitoBean
    protected Quarantine quarantine;

    /** @param token null for none */
    protected HttpResponse<String> call(String method, String path, String token)
            throws IOException, InterruptedException {
        return send(request(path, token).method(method, BodyPublishers.noBody()));
    }

    protected String url() {
        return "http://localhost:" + port;
    }

    /** @param token null for none */
    protected HttpRequest.Builder request(String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path));
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    protected static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    protected static HttpClient client() {
        return CLIENT;
    }

    /** For what no HTTP client would send. Answers everything that came back. */
    protected String sendAsIs(String request) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** That an answer is this problem, in status, type, title and kind of content. */
    protected void assertProblem(HttpResponse<String> answer, Problem problem) throws IOException {
        assertThat(answer.statusCode()).isEqualTo(problem.status().value());
        assertThat(answer.headers().allValues("Content-Type")).containsExactly("application/problem+json");
        JsonNode body = body(answer);
        assertThat(body.path("type").asText()).isEqualTo(problem.type().toString());
        assertThat(body.path("title").asText()).isEqualTo(problem.title());
        assertThat(body.path("status").asInt()).isEqualTo(problem.status().value());
    }

    protected JsonNode body(HttpResponse<String> answer) throws IOException {
        return json.readTree(answer.body());
    }
}
