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
    private final boolean signsUrl;
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
        this.signsUrl = this.signed.stream().anyMatch(part -> part.kind == Part.Kind.URL);
        this.digestLength = newMac(algorithm).getMacLength();
        this.macs = ThreadLocal.withInitial(() -> newMac(algorithm));
    }

    String header() {
        return header;
    }

    boolean signsUrl() {
        return signsUrl;
    }

    /**
     * Whether this signature proves that the body was signed with one of the secrets.
     *
     * @param signature the header's value; null if there was none
     * @param urls under any of which the webhook may have been registered, where the URL is signed; else not looked at
     */
    Verdict verify(String signature, byte[] body, List<Secret> secrets, List<String> urls, String clientId) {
        if (signature == null || signature.isEmpty()) {
            return Verdict.rejected(Reason.MISSING);
        }
        byte[] received = decode(signature);
        if (received == null) {
            return Verdict.rejected(Reason.MALFORMED);
        }
        int tries = signsUrl ? urls.size() : 1;
        int proven = -1;
        // Every secret and URL is tried, so that the time taken does not tell which one is in use
        for (int i = 0; i < secrets.size() * tries; i++) {
            byte[] expected = digest(secrets.get(i / tries), body, signsUrl ? urls.get(i % tries) : null, clientId);
            proven = MessageDigest.isEqual(expected, received) ? i : proven;
        }
        return proven < 0
                ? Verdict.rejected(Reason.WRONG)
                : new Verdict(null, secrets.get(proven / tries), signsUrl ? proven % tries : -1);
    }

    /**
     * @param rejection null if the signature proves its sender
     * @param secret the one that proved it; null if none did
     * @param url which of the URLs was signed; -1 if none was
     */
    record Verdict(Reason rejection, Secret secret, int url) {

        private static Verdict rejected(Reason rejection) {
            return new Verdict(rejection, null, -1);
        }
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
