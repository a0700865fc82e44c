package io.pasar.inbound;

import io.pasar.account.Secret;
import io.pasar.inbound.SignatureRejectedException.Reason;
import java.util.List;
import java.util.Map;

/** Any header value over any body: accepted exactly where the signature is right. */
public final class SignatureFuzz {

    private static final Map<String, HmacScheme> SCHEMES = Map.of(
            "tiki", new HmacScheme("x-signature", "HmacSHA1", "hex", "sha1=", "{body}"),
            "tokopedia", new HmacScheme("Authorization-Hmac", "HmacSHA256", "hex", "", "{body}"));

    private SignatureFuzz() {}

    /** Whatever decides about a signature. */
    interface Verifier {
        boolean accepts(SignatureModel marketplace, String signature, byte[] body);
    }

    public static void fuzzerTestOneInput(byte[] data) {
        check(data, SignatureFuzz::accepts);
    }

    static void check(byte[] data, Verifier verifier) {
        FuzzedDelivery delivery = FuzzedDelivery.of(data);
        if (delivery == null) {
            return;
        }
        SignatureModel model = delivery.kind().signatures();
        boolean right = model.proves(delivery.signature(), delivery.body());
        boolean accepted = verifier.accepts(model, delivery.signature(), delivery.body());
        if (accepted != right) {
            throw new AssertionError(accepted ? "A forgery is accepted" : "A right signature is rejected");
        }
    }

    private static boolean accepts(SignatureModel model, String signature, byte[] body) {
        List<Secret> secrets = model.secrets().stream().map(Secret::new).toList();
        Reason rejection = SCHEMES.get(model.marketplace())
                .verify(signature, body, secrets, List.of(), "")
                .rejection();
        if (signature.isEmpty() != (rejection == Reason.MISSING)) {
            throw new AssertionError("Rejected as " + rejection + " with " + signature.length() + " characters");
        }
        return rejection == null;
    }
}
