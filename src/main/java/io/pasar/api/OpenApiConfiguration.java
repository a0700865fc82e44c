package io.pasar.api;

import static java.util.Map.entry;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.method.HandlerMethod;

/** The document at {@code /v3/api-docs}: what the calls themselves cannot say of security, problems and nulls. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

    private static final String BEARER = "bearer";
    private static final String PROBLEM = "Problem";
    private static final List<Problem> EVERY_CALL = List.of(
            Problem.INVALID_PARAMETER,
            Problem.BAD_REQUEST,
            Problem.UNAUTHORIZED,
            Problem.API_CLOSED,
            Problem.NOT_ACCEPTABLE,
            Problem.UNSUPPORTED_MEDIA_TYPE,
            Problem.INTERNAL_ERROR);

    /** Members are always there; these may be null. */
    private static final Map<String, Set<String>> NULLABLE = Map.ofEntries(
            entry("RegistrationStatus", Set.of("reason", "since", "lastAssertedAt", "nextCheckAt")),
            entry(
                    "RegistrationDetail",
                    Set.of("reason", "since", "lastAssertedAt", "nextCheckAt", "listed", "recorded", "plan")),
            entry("Listed", Set.of("secret")),
            entry("Recorded", Set.of("secret", "requestId")),
            entry("Observed", Set.of("lastVerifiedAt", "lastRejectedAt")),
            entry("SecretUse", Set.of("lastUsedAt")),
            entry("AddressUse", Set.of("url", "lastUsedAt")),
            entry("Finding", Set.of("eventKind", "deliveries", "resentAt")),
            entry("AddressTraffic", Set.of("url", "lastUsedAt", "reason")),
            entry("Webhooks", Set.of("readAt")),
            entry("Change", Set.of("from", "to")),
            entry("KafkaRecord", Set.of("key", "value", "valueBase64")),
            entry("Applied", Set.of("plan", "requestId")),
            entry("MarketplaceReply", Set.of("status", "code", "message", "requestId", "retryAfterSeconds")));

    private static final Map<String, Set<String>> NULLABLE_OF_SPOOL = Map.of(
            "SpoolView",
            Set.of("oldest"),
            "SetAside",
            Set.of("key", "ceId"),
            "ReplayView",
            Set.of("to", "skipped", "reason"),
            "QuarantineList",
            Set.of("next"),
            "QuarantinedView",
            Set.of("reason", "contentType", "releasedBy", "valueBase64"),
            "SelectionView",
            Set.of(
                    "from",
                    "until",
                    "partition",
                    "fromOffset",
                    "untilOffset",
                    "marketplace",
                    "account",
                    "eventKind",
                    "entity",
                    "reason"));

    @Bean
    OpenAPI openApi(ObjectProvider<BuildProperties> build) {
        return new OpenAPI()
                .info(new Info()
                        .title("Pasar")
                        .version(build.stream()
                                .findAny()
                                .map(BuildProperties::getVersion)
                                .orElse("unknown"))
                        .description("Registrations of webhooks at marketplaces, and the events that arrived. Times are"
                                + " ISO 8601 in UTC. A member without a value is null, never left out. Secrets are"
                                + " shown as fingerprints. Unknown query parameters and request bodies are refused."
                                + " Failures are RFC 9457 problems; tell them apart by `type`."))
                .components(new Components()
                        .addSecuritySchemes(
                                BEARER,
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme("bearer")
                                        .description("One of `pasar.api.tokens`. Role `read` may GET, HEAD and OPTIONS;"
                                                + " role `write` may do everything."))
                        .addSchemas(PROBLEM, problemSchema()))
                .addSecurityItem(new SecurityRequirement().addList(BEARER));
    }

    @Bean
    OperationCustomizer problemsOfEachCall() {
        return OpenApiConfiguration::addProblems;
    }

    @Bean
    OpenApiCustomizer membersAndNulls() {
        return document -> {
            ModelConverters.getInstance(true)
                    .read(MarketplaceReply.class)
                    .forEach(document.getComponents()::addSchemas);
            document.getComponents().getSchemas().forEach((name, schema) -> {
                if (!name.equals(PROBLEM) && schema.getProperties() != null) {
                    membersAreAlwaysThere(schema, nullable(name));
                }
            });
        };
    }

    private static Set<String> nullable(String name) {
        return NULLABLE.getOrDefault(name, NULLABLE_OF_SPOOL.getOrDefault(name, Set.of()));
    }

    private static Operation addProblems(Operation operation, HandlerMethod call) {
        List<Problem> problems = new ArrayList<>(EVERY_CALL);
        if (call.hasMethodAnnotation(PostMapping.class)) {
            problems.add(Problem.FORBIDDEN);
        }
        Answers own = call.getMethodAnnotation(Answers.class);
        if (own != null) {
            problems.addAll(Arrays.asList(own.value()));
        }
        problems.stream()
                .collect(groupingBy(Problem::status, TreeMap::new, toList()))
                .forEach((status, alike) -> operation
                        .getResponses()
                        .addApiResponse(String.valueOf(status.value()), response(status, alike)));
        return operation;
    }

    private static ApiResponse response(HttpStatus status, List<Problem> problems) {
        MediaType body = new MediaType().schema(new Schema<>().$ref(PROBLEM));
        problems.forEach(problem -> body.addExamples(problem.type().toString(), new Example().value(example(problem))));
        ApiResponse response = new ApiResponse()
                .description(problems.stream().map(Problem::title).collect(joining(". ", "", ".")))
                .content(new Content().addMediaType("application/problem+json", body));
        if (status == HttpStatus.UNAUTHORIZED || status == HttpStatus.FORBIDDEN) {
            response.addHeaderObject(
                    HttpHeaders.WWW_AUTHENTICATE, header("The challenge of RFC 6750", new StringSchema()));
        }
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            response.addHeaderObject(HttpHeaders.RETRY_AFTER, header("Seconds", new IntegerSchema()));
        }
        return response;
    }

    private static Map<String, Object> example(Problem problem) {
        Map<String, Object> example = new LinkedHashMap<>();
        example.put("type", problem.type().toString());
        example.put("title", problem.title());
        example.put("status", problem.status().value());
        return example;
    }

    private static Header header(String description, Schema<?> schema) {
        return new Header().description(description).schema(schema);
    }

    private static Schema<?> problemSchema() {
        Schema<Object> type = typed("string");
        type.setDescription("What went wrong; stable");
        Arrays.stream(Problem.values())
                .forEach(problem -> type.addEnumItemObject(problem.type().toString()));
        Schema<Object> problem = typed("object");
        problem.setDescription("RFC 9457");
        problem.setRequired(List.of("type", "title", "status"));
        problem.addProperty("type", type);
        problem.addProperty("title", typed("string").description("The same for all problems of a type"));
        problem.addProperty("status", typed("integer").description("The HTTP status"));
        problem.addProperty("detail", typed("string").description("What to do; left out where the title says it all"));
        problem.addProperty("instance", typed("string").description("The path that was called"));
        problem.addProperty("answer", new JsonSchema().$ref("MarketplaceReply"));
        return problem;
    }

    private static Schema<Object> typed(String type) {
        Schema<Object> schema = new JsonSchema();
        schema.addType(type);
        return schema;
    }

    private static void membersAreAlwaysThere(Schema<?> schema, Set<String> nullable) {
        schema.setRequired(List.copyOf(schema.getProperties().keySet()));
        schema.getProperties().replaceAll((name, member) -> nullable.contains(name) ? orNull(member) : member);
    }

    private static Schema<?> orNull(Schema<?> schema) {
        if (schema.get$ref() != null) {
            return new JsonSchema().anyOf(List.of(schema, typed("null")));
        }
        schema.addType("null");
        return schema;
    }
}
