package io.pasar.inbound;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A few values out of a JSON body, read in passing: a tree of all of it would be the most expensive thing that the
 * gateway does to a delivery. Immutable and safe for use by many threads.
 */
final class JsonValues {

    // Interning the names of a large body takes most of the time that the event loop spends on it
    private static final ObjectReader JSON = JsonMapper.builder(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .reader();

    private final List<Wanted> wanted;

    JsonValues(List<JsonPointer> pointers) {
        this.wanted = pointers.stream()
                .distinct()
                .map(pointer -> new Wanted(pointer, pointer))
                .toList();
    }

    /** The texts, numbers and other single values at the pointers; nothing at all if the body is not one JSON value. */
    Map<JsonPointer, JsonNode> in(byte[] body) {
        if (wanted.isEmpty()) {
            return Map.of();
        }
        Map<JsonPointer, JsonNode> found = new HashMap<>();
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() == null) {
                return Map.of();
            }
            read(parser, wanted, found);
            return parser.nextToken() == null ? found : Map.of();
        } catch (IOException | RuntimeException e) {
            // A number such as 1e2147483648 comes out of Jackson as a NumberFormatException
            return Map.of();
        }
    }

    private static void read(JsonParser parser, List<Wanted> wanted, Map<JsonPointer, JsonNode> found)
            throws IOException {
        // Of a name that comes twice the last one counts
        wanted.forEach(value -> found.remove(value.pointer));
        if (wanted.isEmpty()) {
            parser.skipChildren();
        } else if (parser.currentToken() == JsonToken.START_OBJECT) {
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                String field = name;
                parser.nextToken();
                read(parser, below(wanted, rest -> rest.matchProperty(field)), found);
            }
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                int index = i;
                read(parser, below(wanted, rest -> rest.matchElement(index)), found);
            }
        } else {
            JsonNode value = JSON.readTree(parser);
            wanted.stream().filter(here -> here.rest.matches()).forEach(here -> found.put(here.pointer, value));
        }
    }

    private static List<Wanted> below(List<Wanted> wanted, UnaryOperator<JsonPointer> step) {
        List<Wanted> below = List.of();
        for (Wanted value : wanted) {
            JsonPointer rest = step.apply(value.rest);
            if (rest != null) {
                below = below.isEmpty() ? new ArrayList<>(wanted.size()) : below;
                below.add(new Wanted(value.pointer, rest));
            }
        }
        return below;
    }

    /** @param rest of the pointer, from where the parser is */
    private record Wanted(JsonPointer pointer, JsonPointer rest) {}
}
