package io.pasar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Why something could not be done, in words for the person who asked for it. Holds no token. */
final class GatewayException extends Exception {

    /** How far a failure reaches. */
    enum Kind {
        /** This account; the next may do. */
        ACCOUNT,
        /** This try; the next may do. */
        BUSY,
        /** The gateway cannot be reached; it may come back. */
        UNREACHABLE,
        /** Everything that this command would ask. */
        EVERYTHING
    }

    private final Kind kind;
    private final ObjectNode problem;

    /** @param problem as the API tells it, RFC 9457 */
    GatewayException(Kind kind, ObjectNode problem) {
        super(problem.path("title").asText());
        this.kind = kind;
        this.problem = problem;
    }

    /** For what the API does not tell itself. */
    static GatewayException of(Kind kind, String title, String detail) {
        ObjectNode problem = JsonNodeFactory.instance.objectNode();
        return new GatewayException(kind, problem.put("title", title).put("detail", detail));
    }

    /** Whether it makes no sense to go on with another account. */
    boolean endsEverything() {
        return kind == Kind.EVERYTHING || kind == Kind.UNREACHABLE;
    }

    /** Whether the same may succeed in a moment. */
    boolean mayPass() {
        return kind == Kind.BUSY || kind == Kind.UNREACHABLE;
    }

    ObjectNode problem() {
        return problem;
    }

    /** What went wrong, and what to do. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(getMessage());
        JsonNode answer = problem.path("answer");
        if (answer.isObject()) {
            lines.add(reply(answer));
        } else if (problem.hasNonNull("detail")) {
            lines.add(problem.path("detail").asText());
        }
        return lines;
    }

    /** What a marketplace answered, in its own words as far as there are any. */
    private static String reply(JsonNode answer) {
        String words =
                answer.path(answer.hasNonNull("message") ? "message" : "kind").asText();
        List<String> more = new ArrayList<>();
        if (answer.hasNonNull("code")) {
            more.add("code " + answer.path("code").asText());
        }
        if (answer.hasNonNull("requestId")) {
            more.add("request " + answer.path("requestId").asText());
        }
        if (answer.hasNonNull("retryAfterSeconds")) {
            more.add("to be tried again in " + answer.path("retryAfterSeconds").asText() + " s");
        }
        return more.isEmpty() ? words : words + " (" + String.join(", ", more) + ")";
    }
}
