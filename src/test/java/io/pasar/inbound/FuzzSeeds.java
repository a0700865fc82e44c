package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Where fuzzing begins: deliveries as the marketplaces send them, and what senders of the other kind may try. */
final class FuzzSeeds {

    /** What was found once, a directory per target; each is run in every build. */
    static final Path FINDINGS = Path.of("src", "test", "resources", "fuzz");

    private static final List<String> SIGNATURES = List.of(
            "@",
            "@ ",
            " @",
            "\t@",
            "@\u0000",
            "@@",
            "@, @",
            "@,wrong",
            "wrong, @",
            "sha1=@",
            "#",
            "SHA1=#",
            "sha256=#",
            "@00",
            "",
            "=",
            "sha1=",
            "sha256=",
            "\u00ff");

    private static final List<byte[]> BODIES = List.of(
            bytes(""),
            bytes("x"),
            bytes("\n"),
            bytes("null"),
            bytes("{\"a\":1}\n"),
            bytes("{\"order_id\":1,\"order_id\":2,\"fs_id\":13004}"),
            bytes("{\"order_id\":1e2147483648}"),
            bytes("{\"upload_id\":" + "9".repeat(300) + ",\"status\":\"DONE\"}"),
            bytes("{\"data\":{\"order_code\":1,\"main_state\":2,\"main_substate\":{\"a\":[]},\"date\":3}}"),
            bytes("[".repeat(1200)),
            bytes("[{\"product_id\":1},{\"product_id\":2}]"),
            bytes("a=1&b=%7B&order_id=9"),
            new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf, '{', '}'},
            new byte[] {'{', '"', (byte) 0xc3, '"', ':', (byte) 0xff, '}'},
            new byte[] {(byte) 0xc3, (byte) 0x28, 0, (byte) 0x80});

    private FuzzSeeds() {}

    static List<byte[]> of(Class<?> target) {
        if (target == IdentityFuzz.class) {
            return identity();
        }
        if (target == BrokenSignatureFuzz.class) {
            // None that convicts it: the fuzzer is to find one
            return rightDeliveries();
        }
        return target == RequestFuzz.class ? requests() : deliveries();
    }

    static List<byte[]> kept(Class<?> target) {
        Path directory = FINDINGS.resolve(target.getSimpleName());
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<byte[]> kept = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                kept.add(Files.readAllBytes(file));
            }
            return kept;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<byte[]> rightDeliveries() {
        List<byte[]> seeds = new ArrayList<>();
        for (Example example : examples()) {
            seeds.add(FuzzedDelivery.toBytes(example.kind, 2, "", "application/json", example.body));
        }
        return seeds;
    }

    private static List<byte[]> deliveries() {
        List<byte[]> seeds = rightDeliveries();
        for (int kind : List.of(first("tiki"), first("tokopedia"))) {
            for (byte[] body : BODIES) {
                seeds.add(FuzzedDelivery.toBytes(kind, 2, "", "text/plain; charset=utf-16", body));
            }
            for (String signature : SIGNATURES) {
                seeds.add(FuzzedDelivery.toBytes(kind, 1, signature, "", bytes("{\"a\":1}\n")));
            }
            // Another case of each of the first digits, and another digit at either end
            for (int at = 0; at < 12; at++) {
                seeds.add(FuzzedDelivery.toBytes(kind, 3 | 0x20 << 2, String.valueOf((char) at), "", bytes("y")));
            }
            for (int at : List.of(6, 39)) {
                seeds.add(FuzzedDelivery.toBytes(kind, 3 | 1 << 2, String.valueOf((char) at), "", bytes("y")));
            }
            seeds.add(FuzzedDelivery.toBytes(kind, 0xfe, "", "", bytes("{}")));
        }
        return seeds;
    }

    private static List<byte[]> identity() {
        List<byte[]> seeds = new ArrayList<>();
        for (Example example : examples()) {
            seeds.add(behind(example.kind, example.body));
        }
        for (int kind = 0; kind < EventKindRoute.ALL.size(); kind++) {
            for (byte[] body : BODIES) {
                seeds.add(behind(kind, body));
            }
        }
        return seeds;
    }

    private static List<byte[]> requests() {
        List<byte[]> seeds = new ArrayList<>();
        for (Example example : examples()) {
            EventKindRoute kind = EventKindRoute.ALL.get(example.kind);
            String path = "/webhooks/" + kind.marketplace() + "/" + IngestUnderFuzz.ACCOUNTS.get(kind.marketplace())
                    + "/" + kind.eventKind();
            boolean tiki = kind.marketplace().equals("tiki");
            String signature = tiki ? "x-signature: @T" : "Authorization-Hmac: @K";
            String start = "POST " + path + " HTTP/1.1\r\nHost: gw.example\r\n" + signature + "\r\n";
            seeds.add(request(RequestFuzz.FINISHED, start + "Content-Length: @L\r\n\r\n", example.body));
            seeds.add(request(
                    RequestFuzz.FINISHED | RequestFuzz.CHUNKED | RequestFuzz.IN_TWO,
                    start + "Transfer-Encoding: chunked\r\n\r\n",
                    example.body));
        }
        String head = "POST /webhooks/tiki/p77/order HTTP/1.1\r\nHost: gw.example\r\nx-signature: @T\r\n";
        for (String strange : List.of(
                "kafka.OVERRIDE_TOPIC: pasar.quarantine\r\nCamelHttpResponseCode: 200\r\nContent-Length: @L\r\n",
                "X-Signature: x\r\nContent-Length: @L\r\n",
                "X-Forwarded-Host: a, b\r\nForwarded: for=1;host=\"gw.example\"\r\nX-Forwarded-Prefix: /p/\r\nContent-Length: @L\r\n",
                "pasarRelease: release\r\npasarAddress: x\r\naccount: p78\r\nContent-Length: @L\r\n",
                "Expect: 100-continue\r\nContent-Length: @L\r\n",
                "Expect: 200-ok\r\nContent-Length: @L\r\n",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: @L\r\n",
                "Transfer-Encoding: gzip, chunked\r\nContent-Length: @L\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                "Content-Encoding: gzip\r\nContent-Length: @L\r\n",
                "Content-Length: @L\r\nContent-Length: @L\r\n",
                "Content-Length: +@L\r\n",
                "Content-Length: 99999999999999999999\r\n",
                "Content-Length: 900\r\n",
                "Content-Length: 3000\r\n",
                "Content-Length : @L\r\n",
                " folded: 1\r\nContent-Length: @L\r\n",
                "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nContent-Length: @L\r\n")) {
            seeds.add(request(RequestFuzz.FINISHED, head + strange + "\r\n", bytes("{\"data\":{}}")));
        }
        for (String line : List.of(
                "GET /webhooks/tiki/p77/order HTTP/1.1",
                "HEAD /webhooks/tiki/p77/order HTTP/1.1",
                "CONNECT gw.example:443 HTTP/1.1",
                "OPTIONS * HTTP/1.1",
                "PRI * HTTP/2.0",
                "POST http://gw.example/webhooks/tiki/p77/order HTTP/1.1",
                "POST /hooks/webhooks/tiki/p77/order?a=b#c HTTP/1.0",
                "POST /webhooks/tiki/%70%37%37/order HTTP/1.1",
                "POST /webhooks/tiki/../tiki/p77/./order HTTP/1.1",
                "POST /webhooks//tiki/p77/order/ HTTP/1.1",
                "POST /webhooks/tiki/p77%2Forder%00 HTTP/1.1",
                "POST /%zz HTTP/1.1",
                "POST /%c0%af/%ff HTTP/1.1",
                "POST  HTTP/1.1",
                "POST",
                "\u0000\u0001")) {
            seeds.add(request(
                    RequestFuzz.FINISHED,
                    line + "\r\nHost: x\r\nx-signature: @T\r\nContent-Length: @L\r\n\r\n",
                    bytes("{}")));
            seeds.add(request(0, line + "\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", bytes("zz\r\n1\r\n")));
        }
        String whole = head + "Content-Length: 0\r\n\r\n";
        seeds.add(request(RequestFuzz.IN_TWO, whole + whole + whole, new byte[0]));
        seeds.add(request(0, "GET / HTTP/1.1\r\n" + "A: b\r\n".repeat(500) + "\r\n", new byte[0]));
        return seeds;
    }

    private record Example(int kind, byte[] body) {}

    private static List<Example> examples() {
        try {
            JsonNode events = new YAMLMapper().readTree(FuzzSeeds.class.getResourceAsStream("/inbound/events.yaml"));
            List<Example> examples = new ArrayList<>();
            for (JsonNode event : events) {
                examples.add(new Example(
                        index(event.get("kind").asText()),
                        event.get("body").asText().getBytes(UTF_8)));
            }
            return examples;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int first(String marketplace) {
        return IntStream.range(0, EventKindRoute.ALL.size())
                .filter(i -> EventKindRoute.ALL.get(i).marketplace().equals(marketplace))
                .findFirst()
                .orElseThrow();
    }

    private static int index(String kind) {
        return IntStream.range(0, EventKindRoute.ALL.size())
                .filter(i -> kind.equals(EventKindRoute.ALL.get(i).marketplace() + "/"
                        + EventKindRoute.ALL.get(i).eventKind()))
                .findFirst()
                .orElseThrow();
    }

    private static byte[] request(int how, String head, byte[] body) {
        byte[] start = head.getBytes(ISO_8859_1);
        byte[] seed = new byte[2 + start.length + body.length];
        seed[0] = (byte) how;
        seed[1] = 40;
        System.arraycopy(start, 0, seed, 2, start.length);
        System.arraycopy(body, 0, seed, 2 + start.length, body.length);
        return seed;
    }

    private static byte[] behind(int kind, byte[] body) {
        byte[] seed = new byte[1 + body.length];
        seed[0] = (byte) kind;
        System.arraycopy(body, 0, seed, 1, body.length);
        return seed;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
