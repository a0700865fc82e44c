package io.pasar.sandbox;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** HMAC written out from RFC 2104 over a bare hash function, so that it shares nothing with what it checks. */
final class PlainHmac {

    private static final int BLOCK = 64;

    private PlainHmac() {}

    /** Lower-case hex; keys of up to one block only. */
    static String hex(String hash, String key, byte[] message) {
        byte[] padded = Arrays.copyOf(key.getBytes(StandardCharsets.UTF_8), BLOCK);
        byte[] digest = digest(hash, xor(padded, 0x5c), digest(hash, xor(padded, 0x36), message));
        return String.format("%0" + 2 * digest.length + "x", new BigInteger(1, digest));
    }

    private static byte[] digest(String hash, byte[] first, byte[] second) {
        try {
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(first);
            both.writeBytes(second);
            return MessageDigest.getInstance(hash).digest(both.toByteArray());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] xor(byte[] bytes, int with) {
        byte[] result = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            result[i] = (byte) (bytes[i] ^ with);
        }
        return result;
    }
}
