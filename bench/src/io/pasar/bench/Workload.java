package io.pasar.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What everybody is sent: Tiki orders of exactly 1 KiB, signed with HMAC-SHA1, whole requests made beforehand. The order
 * code lies at one place in every body, so that a rival can key its records as Pasar does without reading JSON.
 */
public final class Workload {

    public static final String ACCOUNT = "bench-00000";
    public static final String SECRET = "0123456789abcdef0123456789ABCDEF";
    static final String SIGNATURE_HEADER = "x-signature";
    static final String SIGNATURE_PREFIX = "sha1=";
    static final String ANSWER = "{\"success\":true}";

    private static final int BODY_LENGTH = 1024;
    private static final String BEFORE_CODE = "{\"data\":{\"order_code\":\"";
    private static final int CODE_LENGTH = 9;

    /** As many of one account as of all: the processor's caches are to hold neither better. */
    private static final int ORDERS = 10_000;

    private Workload() {}

    static String account(int number) {
        return "bench-%05d".formatted(number);
    }

    static String secret(int number) {
        return number == 0 ? SECRET : SECRET.substring(5) + "%05d".formatted(number);
    }

    /** The record key that Pasar would give: account and order code. */
    static byte[] key(String account, byte[] body) {
        String code = new String(body, BEFORE_CODE.length(), CODE_LENGTH, StandardCharsets.US_ASCII);
        return (account + "/" + code).getBytes(StandardCharsets.US_ASCII);
    }

    /** Many orders of one account, or one order each of many. */
    static ByteBuffer[] requests(String pathPrefix, int accounts, boolean keepAlive) {
        ByteBuffer[] requests = new ByteBuffer[Math.max(accounts, ORDERS)];
        for (int i = 0; i < requests.length; i++) {
            requests[i] = request(pathPrefix, accounts == 1 ? 0 : i % accounts, body(i), keepAlive);
        }
        return requests;
    }

    public static byte[] body(int order) {
        String start = BEFORE_CODE + "%09d".formatted(100_000_000 + order)
                + "\",\"date\":\"2026-01-02T03:04:05+07:00\",\"ref_code\":\"BENCH-" + order
                + "\",\"main_state\":\"shipping\",\"main_substate\":\"delivery_failed_1\","
                + "\"reason_code\":\"receiver_reschedule\",\"reason\":\"Khach hen lai ngay giao\",\"items\":[";
        StringBuilder body = new StringBuilder(start);
        for (int item = 0; body.length() < BODY_LENGTH - 120; item++) {
            body.append("{\"sku\":\"744000000000%02d\",\"quantity\":%d,\"price\":%d},"
                    .formatted(item, item % 3 + 1, 125_000 + item));
        }
        body.append("{\"sku\":\"");
        String end = "\",\"quantity\":1}]}}";
        body.append("7".repeat(BODY_LENGTH - body.length() - end.length())).append(end);
        return body.toString().getBytes(StandardCharsets.US_ASCII);
    }

    public static String signature(byte[] body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return SIGNATURE_PREFIX + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ByteBuffer request(String pathPrefix, int account, byte[] body, boolean keepAlive) {
        String head = "POST " + pathPrefix + "/webhooks/tiki/" + account(account) + "/order HTTP/1.1\r\n"
                + "Host: hooks.example.com\r\n"
                + "User-Agent: bench\r\n"
                + "Content-Type: application/json\r\n"
                + SIGNATURE_HEADER + ": " + signature(body, secret(account)) + "\r\n"
                + "Content-Length: " + body.length + "\r\n"
                + (keepAlive ? "" : "Connection: close\r\n")
                + "\r\n";
        byte[] bytes = head.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer request = ByteBuffer.allocateDirect(bytes.length + body.length);
        return request.put(bytes).put(body).flip().asReadOnlyBuffer();
    }
}
