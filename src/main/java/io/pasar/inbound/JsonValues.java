package io.pasar.inbound;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

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

    /** In place of an object or an array: no single value, yet not nothing. */
    private static final JsonNode NO_SINGLE_VALUE = JSON.createObjectNode();

    private final Place root = new Place();
    private final int count;

    JsonValues(List<JsonPointer> pointers) {
        this.count = pointers.size();
        for (int i = 0; i < count; i++) {
            root.add(pointers.get(i), i);
        }
    }

    /**
     * The texts, numbers and other single values at the pointers, in the order of these; null where there is nothing,
     * an empty object where there is an object or an array. All null if the body is not one JSON value.
     */
    JsonNode[] in(byte[] body) {
        JsonNode[] found = new JsonNode[count];
        if (count == 0) {
            return found;
        }
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() == null) {
                return found;
            }
            read(parser, root, found);
            return parser.nextToken() == null ? found : new JsonNode[count];
        } catch (IOException | RuntimeException e) {
            // A number such as 1e2147483648 comes out of Jackson as a NumberFormatException
            return new JsonNode[count];
        }
    }

    /** @param place null where nothing is wanted */
    private static void read(JsonParser parser, Place place, JsonNode[] found) throws IOException {
        if (place == null) {
            parser.skipChildren();
            return;
        }
        // Of a name that comes twice the last one counts
        for (int wanted : place.wanted) {
            found[wanted] = null;
        }
        if (parser.currentToken().isStructStart()) {
            for (int here : place.here) {
                found[here] = NO_SINGLE_VALUE;
            }
        }
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                read(parser, place.fields.get(name), found);
            }
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                read(parser, place.elements.get(i), found);
            }
        } else if (place.here.length > 0) {
            // Most are texts, and a reader for one value costs more than the text
            JsonNode value = parser.hasToken(JsonToken.VALUE_STRING)
                    ? TextNode.valueOf(parser.getText())
                    : JSON.readTree(parser);
            for (int here : place.here) {
                found[here] = value;
            }
        }
    }

    /** Where in a body something is wanted. */
    private static final class Place {

        private final Map<String, Place> fields = new HashMap<>();
        private final Map<Integer, Place> elements = new HashMap<>();

        private int[] here = {};

        /** Here and below. */
        private int[] wanted = {};

        /** @param rest of the pointer, from here */
        private void add(JsonPointer rest, int pointer) {
            wanted = with(wanted, pointer);
            if (rest.matches()) {
                here = with(here, pointer);
                return;
            }
            Place below = fields.computeIfAbsent(rest.getMatchingProperty(), name -> new Place());
            below.add(rest.tail(), pointer);
            if (rest.mayMatchElement()) {
                elements.put(rest.getMatchingIndex(), below);
            }
        }

        private static int[] with(int[] some, int one) {
            return IntStream.concat(IntStream.of(some), IntStream.of(one)).toArray();
        }
    }
}
