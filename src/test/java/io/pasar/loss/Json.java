package io.pasar.loss;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What a parser makes of a body. */
final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static JsonNode read(byte[] body) {
        try {
            return MAPPER.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Read and written again: the same JSON, other bytes. */
    static byte[] compact(byte[] body) {
        try {
            return MAPPER.writeValueAsBytes(read(body));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
