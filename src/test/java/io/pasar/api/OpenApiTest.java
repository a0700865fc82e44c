package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.pasar.registration.Outcome;
import io.pasar.registration.RegistrationUnreadableException;
import io.pasar.registration.Registrations.Pending;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

class OpenApiTest extends OverHttp {

    @Autowired
    private RequestMappingHandlerMapping requestMappingHandlerMapping;

    @Test
    void describesEveryCallThatThereIs() throws Exception {
        // Given
        Set<String> mapped = new TreeSet<>();
        requestMappingHandlerMapping.getHandlerMethods().keySet().forEach(mapping -> mapping.getPatternValues().stream()
                .filter(path -> path.startsWith("/api"))
                .forEach(path ->
                        mapping.getMethodsCondition().getMethods().forEach(method -> mapped.add(method + " " + path))));

        // When
        Set<String> described = new TreeSet<>();
        document().path("paths").properties().forEach(path -> path.getValue()
                .fieldNames()
                .forEachRemaining(method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

        // Then
        assertThat(described).isEqualTo(mapped).hasSize(17);
    }

    @Test
    void saysOfEveryCallWhatItDoesAndHowItFails() throws Exception {
        // When
        List<JsonNode> calls = calls(document()).toList();

        // Then
        assertThat(calls).allSatisfy(call -> {
            assertThat(call.path("summary").asText()).isNotBlank();
            assertThat(call.path("responses").fieldNames()).toIterable().contains("400", "401", "406", "415", "500");
            assertThat(call.path("responses").properties()).allSatisfy(response -> {
                String kind = response.getKey().startsWith("2") ? "application/json" : "application/problem+json";
                JsonNode content = response.getValue().path("content");
                assertThat(content.fieldNames()).toIterable().containsExactly(kind);
                assertThat(content.path(kind).has("example")
                                || content.path(kind).has("examples"))
                        .isTrue();
            });
        });
    }

    @Test
    void asksForABearerToken() throws Exception {
        // When
        JsonNode document = document();

        // Then
        assertThat(document.path("security")).isEqualTo(json.readTree("[{\"bearer\":[]}]"));
        assertThat(document.at("/components/securitySchemes/bearer/scheme").asText())
                .isEqualTo("bearer");
    }

    @Test
    void namesEveryTypeOfProblem() throws Exception {
        // When
        JsonNode types = document().at("/components/schemas/Problem/properties/type/enum");

        // Then
        assertThat(types)
                .extracting(JsonNode::asText)
                .containsExactly(
                        "urn:pasar:problem:invalid-parameter",
                        "urn:pasar:problem:bad-request",
                        "urn:pasar:problem:unauthorized",
                        "urn:pasar:problem:api-closed",
                        "urn:pasar:problem:forbidden",
                        "urn:pasar:problem:not-found",
                        "urn:pasar:problem:unknown-account",
                        "urn:pasar:problem:unknown-topic",
                        "urn:pasar:problem:unknown-command",
                        "urn:pasar:problem:unknown-replay",
                        "urn:pasar:problem:still-configured",
                        "urn:pasar:problem:method-not-allowed",
                        "urn:pasar:problem:not-acceptable",
                        "urn:pasar:problem:unsupported-media-type",
                        "urn:pasar:problem:internal-error",
                        "urn:pasar:problem:marketplace-failed",
                        "urn:pasar:problem:marketplace-busy",
                        "urn:pasar:problem:not-ready",
                        "urn:pasar:problem:kafka-unavailable",
                        "urn:pasar:problem:spool-unavailable");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/registrations, RegistrationList",
        "GET, /api/registrations/tokopedia/13004, RegistrationDetail",
        "GET, /api/registrations/tiki/41235121321, RegistrationDetail",
        "DELETE, /api/registrations/tokopedia/13004, RegistrationStatus",
        "GET, /api/registrations/tokopedia/13004/webhooks, Webhooks",
        "POST, /api/registrations/tiki/41235121321/apply, Applied",
        "GET, /api/commands/0b7c2e44-5d0c-4f43-8d5a-6a4d4a1c9a77, Applied",
        "GET, /api/addresses, AddressList",
        "POST, /api/reconcile, Queued",
        "GET, /api/topics/pasar.tiki.order/records, TopicRecords",
        "GET, /api/spool, SpoolView",
        "POST, /api/spool/set-aside/retry, Retried",
        "GET, /api/quarantine, QuarantineList",
        "POST, /api/quarantine/release?marketplace=tiki&account=1, ReplayView",
        "GET, /api/replays, ReplayList",
        "GET, /api/replays/5f0f7a1e, ReplayView",
        "POST, /api/replays?topic=pasar.tiki.order&to=orders-again, ReplayView",
        "POST, /api/replays/5f0f7a1e/cancel, ReplayView",
        "GET, /api/registrations?x=1, Problem",
        "GET, /api/registrations/tiki/failing, Problem",
        "GET, /api/none, Problem",
    })
    void describesAnswersAsTheyAre(String method, String path, String schema) throws Exception {
        // Given
        when(registrations.all()).thenReturn(List.of(Fixtures.TOKOPEDIA, Fixtures.TIKI));
        when(registrations.detail("tokopedia", "13004")).thenReturn(Optional.of(Fixtures.DETAIL));
        when(registrations.detail("tiki", "41235121321")).thenReturn(Optional.of(Fixtures.BARE_DETAIL));
        when(registrations.forget("tokopedia", "13004")).thenReturn(Optional.of(Fixtures.TOKOPEDIA));
        when(registrations.detail("tiki", "failing"))
                .thenThrow(new RegistrationUnreadableException(
                        new Outcome.Failure("unavailable", 0, null, "away", null, null), null));
        when(registrations.webhooks(any(), any())).thenReturn(Optional.of(Fixtures.WEBHOOKS));
        when(registrations.addresses()).thenReturn(Fixtures.ADDRESSES);
        when(registrations.request(any(), any(), any()))
                .thenReturn(Optional.of(new Pending("id", CompletableFuture.completedFuture(Fixtures.DONE))));
        when(registrations.outcome(any())).thenReturn(Optional.of(CompletableFuture.completedFuture(Fixtures.DONE)));
        when(spool.status()).thenReturn(Fixtures.SPOOL);
        when(spool.retrySetAside()).thenReturn(CompletableFuture.completedFuture(1L));
        when(quarantine.list(any(), any(), anyInt())).thenReturn(Fixtures.QUARANTINE);
        when(replays.all()).thenReturn(List.of(Fixtures.REPLAY));
        when(replays.find(any())).thenReturn(Optional.of(Fixtures.REPLAY));
        when(replays.cancel(any())).thenReturn(Optional.of(Fixtures.REPLAY));
        when(replays.begin(any())).thenReturn(Fixtures.REPLAY);
        when(replays.begin(argThat(asked -> asked != null && asked.releases()))).thenReturn(Fixtures.RELEASE);
        when(topics.last(any(), anyInt())).thenReturn(List.of(Fixtures.RECORD, Fixtures.record(null, null)));

        // When
        HttpResponse<String> answer = call(method, path, ApiUnderTest.WRITE);

        // Then
        assertThat(contradictions(schema, body(answer))).isEmpty();
    }

    /** Members that a schema does not name count as well. */
    private Set<ValidationMessage> contradictions(String schema, JsonNode answer) throws Exception {
        ObjectNode components = (ObjectNode) document().path("components");
        components.path("schemas").forEach(OpenApiTest::close);
        ObjectNode root = json.createObjectNode();
        root.put("$ref", "#/components/schemas/" + schema);
        root.set("components", components);
        return JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(root)
                .validate(answer);
    }

    private static void close(JsonNode schema) {
        if (schema.has("properties")) {
            ((ObjectNode) schema).put("additionalProperties", false);
        }
    }

    private static Stream<JsonNode> calls(JsonNode document) {
        return document.path("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream())
                .map(Map.Entry::getValue);
    }

    private JsonNode document() throws IOException, InterruptedException {
        return body(call("GET", "/v3/api-docs", ApiUnderTest.READ));
    }
}
