package io.pasar.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The sending side of the signatures. Written apart from the gateway's, so that each checks the other. */
final class Hmac {

    private Hmac() {}

    /** Lower-case hex; the key is the secret's UTF-8, as the samples of both marketplaces convert it. */
    static String hex(String algorithm, String secret, byte[] body) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime has no " + algorithm, e);
        }
    }
}
