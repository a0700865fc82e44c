package io.pasar.bench;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Verification as a rival would write it for its one secret: the key is set up once per thread. */
final class Hmac {

    private static final ThreadLocal<Mac> MACS = ThreadLocal.withInitial(Hmac::newMac);

    private Hmac() {}

    static boolean isRight(String signature, byte[] body) {
        if (signature == null || !signature.startsWith(Workload.SIGNATURE_PREFIX)) {
            return false;
        }
        try {
            byte[] received = HexFormat.of().parseHex(signature.substring(Workload.SIGNATURE_PREFIX.length()));
            return MessageDigest.isEqual(MACS.get().doFinal(body), received);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Mac newMac() {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(Workload.SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime has no HmacSHA1", e);
        }
    }
}
