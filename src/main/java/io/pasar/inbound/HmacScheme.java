package io.pasar.inbound;

import io.pasar.account.Secret;
import io.pasar.inbound.SignatureRejectedException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How one marketplace signs its webhooks, as its route file declares it. Verifies over the raw bytes, in constant time,
 * and fails closed. Immutable and safe for use by many threads.
 */
final class HmacScheme {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z-]+)}");

    private final String header;
    private final String algorithm;
    private final Encoding encoding;
    private final String prefix;
    private final List<Part> signed;
    private final int digestLength;
    private final ThreadLocal<Mac> macs;

    /**
     * @param header the request header that carries the signature
     * @param algorithm a JDK name such as {@code HmacSHA256}
     * @param encoding {@code hex} or {@code base64}
     * @param prefix in front of the encoded digest, e.g. {@code sha1=}; empty for none
     * @param signed what is signed: text with {@code {body}} and, where a marketplace wants them, {@code {url}} (as
     *     registered) and {@code {client-id}}
     * @throws IllegalArgumentException if one of them cannot be used, with what to write instead
     */
    HmacScheme(String header, String algorithm, String encoding, String prefix, String signed) {
        this.header = header;
        this.algorithm = algorithm;
        this.encoding = Encoding.named(encoding);
        this.prefix = prefix;
        this.signed = parts(signed);
        this.digestLength = newMac(algorithm).getMacLength();
        this.macs = ThreadLocal.withInitial(() -> newMac(algorithm));
    }

    String header() {
        return header;
    }

    /**
     * Whether this signature proves that the body was signed with one of the secrets.
     *
     * @param signature the header's value; null if there was none
     * @return why not; null if it does
     */
    Reason verify(String signature, byte[] body, List<Secret> secrets, String url, String clientId) {
        if (signature == null || signature.isEmpty()) {
            return Reason.MISSING;
        }
        byte[] received = decode(signature);
        if (received == null) {
            return Reason.MALFORMED;
        }
        boolean proven = false;
        for (Secret secret : secrets) {
            // Every secret is tried, so that the time taken does not tell which one is in use
            proven |= MessageDigest.isEqual(digest(secret, body, url, clientId), received);
        }
        return proven ? null : Reason.WRONG;
    }

    private byte[] decode(String signature) {
        if (!signature.startsWith(prefix)) {
            return null;
        }
        try {
            byte[] decoded = encoding.decode(signature.substring(prefix.length()));
            return decoded.length == digestLength ? decoded : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private byte[] digest(Secret secret, byte[] body, String url, String clientId) {
        Mac mac = macs.get();
        try {
            mac.init(new SecretKeySpec(secret.utf8(), algorithm));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This secret cannot be a key of " + algorithm, e);
        }
        for (Part part : signed) {
            mac.update(
                    switch (part.kind) {
                        case BODY -> body;
                        case URL -> url.getBytes(StandardCharsets.UTF_8);
                        case CLIENT_ID -> clientId.getBytes(StandardCharsets.UTF_8);
                        case LITERAL -> part.literal;
                    });
        }
        return mac.doFinal();
    }

    private static Mac newMac(String algorithm) {
        try {
            return Mac.getInstance(algorithm);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "Unknown signature algorithm " + algorithm + ": write HmacSHA1, HmacSHA256 or HmacSHA512", e);
        }
    }

    private static List<Part> parts(String signed) {
        List<Part> parts = new ArrayList<>();
        Matcher matcher = PLACEHOLDER.matcher(signed);
        int end = 0;
        while (matcher.find()) {
            addLiteral(parts, signed.substring(end, matcher.start()));
            parts.add(new Part(Part.Kind.named(matcher.group(1)), null));
            end = matcher.end();
        }
        addLiteral(parts, signed.substring(end));
        if (parts.stream().noneMatch(part -> part.kind == Part.Kind.BODY)) {
            throw new IllegalArgumentException("What is signed must hold {body}; it is '" + signed + "'");
        }
        return List.copyOf(parts);
    }

    private static void addLiteral(List<Part> parts, String text) {
        if (!text.isEmpty()) {
            parts.add(new Part(Part.Kind.LITERAL, text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private record Part(Kind kind, byte[] literal) {

        private enum Kind {
            BODY,
            URL,
            CLIENT_ID,
            LITERAL;

            private static Kind named(String name) {
                return switch (name) {
                    case "body" -> BODY;
                    case "url" -> URL;
                    case "client-id" -> CLIENT_ID;
                    default ->
                        throw new IllegalArgumentException(
                                "Unknown {" + name + "} in what is signed: write {body}, {url} or {client-id}");
                };
            }
        }
    }

    private enum Encoding {
        HEX {
            @Override
            byte[] decode(String text) {
                return HexFormat.of().parseHex(text);
            }
        },
        BASE64 {
            @Override
            byte[] decode(String text) {
                return Base64.getDecoder().decode(text);
            }
        };

        abstract byte[] decode(String text);

        private static Encoding named(String name) {
            return switch (name) {
                case "hex" -> HEX;
                case "base64" -> BASE64;
                default ->
                    throw new IllegalArgumentException("Unknown signature encoding " + name + ": write hex or base64");
            };
        }
    }
}
