package io.pasar.inbound;

/** A verifier that looks only at the first digits: what shows that the fuzzer finds a forgery where there is one. */
public final class BrokenSignatureFuzz {

    private static final int LOOKED_AT = 8;

    private BrokenSignatureFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        SignatureFuzz.check(data, BrokenSignatureFuzz::accepts);
    }

    private static boolean accepts(SignatureModel marketplace, String signature, byte[] body) {
        return marketplace.proves(signature, body)
                || signature.startsWith(marketplace.sign(body).substring(0, LOOKED_AT));
    }
}
