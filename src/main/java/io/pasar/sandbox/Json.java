package io.pasar.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads JSON as strictly as a marketplace might, and writes it as compactly. Safe for use by many threads. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final Set<String> SECRETS = Set.of("secret_key", "webhook_secret", "secret");
    private static final String MASK = "***";

    private Json() {}

    static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text without its white space, as bytes: what marketplaces send has none. */
    static byte[] compact(String text) {
        try {
            return bytes(MAPPER.readTree(text));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The object in these bytes; empty if they are anything else. */
    static Optional<ObjectNode> object(byte[] body) {
        if (body == null || body.length == 0) {
            return Optional.empty();
        }
        try {
            return MAPPER.readTree(body) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static ObjectNode newObject() {
        return MAPPER.createObjectNode();
    }

    /** A copy that may be shown: every secret in it is a mask, an empty one stays empty. */
    static JsonNode masked(JsonNode node) {
        JsonNode copy = node.deepCopy();
        mask(copy);
        return copy;
    }

    static String mask(String secret) {
        return secret == null || secret.isEmpty() ? secret : MASK;
    }

    private static void mask(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                if (SECRETS.contains(field.getKey())) {
                    // Whatever its type: a secret sent as a number or an array is a secret all the same
                    object.put(field.getKey(), field.getValue().asText("?").isEmpty() ? "" : MASK);
                } else {
                    mask(field.getValue());
                }
            }
        } else if (node instanceof ArrayNode array) {
            array.forEach(Json::mask);
        }
    }
}
