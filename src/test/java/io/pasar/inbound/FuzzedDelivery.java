package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/**
 * What the fuzzer's bytes stand for: one that chooses the event kind, one that says how the signature comes about, a
 * line that becomes the signature header, a line that becomes the content type, and the body. No fuzzer guesses a
 * digest, so half of the deliveries carry the right one, or one that is nearly right.
 *
 * @param signature each byte one character, as headers are read
 */
record FuzzedDelivery(EventKindRoute kind, String signature, String contentType, byte[] body) {

    /** In the signature's line these stand for the right one and for its digest alone. */
    private static final String RIGHT = "@";

    private static final String DIGEST = "#";

    private static final int SHORTEST = 2;

    /** @return null if these are too few */
    static FuzzedDelivery of(byte[] data) {
        if (data.length < SHORTEST) {
            return null;
        }
        int end = lineEnd(data, SHORTEST);
        String line = new String(data, SHORTEST, end - SHORTEST, ISO_8859_1);
        int from = Math.min(end + 1, data.length);
        int contentTypeEnd = lineEnd(data, from);
        String contentType = new String(data, from, contentTypeEnd - from, ISO_8859_1);
        byte[] body = Arrays.copyOfRange(data, Math.min(contentTypeEnd + 1, data.length), data.length);

        List<EventKindRoute> kinds = EventKindRoute.ALL;
        EventKindRoute kind = kinds.get((data[0] & 0xff) % kinds.size());
        return new FuzzedDelivery(kind, signature(data[1] & 0xff, line, kind.signatures(), body), contentType, body);
    }

    /** The bytes of a delivery, for a seed. */
    static byte[] toBytes(int kind, int signing, String signatureLine, String contentType, byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(kind);
        bytes.write(signing);
        bytes.writeBytes((signatureLine + "\n" + contentType + "\n").getBytes(ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    private static String signature(int signing, String line, SignatureModel model, byte[] body) {
        String right = model.sign(body);
        return switch (signing & 3) {
            case 0 -> line;
            case 1 ->
                line.replace(DIGEST, right.substring(model.prefix().length())).replace(RIGHT, right);
            case 2 -> right;
            default -> changed(right, line, signing >> 2);
        };
    }

    private static String changed(String right, String line, int with) {
        StringBuilder changed = new StringBuilder(right);
        int at = (line.isEmpty() ? 0 : line.charAt(0)) % right.length();
        changed.setCharAt(at, (char) ((changed.charAt(at) ^ with) & 0xff));
        return changed.toString();
    }

    private static int lineEnd(byte[] data, int from) {
        int end = from;
        while (end < data.length && data[end] != '\n') {
            end++;
        }
        return end;
    }
}
