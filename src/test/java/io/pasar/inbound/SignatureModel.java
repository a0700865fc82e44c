package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a marketplace signs, written from its documents and sharing nothing with {@link HmacScheme}: what fuzzing holds
 * the gateway against.
 *
 * @param secrets that are accepted, the registered one first
 */
record SignatureModel(String marketplace, String header, String algorithm, String prefix, List<String> secrets) {

    /** "Webhook sync stock" and "Webhook FD/CR" on open.tiki.vn; that orders are signed alike is inferred. */
    static final SignatureModel TIKI = new SignatureModel(
            "tiki",
            "x-signature",
            "HmacSHA1",
            "sha1=",
            List.of("0123456789abcdef0123456789ABCDEF", "old-old-old-old-old-old-old-old!"));

    /** "Webhook Security" on developer.tokopedia.com. */
    static final SignatureModel TOKOPEDIA =
            new SignatureModel("tokopedia", "authorization-hmac", "HmacSHA256", "", List.of("made-up-secret"));

    static SignatureModel of(String marketplace) {
        return marketplace.equals("tiki") ? TIKI : TOKOPEDIA;
    }

    String sign(byte[] body) {
        return prefix + digest(secrets.get(0), body);
    }

    /** Whether this header value is the body's signature. Hex digits may be in upper case: they are the same bytes. */
    boolean proves(String value, byte[] body) {
        return value != null
                && value.startsWith(prefix)
                && secrets.stream().anyMatch(secret -> isSame(value.substring(prefix.length()), digest(secret, body)));
    }

    private String digest(String secret, byte[] body) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), algorithm));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    // Not equalsIgnoreCase, which takes letters of other alphabets for those of this one
    private static boolean isSame(String text, String digest) {
        if (text.length() != digest.length()) {
            return false;
        }
        for (int i = 0; i < digest.length(); i++) {
            char digit = digest.charAt(i);
            char received = text.charAt(i);
            if (received != digit && !(digit >= 'a' && received == digit - 'a' + 'A')) {
                return false;
            }
        }
        return true;
    }
}
