package io.pasar.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pasar.cli.GatewayException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/** The HTTP API of a running gateway. Follows no redirect: the token goes to nobody else. */
final class Gateway {

    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);

    /** The API itself answers an apply after 10 s at most, and a little later while Kafka is slow. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    /** The API waits too before it says that there is no outcome yet; this is for when it cannot. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private static final String PROBLEM = "urn:pasar:problem:";
    private static final String MAYBE = "What was asked may still be carried out. To ask again does no harm, save for a"
            + " replay or a release: see GET /api/replays first.";

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_WITHIN)
            .build();

    private final URI url;
    private final String token;

    Gateway(URI url, String token) {
        this.url = url;
        this.token = token;
    }

    /** @param marketplace null for all */
    List<JsonNode> registrations(String marketplace) throws GatewayException {
        String query = marketplace == null ? "" : "?marketplace=" + encoded(marketplace);
        JsonNode registrations =
                send("GET", "/api/registrations" + query).body().path("registrations");
        if (!registrations.isArray()) {
            throw notOurs(200, "an answer without registrations");
        }
        List<JsonNode> all = new ArrayList<>();
        registrations.forEach(all::add);
        return all;
    }

    JsonNode registration(JsonNode account) throws GatewayException {
        return send("GET", path(account)).body();
    }

    /** @param wait how long to wait for the outcome at least, when there is none in the first answer */
    JsonNode apply(JsonNode account, boolean dryRun, Duration wait) throws GatewayException {
        long begun = System.nanoTime();
        Answer answer = send("POST", path(account) + "/apply" + (dryRun ? "?dry-run=true" : ""));
        while (answer.status() == 202) {
            String id = answer.body().path("id").asText();
            if (System.nanoTime() - begun >= wait.toNanos()) {
                throw notDone(id, wait);
            }
            answer = look("/api/commands/" + encoded(id), begun, wait, GatewayException::mayPass);
        }
        return answer.body();
    }

    /** A gateway that is restarted, or loses Kafka, while somebody waits may well have the outcome a moment later. */
    private Answer look(String path, long begun, Duration wait, Predicate<GatewayException> mayPass)
            throws GatewayException {
        while (true) {
            pause();
            try {
                return send("GET", path);
            } catch (GatewayException e) {
                if (!mayPass.test(e) || System.nanoTime() - begun >= wait.toNanos()) {
                    throw e;
                }
            }
        }
    }

    /** @param parameters those without a value are left out */
    JsonNode beginReplay(Map<String, String> parameters) throws GatewayException {
        return send("POST", "/api/replays?" + query(parameters)).body();
    }

    /** As {@link #beginReplay}; what it answers is a replay. */
    JsonNode beginRelease(Map<String, String> parameters) throws GatewayException {
        return send("POST", "/api/quarantine/release?" + query(parameters)).body();
    }

    /** One page. As {@link #beginReplay}. */
    JsonNode quarantine(Map<String, String> parameters) throws GatewayException {
        JsonNode page = send("GET", "/api/quarantine?" + query(parameters)).body();
        if (!page.path("deliveries").isArray()) {
            throw notOurs(200, "an answer without deliveries");
        }
        return page;
    }

    private static String query(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .filter(parameter -> parameter.getValue() != null)
                .map(parameter -> parameter.getKey() + "=" + encoded(parameter.getValue()))
                .collect(Collectors.joining("&"));
    }

    /** @param wait how long a gateway that is away is waited for */
    JsonNode lookAtReplay(String id, Duration wait) throws GatewayException {
        return look("/api/replays/" + encoded(id), System.nanoTime(), wait, Gateway::mayHaveRestarted)
                .body();
    }

    /** Of a command, not to have been ready is the outcome; of a replay, nobody has read yet how far it is. */
    private static boolean mayHaveRestarted(GatewayException e) {
        return e.mayPass() || e.problem().path("type").asText().equals(PROBLEM + "not-ready");
    }

    private Answer send(String method, String path) throws GatewayException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .method(method, BodyPublishers.noBody())
                .timeout(ANSWER_WITHIN)
                .header("Authorization", "Bearer " + token)
                .header("Accept", "application/json, application/problem+json")
                .build();
        try {
            return understood(client.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw notAnswered(e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private Answer understood(HttpResponse<String> response) throws GatewayException {
        int status = response.statusCode();
        ObjectNode body = object(response.body());
        boolean problem = body != null && body.path("type").asText().startsWith(PROBLEM);
        if (problem && status >= 400) {
            throw new GatewayException(kind(status, body), advised(status, body));
        }
        if (body == null || status != 200 && status != 202) {
            throw notOurs(status, response.headers().firstValue("Content-Type").orElse("no content type"));
        }
        return new Answer(status, body);
    }

    /** Null for what is no JSON object. */
    private static ObjectNode object(String body) {
        try {
            return JSON.readTree(body) instanceof ObjectNode object ? object : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static Kind kind(int status, ObjectNode problem) {
        return switch (status) {
            case 401, 403 -> Kind.EVERYTHING;
            // What else is 503 is the outcome itself, and stays it however often one looks
            case 503 -> problem.path("type").asText().equals(PROBLEM + "kafka-unavailable") ? Kind.BUSY : Kind.ACCOUNT;
            // No account has anything to do with it
            case 404 -> problem.path("type").asText().equals(PROBLEM + "not-found") ? Kind.EVERYTHING : Kind.ACCOUNT;
            default -> Kind.ACCOUNT;
        };
    }

    /** The gateway knows nothing of this program's variables. */
    private static ObjectNode advised(int status, ObjectNode problem) {
        if (status == 401 && !problem.path("type").asText().equals(PROBLEM + "api-closed")) {
            problem.put(
                    "detail",
                    "The gateway does not know this token. Set PASAR_API_TOKEN to one of its pasar.api.tokens.");
        } else if (status == 403) {
            problem.put(
                    "detail",
                    "plan, apply, replay and release need a token whose role is write. Set PASAR_API_TOKEN to such a one of"
                            + " the gateway's pasar.api.tokens.");
        }
        return problem;
    }

    private GatewayException notOurs(int status, String what) {
        return GatewayException.of(
                status >= 500 ? Kind.BUSY : Kind.EVERYTHING,
                "%s answered %d with what is not the gateway's API (%s)".formatted(url, status, what),
                "Does --url name the gateway's management port (8081 unless configured otherwise), and does a proxy"
                        + " in between let its answers through?");
    }

    private GatewayException notAnswered(IOException failure) {
        if (failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException) {
            return GatewayException.of(
                    Kind.UNREACHABLE,
                    "The gateway cannot be reached at %s: %s".formatted(url, reason(failure)),
                    "Is it running, and does --url name its management port (8081 unless configured otherwise)?");
        }
        if (failure instanceof HttpTimeoutException) {
            return GatewayException.of(
                    Kind.BUSY,
                    "The gateway at %s did not answer within %d s".formatted(url, ANSWER_WITHIN.toSeconds()),
                    MAYBE);
        }
        if (failure instanceof SSLException) {
            return GatewayException.of(
                    Kind.EVERYTHING,
                    "No TLS connection to %s: %s".formatted(url, failure.getMessage()),
                    "Is the certificate one that Java trusts? A gateway without TLS is asked with http://.");
        }
        return GatewayException.of(
                Kind.UNREACHABLE,
                "%s broke the connection off".formatted(url),
                MAYBE + " A port that speaks TLS is asked with https://.");
    }

    private static String reason(IOException failure) {
        if (failure instanceof HttpConnectTimeoutException) {
            return "nothing answers within %d s".formatted(CONNECT_WITHIN.toSeconds());
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "no host of that name is known";
            }
        }
        return failure.getMessage() == null ? "connection refused" : failure.getMessage();
    }

    private static GatewayException notDone(String id, Duration wait) {
        return GatewayException.of(
                Kind.ACCOUNT,
                "There is no outcome after %d s".formatted(wait.toSeconds()),
                "It is still going to be carried out, as command %s. See later with list, or wait longer with --wait."
                        .formatted(id));
    }

    private static GatewayException interrupted() {
        Thread.currentThread().interrupt();
        return GatewayException.of(Kind.EVERYTHING, "Interrupted", "What was asked may still be carried out.");
    }

    private static void pause() throws GatewayException {
        try {
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static String path(JsonNode account) {
        return "/api/registrations/" + encoded(account.path("marketplace").asText()) + "/"
                + encoded(account.path("account").asText());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private record Answer(int status, ObjectNode body) {}
}
