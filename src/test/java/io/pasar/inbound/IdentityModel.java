package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** What a body's identity must be, found the plain way: by a tree of the whole body. */
final class IdentityModel {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final int LONGEST = 256;

    private IdentityModel() {}

    /**
     * @return null if no tree can be made of the body. A gateway that reads less of it may then have found its values
     *     all the same.
     */
    static Identity of(EventKindRoute kind, String account, byte[] body) {
        JsonNode tree;
        try {
            tree = JSON.readTree(body);
        } catch (IOException | RuntimeException e) {
            return null;
        }
        String time = kind.occurredAt().isEmpty() ? null : text(tree, kind.occurredAt());
        List<String> entity = values(tree, kind.entity(), body);
        List<String> parts = values(tree, kind.identity(), body);
        if (entity == null || parts == null) {
            return new Identity(account, id(kind, account, List.of(sha256(body))), false, time);
        }
        return new Identity(
                entity.isEmpty() ? account : String.join("/", entity),
                id(kind, account, parts),
                kind.strength().equals("strong"),
                time);
    }

    private static List<String> values(JsonNode tree, String pointers, byte[] body) {
        List<String> values = new ArrayList<>();
        for (String pointer : pointers.isEmpty() ? new String[0] : pointers.split(", ")) {
            boolean optional = pointer.endsWith("?");
            String value =
                    pointer.equals("body") ? sha256(body) : text(tree, optional ? pointer.replace("?", "") : pointer);
            if (value == null && !(optional && saysNothing(tree.at(pointer.replace("?", ""))))) {
                return null;
            }
            values.add(value == null ? "" : value);
        }
        return values;
    }

    private static boolean saysNothing(JsonNode part) {
        return part.isMissingNode()
                || part.isNull()
                || part.isTextual() && part.asText().isEmpty();
    }

    private static String text(JsonNode tree, String pointer) {
        JsonNode node = tree.at(JsonPointer.compile(pointer));
        String text = node.isValueNode() && !node.isNull() ? node.asText() : "";
        // What UTF-8 cannot carry would come out as the same question mark, whatever it was
        boolean usable =
                !text.isEmpty() && text.length() <= LONGEST && new String(text.getBytes(UTF_8), UTF_8).equals(text);
        return usable ? text : null;
    }

    private static String id(EventKindRoute kind, String account, List<String> parts) {
        List<String> all = new ArrayList<>(Arrays.asList(kind.marketplace(), account, kind.eventKind()));
        all.addAll(parts);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (String part : all) {
                out.writeInt(part.getBytes(UTF_8).length);
                out.write(part.getBytes(UTF_8));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return sha256(bytes.toByteArray());
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
