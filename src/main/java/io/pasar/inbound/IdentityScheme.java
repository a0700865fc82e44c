package io.pasar.inbound;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Where one event kind's entity and identity lie in its body, as its route declares it. A body that cannot be read, or
 * lacks a declared part, or has one that is no value to tell events apart by, is still an event: its entity is the
 * account, its identity the hash of its bytes, weak.
 * Immutable and safe for use by many threads.
 */
final class IdentityScheme {

    /** Beyond this no entity or identity is that of a marketplace; a record key must stay small. */
    private static final int MAX_PART_LENGTH = 256;

    private static final String WHOLE_BODY = "body";

    private static final ThreadLocal<MessageDigest> SHA256 = ThreadLocal.withInitial(IdentityScheme::newSha256);

    private final List<Integer> entity;
    private final List<Part> parts;
    private final boolean strong;
    private final Integer occurredAt;
    private final JsonValues json;

    /**
     * @param entity JSON pointers, separated by commas, whose values joined by {@code /} are the entity; empty for the
     *     account itself
     * @param identity JSON pointers, separated by commas; one that ends in {@code ?} may be missing, empty or null;
     *     {@code body} stands for the hash of all bytes
     * @param strength {@code strong} or {@code weak}
     * @param occurredAt a JSON pointer; empty if the body does not say when it happened
     * @throws IllegalArgumentException if one of them cannot be used, with what to write instead
     */
    IdentityScheme(String entity, String identity, String strength, String occurredAt) {
        List<JsonPointer> pointers = new ArrayList<>();
        this.entity = list(entity).stream().map(text -> index(text, pointers)).toList();
        this.parts =
                list(identity).stream().map(text -> Part.of(text, pointers)).toList();
        this.strong = isStrong(strength);
        this.occurredAt = occurredAt.isBlank() ? null : index(occurredAt.trim(), pointers);
        this.json = new JsonValues(pointers);
        // With none, all bodies that cannot be read would be one event
        if (parts.stream().allMatch(Part::optional)) {
            throw new IllegalArgumentException(
                    "An identity needs at least one part that may not be missing: JSON pointers, or 'body'");
        }
    }

    /** Never fails: what cannot be read is identified by its bytes. */
    Identity identify(String marketplace, String account, String eventKind, byte[] body) {
        JsonNode[] found = json.in(body);
        String entityText = entity.isEmpty() ? account : entityIn(found);
        List<String> values = valuesIn(found, body);
        String time = occurredAt == null ? null : text(found[occurredAt]);
        if (entityText == null || values == null) {
            return new Identity(account, id(marketplace, account, eventKind, List.of(hash(body))), false, time);
        }
        return new Identity(entityText, id(marketplace, account, eventKind, values), strong, time);
    }

    private String entityIn(JsonNode[] found) {
        List<String> values = new ArrayList<>(entity.size());
        for (int index : entity) {
            String value = text(found[index]);
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return String.join("/", values);
    }

    private List<String> valuesIn(JsonNode[] found, byte[] body) {
        List<String> values = new ArrayList<>(parts.size());
        for (Part part : parts) {
            String value = part.index == null ? hash(body) : text(found[part.index]);
            // Unusable is not missing: two events that differ only there would be one
            if (value == null && !(part.optional && isMissing(found[part.index]))) {
                return null;
            }
            values.add(value == null ? "" : value);
        }
        return values;
    }

    private static boolean isMissing(JsonNode node) {
        return node == null
                || node.isNull()
                || (node.isTextual() && node.textValue().isEmpty());
    }

    // null for what is no usable value: missing, too long, no text, or an object or array
    private static String text(JsonNode node) {
        if (isMissing(node)) {
            return null;
        }
        String text = node.asText();
        return text.isEmpty() || text.length() > MAX_PART_LENGTH || !isText(text) ? null : text;
    }

    /** JSON can write half of a surrogate pair. UTF-8 cannot: all of them would be the same question mark, and the same id. */
    private static boolean isText(String text) {
        int codePoint;
        for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
            codePoint = text.codePointAt(i);
            if (Character.getType(codePoint) == Character.SURROGATE) {
                return false;
            }
        }
        return true;
    }

    private static String id(String marketplace, String account, String eventKind, List<String> values) {
        MessageDigest digest = SHA256.get();
        update(digest, marketplace);
        update(digest, account);
        update(digest, eventKind);
        values.forEach(value -> update(digest, value));
        return HexFormat.of().formatHex(digest.digest());
    }

    // The length in front keeps ("ab", "c") and ("a", "bc") apart
    private static void update(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
    }

    private static String hash(byte[] body) {
        return HexFormat.of().formatHex(SHA256.get().digest(body));
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        }
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(","))
                .map(String::trim)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** Adds the pointer, and tells where it is among them. */
    private static int index(String text, List<JsonPointer> pointers) {
        pointers.add(pointer(text));
        return pointers.size() - 1;
    }

    private static JsonPointer pointer(String text) {
        try {
            return JsonPointer.compile(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is no JSON pointer: write one like /data/order_code", e);
        }
    }

    private static boolean isStrong(String strength) {
        return switch (strength) {
            case "strong" -> true;
            case "weak" -> false;
            default -> throw new IllegalArgumentException("Unknown strength '" + strength + "': write strong or weak");
        };
    }

    /** @param index of its pointer; null for the whole body */
    private record Part(Integer index, boolean optional) {

        private static Part of(String text, List<JsonPointer> pointers) {
            if (WHOLE_BODY.equals(text)) {
                return new Part(null, false);
            }
            boolean optional = text.endsWith("?");
            String pointer = optional ? text.substring(0, text.length() - 1) : text;
            return new Part(IdentityScheme.index(pointer, pointers), optional);
        }
    }
}
