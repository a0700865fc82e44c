package io.pasar.loss;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One webhook as it goes over the wire.
 *
 * @param key the record key that it must get
 * @param sequence its place among the webhooks of its key; the next is begun when this one is done with
 * @param signature null to send none
 * @param genuine whether the signature proves the sender
 */
record Webhook(
        Seller seller, String key, long sequence, byte[] body, String bodyHash, String signature, boolean genuine) {

    /** In every body, so that a payload in a log is found. */
    static final String MARK = "only-for-the-seller";

    String topic() {
        return seller.topic();
    }

    String path() {
        return "/webhooks/" + seller.marketplace() + "/" + seller.account() + "/" + seller.eventKind();
    }

    @Override
    public String toString() {
        return topic() + " " + key + " #" + sequence + (genuine ? "" : " (forged)");
    }

    /** Blanks and escapes that only the very same bytes keep, and letters beyond ASCII. */
    static Webhook genuine(Seller seller, String entity, long sequence) {
        byte[] body = seller.body(entity, sequence, " ");
        return of(seller, entity, sequence, body, seller.sign(body), true);
    }

    /** Each a way in which a receiver has been deceived before. */
    static Webhook forged(Seller seller, String entity, long sequence) {
        String unknown = entity + "-forged";
        byte[] body = seller.body(unknown, sequence, "  ");
        String signature =
                switch ((int) (sequence % 4)) {
                    case 0 -> null;
                    case 1 -> seller.sign(new byte[0]);
                    case 2 ->
                        seller.withSecret("not-the-secret-of-this-account!!").sign(body);
                    // Right for what a parser makes of the body, not for the body
                    default -> seller.sign(Json.compact(body));
                };
        return of(seller, unknown, sequence, body, signature, false);
    }

    private static Webhook of(
            Seller seller, String entity, long sequence, byte[] body, String signature, boolean genuine) {
        return new Webhook(seller, seller.account() + "/" + entity, sequence, body, hash(body), signature, genuine);
    }

    static String hash(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Who sends, and with which secret. Signs apart from the gateway's own code. */
    record Seller(String marketplace, String account, String eventKind, String secret) {

        static Seller tiki(String account, String secret) {
            return new Seller("tiki", account, "order", secret);
        }

        static Seller tokopedia(String account, String secret) {
            return new Seller("tokopedia", account, "order-status", secret);
        }

        String topic() {
            return "pasar." + marketplace + "." + eventKind;
        }

        String signatureHeader() {
            return isTiki() ? "x-signature" : "Authorization-Hmac";
        }

        String sign(byte[] body) {
            return isTiki() ? "sha1=" + hmac("HmacSHA1", body) : hmac("HmacSHA256", body);
        }

        private Seller withSecret(String other) {
            return new Seller(marketplace, account, eventKind, other);
        }

        private byte[] body(String entity, long sequence, String blank) {
            String text = isTiki()
                    ? "{\"data\":{\"order_code\":~\"%s\",\"main_state\":\"s%d\",\"date\":\"%d\",\"reason\":\"Kh\u00e1ch h\\u1eb9n %s\"}}"
                    : "{\"order_id\":~\"%s\",\"order_status\":%d,\"sent\":%d,\"note\":\"S\u00e3 \\u1eb9 %s\"}";
            return text.replace("~", blank)
                    .formatted(entity, sequence, sequence, MARK)
                    .getBytes(UTF_8);
        }

        private boolean isTiki() {
            return marketplace.equals("tiki");
        }

        private String hmac(String algorithm, byte[] body) {
            try {
                Mac mac = Mac.getInstance(algorithm);
                mac.init(new SecretKeySpec(secret.getBytes(UTF_8), algorithm));
                return HexFormat.of().formatHex(mac.doFinal(body));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
