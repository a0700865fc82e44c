package io.pasar.account;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A text that must never be shown: its {@link #toString()} is a mask, so that no log, error or record that holds one
 * by accident gives it away. Immutable and safe for use by many threads.
 *
 * @param value the text itself, never null
 */
public record Secret(String value) {

    private static final String MASK = "***";

    public Secret {
        Objects.requireNonNull(value, "value");
    }

    /** The bytes that marketplaces use as the HMAC key: the text's UTF-8, neither hex nor base64 decoded. */
    public byte[] utf8() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A value that tells whether two secrets of one account are the same, and nothing else: HMAC-SHA256 with the
     * secret as key over {@code pasar/<marketplace>/<account>}, as lower-case hex. Bound to the account, so that equal
     * secrets of two accounts cannot be told from their fingerprints.
     */
    public String fingerprint(String marketplace, String account) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // An empty key is refused by the JDK; a single zero byte is the same key to HMAC, which pads with zeros
            mac.init(new SecretKeySpec(value.isEmpty() ? new byte[1] : utf8(), "HmacSHA256"));
            byte[] digest = mac.doFinal(("pasar/" + marketplace + "/" + account).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime has no HmacSHA256", e);
        }
    }

    @Override
    public String toString() {
        return MASK;
    }
}
