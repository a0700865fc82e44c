package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.account.PublicUrl;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/** The ingest port over real sockets, with a route that only remembers what it was given. */
class IngestEngineTest {

    private static final String PATH = "/webhooks/tiki/p77/order";
    private static final int MAX_BODY = 1024;

    /** Far more than these tests may take. */
    private static final Duration NEVER = Duration.ofMinutes(10);

    private static final Duration SOON_OVER = Duration.ofMillis(300);
    private static final PublicUrl PUBLIC_URL = new PublicUrl(
            URI.create("https://gw.example/new"),
            List.of(URI.create("https://old.example/webhooks"), URI.create("https://older.example/new/er")));

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Queue<Received> received = new ConcurrentLinkedQueue<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private DefaultCamelContext camel;
    private IngestEngine engine;
    private volatile AsyncStep step = (exchange, done) -> done.run();

    private interface AsyncStep {
        void process(Exchange exchange, Runnable done);
    }

    private record Received(byte[] body, Map<String, Object> headers) {}

    @BeforeEach
    void start() throws Exception {
        start(NEVER, NEVER);
    }

    private void restart(Duration answerWithin, Duration readWithin) throws Exception {
        stop();
        start(answerWithin, readWithin);
    }

    private void start(Duration answerWithin, Duration readWithin) throws Exception {
        IngestConfiguration configuration = configuration(0, answerWithin, readWithin);
        AllowedHeaders allowedHeaders = new AllowedHeaders();
        allowedHeaders.add("X-Signature");
        engine = new IngestEngine(
                configuration,
                allowedHeaders,
                path -> !path.contains("nobody"),
                new Addresses(PUBLIC_URL, configuration),
                new IngestMetrics(meters));
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("platform-http-engine", engine);
        camel.addStartupListener(engine);
        camel.getShutdownStrategy().setTimeout(1);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/webhooks/tiki/{account}/order?httpMethodRestrict=POST")
                        .routeId("tiki-order")
                        .process(new Remember())
                        .setBody(constant("{\"success\":true}"))
                        .setHeader(Exchange.HTTP_RESPONSE_CODE, constant("200"));
            }
        });
        camel.start();
    }

    private static IngestConfiguration configuration(int port, Duration answerWithin, Duration readWithin) {
        return new IngestConfiguration(
                port,
                "127.0.0.1",
                "/hooks",
                List.of("127.0.0.2"),
                DataSize.ofBytes(MAX_BODY),
                answerWithin,
                readWithin,
                2,
                DataSize.ofBytes(3 * MAX_BODY),
                1_000,
                Duration.ofMinutes(10),
                Duration.ofMillis(500),
                null);
    }

    private final class Remember extends AsyncProcessorSupport {
        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            received.add(new Received(
                    exchange.getMessage().getBody(byte[].class),
                    Map.copyOf(exchange.getMessage().getHeaders())));
            step.process(exchange, () -> callback.done(false));
            return false;
        }
    }

    @AfterEach
    void stop() {
        camel.stop();
        engine.stop();
    }

    @Test
    void givesTheRouteTheBytesAndAnswersWhatTheRouteLeaves() throws Exception {
        // When
        HttpResponse<String> response = post(PATH, "{\"data\":1}".getBytes(UTF_8));

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"success\":true}");
        assertThat(response.headers().map().keySet()).isEqualTo(Set.of("content-type", "content-length"));
        assertThat(received.element().body()).isEqualTo("{\"data\":1}".getBytes(UTF_8));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void changesNoByte(byte[] body, String contentType, String contentEncoding) throws Exception {
        // Given
        HttpRequest.Builder request = request(PATH).POST(BodyPublishers.ofByteArray(body));
        request.header("Content-Type", contentType).header("Content-Encoding", contentEncoding);

        // When
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(received.element().body()).isEqualTo(body);
    }

    static List<Arguments> bodies() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write("{}".getBytes(UTF_8));
        }
        byte[] everyByte = new byte[256];
        for (int i = 0; i < everyByte.length; i++) {
            everyByte[i] = (byte) i;
        }
        String multipart =
                "--x\r\nContent-Disposition: form-data; name=\"kafka.OVERRIDE_TOPIC\"\r\n\r\nevil\r\n--x--\r\n";
        return List.of(
                Arguments.of(new byte[0], "application/json", "identity"),
                Arguments.of(everyByte, "application/octet-stream", "identity"),
                Arguments.of(new byte[] {(byte) 0xc3, 0x28}, "application/json", "identity"),
                Arguments.of("\uFEFF{\r\n}\r\n".getBytes(UTF_8), "application/json", "identity"),
                Arguments.of(
                        "{\"a\":\"\u00e9\"}".getBytes(ISO_8859_1), "application/json; charset=ISO-8859-1", "identity"),
                Arguments.of(zipped.toByteArray(), "application/json", "gzip"),
                Arguments.of(
                        "kafka.KEY=evil&account=other".getBytes(UTF_8),
                        "application/x-www-form-urlencoded",
                        "identity"),
                Arguments.of(multipart.getBytes(UTF_8), "multipart/form-data; boundary=x", "identity"));
    }

    @Test
    void takesAChunkedBody() throws Exception {
        // When
        String response =
                raw("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                        + "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n");

        // Then
        assertThat(response).startsWith("HTTP/1.1 200");
        assertThat(received.element().body()).isEqualTo("abcde".getBytes(UTF_8));
    }

    @Test
    void takesAChunkedBodyOfExactlyTheLimitThatEndsInTrailers() throws Exception {
        // Given
        String body = "x".repeat(MAX_BODY);

        // When
        String response =
                raw("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                        + "400\r\n" + body + "\r\n0\r\nX: y\r\n\r\n");

        // Then
        assertThat(response).startsWith("HTTP/1.1 200");
        assertThat(received.element().body()).asString(UTF_8).isEqualTo(body);
    }

    @Test
    void letsInOnlyPathParametersTheAddressAndAllowedHeaders() throws Exception {
        // Given
        HttpRequest request = HttpRequest.newBuilder(
                        uri(PATH + "?kafka.OVERRIDE_TOPIC=evil&account=other&CamelHttpUri=http://evil&ce_id=1"))
                .POST(BodyPublishers.ofString("x"))
                .header("kafka.OVERRIDE_TOPIC", "evil")
                .header("kafka.KEY", "evil")
                .header("CamelHttpUri", "http://evil")
                .header("account", "other")
                .header("ce_id", "1")
                .header("Cookie", "a=b")
                .header("Authorization", "Bearer x")
                .header("X-Signature", "sha1=1")
                .header("Traceparent", "tp")
                .header("Content-Type", "application/json")
                .build();

        // When
        client.send(request, BodyHandlers.ofString());

        // Then
        assertThat(received.element().headers())
                .isEqualTo(Map.of(
                        "account",
                        "p77",
                        "x-signature",
                        "sha1=1",
                        "traceparent",
                        "tp",
                        "content-type",
                        "application/json",
                        "pasarAddress",
                        "other"));
    }

    @Test
    void joinsARepeatedHeaderSoThatNoneIsChosenSilently() throws Exception {
        // When
        raw(
                "POST " + PATH
                        + " HTTP/1.1\r\nHost: x\r\nX-Signature: a\r\nx-signature: b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(received.element().headers()).containsEntry("x-signature", "a, b");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,     /webhooks/tiki/p77/order,       405, method-not-allowed",
        "PUT,     /webhooks/tiki/p77/order,       405, method-not-allowed",
        "OPTIONS, /webhooks/tiki/p77/order,       405, method-not-allowed",
        "TRACE,   /webhooks/tiki/p77/order,       405, method-not-allowed",
        "post,    /webhooks/tiki/p77/order,       405, method-not-allowed",
        "POST,    /webhooks/tiki/p77/stock,       404, unknown-webhook",
        "POST,    /webhooks/tiki/p77/order/,      404, unknown-webhook",
        "POST,    /old/webhooks/tiki/p77/order,   404, unknown-webhook",
        "POST,    /new//webhooks/tiki/p77/order,  404, unknown-webhook",
        "POST,    /newer/webhooks/tiki/p7/order,  404, unknown-webhook",
        "POST,    /webhooks//tiki/p77/order,      404, unknown-webhook",
        "POST,    /webhooks/tiki/a%2Fb/order/x,   404, unknown-webhook",
        "POST,    /,                              404, unknown-webhook",
        "POST,    /actuator/health,               404, unknown-webhook",
        "POST,    /webhooks/tiki/../tiki/p/order, 404, unknown-webhook",
        "POST,    /webhooks/tiki/%zz/order,       400, bad-path",
        "POST,    http://evil/webhooks/tiki/p77,  404, unknown-webhook",
        "POST,    *,                              400, bad-path",
        "CONNECT, evil:443,                       400, bad-path",
    })
    void answersWhatNoRouteIsFor(String method, String path, int status, String code) throws Exception {
        // When
        String response =
                raw(method + " " + path + " HTTP/1.1\r\nHost: evil\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(response).startsWith("HTTP/1.1 " + status).contains("\"code\":\"" + code + "\"");
        assertThat(received).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?httpMethodRestrict=%20"})
    void refusesARouteThatDoesNotSayItsMethods(String restriction) {
        assertThatThrownBy(() -> camel.addRoutes(stockRoute(restriction)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("httpMethodRestrict is missing on /webhooks/tiki/{account}/stock");
    }

    @Test
    void readsAListOfMethodsWithBlanksInIt() throws Exception {
        // Given
        camel.addRoutes(stockRoute("?httpMethodRestrict=POST,%20put"));
        String request =
                " /webhooks/tiki/p77/stock HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

        // Then
        assertThat(raw("PUT" + request)).startsWith("HTTP/1.1 200");
        assertThat(raw("POST" + request)).startsWith("HTTP/1.1 200");
        assertThat(raw("DELETE" + request)).startsWith("HTTP/1.1 405");
    }

    private static RouteBuilder stockRoute(String parameters) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/webhooks/tiki/{account}/stock" + parameters)
                        .setHeader(Exchange.HTTP_RESPONSE_CODE, constant("200"));
            }
        };
    }

    @Test
    void namesTheAllowedMethod() throws Exception {
        HttpResponse<String> response = client.send(request(PATH).GET().build(), BodyHandlers.ofString());
        assertThat(response.headers().firstValue("Allow")).contains("POST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/hooks/webhooks/tiki/p77/order",
                "/webhooks/tiki/p%377/order",
                "/webhooks/tiki/p77/order?x=%zz",
                "/new/webhooks/tiki/p77/order",
                "/webhooks/webhooks/tiki/p77/order",
                "/new/er/webhooks/tiki/p%377/order"
            })
    void findsTheRouteBehindPrefixEncodingAndQuery(String path) throws Exception {
        // When
        String response =
                raw("POST " + path + " HTTP/1.1\r\nHost: anything\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(response).startsWith("HTTP/1.1 200");
        assertThat(received.element().headers()).containsEntry("account", "p77");
    }

    @ParameterizedTest
    @CsvSource({
        "gw.example,      /new/webhooks,      https://gw.example/new",
        "old.example:443, /webhooks/webhooks, https://old.example/webhooks",
        "evil.example,    /new/webhooks,      other"
    })
    void tellsTheRouteForWhichAddressItCame(String host, String path, String address) throws Exception {
        // When
        raw("POST " + path + "/tiki/p77/order HTTP/1.1\r\nHost: " + host
                + "\r\npasarAddress: evil\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(received.element().headers()).containsEntry("pasarAddress", address);
    }

    @ParameterizedTest
    @ValueSource(ints = {MAX_BODY + 1, 10 * 1024 * 1024})
    void answers413ToABodyThatIsTooLarge(int size) throws Exception {
        // When
        HttpResponse<String> declared = post(PATH, new byte[size]);
        HttpResponse<String> chunked = client.send(
                request(PATH)
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[size])))
                        .build(),
                BodyHandlers.ofString());

        // Then
        assertThat(declared.statusCode()).isEqualTo(413);
        assertThat(chunked.statusCode()).isEqualTo(413);
        assertThat(received).isEmpty();
    }

    @Test
    void takesABodyOfExactlyTheLimit() throws Exception {
        assertThat(post(PATH, new byte[MAX_BODY]).statusCode()).isEqualTo(200);
    }

    @Test
    void asksForTheBodyOnlyWhenItWouldTakeIt() throws Exception {
        // When
        String small = raw("POST " + PATH
                + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab");
        String large = raw("POST " + PATH
                + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999\r\nConnection: close\r\n\r\n");
        String other = raw("POST " + PATH
                + " HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab");

        // Then
        assertThat(small).startsWith("HTTP/1.1 100 Continue").contains("HTTP/1.1 200");
        assertThat(large).startsWith("HTTP/1.1 413");
        assertThat(other).startsWith("HTTP/1.1 417");
    }

    @Test
    void answersPipelinedRequestsInTheirOrder() throws Exception {
        // Given
        String ok = "POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na";
        String unknown = "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nb";

        // When
        String responses = raw(ok + ok + unknown);

        // Then
        assertThat(Arrays.stream(responses.split("(?=HTTP/1.1)")).map(response -> response.substring(9, 12)))
                .containsExactly("200", "200", "404");
    }

    @Test
    void answers503WhenTheRouteIsNotDoneWithinTheDeadline() throws Exception {
        // Given
        restart(SOON_OVER, NEVER);
        CompletableFuture<Runnable> late = new CompletableFuture<>();
        step = (exchange, done) -> late.complete(done);

        // When
        HttpResponse<String> response = post(PATH, "x".getBytes(UTF_8));

        // Then
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
        assertThat(response.body()).contains("not-safe-yet");

        // And the late end of the route disturbs nobody
        late.join().run();
        step = (exchange, done) -> done.run();
        assertThat(post(PATH, "y".getBytes(UTF_8)).statusCode()).isEqualTo(200);
    }

    @Test
    void answers503WhenTooManyDeliveriesAreUnderWay() throws Exception {
        // Given
        CountDownLatch release = new CountDownLatch(1);
        step = (exchange, done) -> CompletableFuture.runAsync(() -> {
            awaitQuietly(release);
            done.run();
        });
        CompletableFuture<HttpResponse<String>> first = postAsync();
        CompletableFuture<HttpResponse<String>> second = postAsync();
        await().untilAsserted(() -> assertThat(received).hasSize(2));

        // When
        HttpResponse<String> third = post(PATH, "x".getBytes(UTF_8));

        // Then
        assertThat(third.statusCode()).isEqualTo(503);
        assertThat(third.headers().firstValue("Retry-After")).contains("1");
        assertThat(third.body()).contains("busy");
        release.countDown();
        assertThat(first.join().statusCode()).isEqualTo(200);
        assertThat(second.join().statusCode()).isEqualTo(200);
    }

    @Test
    void answersAFloodAtOnceAndTakesNoMoreOfItThanItsBound() throws Exception {
        // Given
        restart(SOON_OVER, NEVER);
        Queue<Runnable> ends = new ConcurrentLinkedQueue<>();
        step = (exchange, done) -> ends.add(done);

        // When
        List<CompletableFuture<HttpResponse<String>>> answers =
                Stream.generate(this::postAsync).limit(200).toList();
        List<HttpResponse<String>> all =
                answers.stream().map(CompletableFuture::join).toList();

        // Then
        assertThat(all).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        });
        assertThat(all.stream().filter(answer -> answer.body().contains("busy")))
                .hasSize(198);
        assertThat(received).hasSize(2);
        ends.forEach(Runnable::run);
    }

    @Test
    void answers503WhenTooManyBytesAreHeldAndLetsGoOfThemAllInTheEnd() throws Exception {
        // Given
        String head = "POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + MAX_BODY + "\r\n\r\n";
        // Two of them leave too little for a third, and are not so much that they must hurry
        int held = 2 * MAX_BODY / 3;
        byte[] some = (head + "x".repeat(held)).getBytes(UTF_8);
        try (Socket first = new Socket("127.0.0.1", engine.getServerPort());
                Socket second = new Socket("127.0.0.1", engine.getServerPort())) {
            first.getOutputStream().write(some);
            second.getOutputStream().write(some);
            await().untilAsserted(() ->
                    assertThat(meters.get("pasar.held").gauge().value()).isEqualTo(2 * held));

            // When
            HttpResponse<String> third = post(PATH, new byte[MAX_BODY]);

            // Then
            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(third.body()).contains("busy");
        }
        await().untilAsserted(() ->
                assertThat(meters.get("pasar.held").gauge().value()).isZero());
        assertThat(post(PATH, new byte[MAX_BODY]).statusCode()).isEqualTo(200);
        assertThat(post(PATH, new byte[MAX_BODY + 1]).statusCode()).isEqualTo(413);
        assertThat(meters.get("pasar.held").gauge().value()).isZero();
    }

    @Test
    void answers404AtTheHeadOfWhatNobodyWants() throws Exception {
        // When
        String response = raw("POST /webhooks/tiki/nobody/order HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                + "Content-Length: 100\r\n\r\n");

        // Then
        assertThat(response).startsWith("HTTP/1.1 404").contains("unknown-webhook");
        assertThat(received).isEmpty();
    }

    @Test
    void cutsAConnectionThatAsksWithoutEndAndReadsNoAnswer() throws Exception {
        // Given
        byte[] requests = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000).getBytes(UTF_8);

        // Then
        try (Socket socket = new Socket("127.0.0.1", engine.getServerPort())) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 2000; i++) {
                            socket.getOutputStream().write(requests);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void answersNothingBehindTheRequestItWasToCloseAfter() throws Exception {
        // Given
        String refused = "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na";
        String good = "POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb";

        // When
        String responses = raw(refused + good);

        // Then
        assertThat(responses).startsWith("HTTP/1.1 404").containsIgnoringCase("connection: close");
        assertThat(responses.split("HTTP/1.1")).hasSize(2);
        assertThat(received).isEmpty();
    }

    @Test
    void keepsTheConnectionAfterARefusalThatHadNoBody() throws Exception {
        // Given
        String refused = "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n";
        String good = "POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nb";

        // Then
        assertThat(raw(refused + good)).contains("HTTP/1.1 404", "HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "gzip, chunked", "identity"})
    void refusesABodyWhoseEndItCannotFind(String coding) throws Exception {
        // When
        String response = raw("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + coding + "\r\n\r\nPOST "
                + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb");

        // Then
        assertThat(response).matches("(?s)|HTTP/1.1 400 .*");
        assertThat(received).isEmpty();
    }

    @Test
    void sendsNoInterimAnswerToHttp10() throws Exception {
        assertThat(raw("POST " + PATH + " HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na"))
                .startsWith("HTTP/1.0 200");
    }

    @Test
    void answersAnErrorInAStepAndCountsItDown() throws Exception {
        // Given
        step = (exchange, done) -> {
            throw new StackOverflowError("made up");
        };

        // When
        HttpResponse<String> response = post(PATH, "x".getBytes(UTF_8));

        // Then
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).doesNotContain("made up");
        assertThat(failed()).isOne();
        assertThat(meters.get("pasar.in.flight").gauge().value()).isZero();
        assertThat(meters.get("pasar.held").gauge().value()).isZero();
        assertThat(camel.getInflightRepository().size()).isZero();
    }

    @Test
    void answers503WhenItsRouteStopsWhileTheBodyArrives() throws Exception {
        // Given
        try (Socket socket = new Socket("127.0.0.1", engine.getServerPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\na")
                            .getBytes(UTF_8));
            await().untilAsserted(() ->
                    assertThat(meters.get("pasar.held").gauge().value()).isEqualTo(1));

            // When
            camel.getRouteController().stopRoute("tiki-order");
            socket.getOutputStream().write('b');

            // Then
            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("HTTP/1.1 503")
                    .containsIgnoringCase("retry-after");
        }
    }

    @Test
    void cutsABodyThatComesTooSlowly() throws Exception {
        // Given
        restart(NEVER, SOON_OVER);

        // When
        String response = raw("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");

        // Then
        assertThat(response).startsWith("HTTP/1.1 408").contains("too-slow").containsIgnoringCase("connection: close");
        assertThat(received).isEmpty();
    }

    @Test
    void forgetsADeliveryWhoseSenderWentAwayInTheBody() throws Exception {
        // When
        try (Socket socket = new Socket("127.0.0.1", engine.getServerPort())) {
            socket.getOutputStream()
                    .write(("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc").getBytes(UTF_8));
        }

        // Then
        assertThat(post(PATH, "whole".getBytes(UTF_8)).statusCode()).isEqualTo(200);
        assertThat(received).hasSize(1);
    }

    @Test
    void survivesASenderThatDoesNotWaitForItsAnswer() throws Exception {
        // Given
        CompletableFuture<Runnable> end = new CompletableFuture<>();
        step = (exchange, done) -> end.complete(done);
        try (Socket socket = new Socket("127.0.0.1", engine.getServerPort())) {
            socket.getOutputStream()
                    .write(("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na").getBytes(UTF_8));
            end.join();
        }

        // When
        end.join().run();

        // Then
        await().untilAsserted(() ->
                assertThat(meters.get("pasar.in.flight").gauge().value()).isZero());
        step = (exchange, done) -> done.run();
        assertThat(post(PATH, "x".getBytes(UTF_8)).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
                "POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "POST " + PATH + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST " + PATH + "\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "POST " + PATH + " http/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na",
                "\u0000\u0001\u0002\r\n\r\n",
            })
    void blamesTheSenderForWhatIsNoHttp(String request) throws Exception {
        // When
        String response = raw(request);

        // Then
        if (!response.isEmpty()) {
            assertThat(response).matches("(?s)HTTP/\\d\\.\\d 400 .*");
        }
        assertThat(received).isEmpty();
        assertThat(post(PATH, "x".getBytes(UTF_8)).statusCode()).isEqualTo(200);
    }

    @Test
    void answersAFailureOfTheRouteWithoutAWordOfIt() throws Exception {
        // Given
        step = (exchange, done) -> {
            exchange.setException(new IllegalStateException("secret detail"));
            done.run();
        };

        // When
        HttpResponse<String> response = post(PATH, "x".getBytes(UTF_8));

        // Then
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("\"code\":\"internal\"").doesNotContain("secret", "Exception");
        assertThat(failed()).isOne();
    }

    @Test
    void takesNothingForAYesThatTheRouteHasNotSaid() throws Exception {
        // Given
        step = (exchange, done) -> {
            exchange.setRouteStop(true);
            done.run();
        };

        // Then
        assertThat(post(PATH, "x".getBytes(UTF_8)).statusCode()).isEqualTo(500);
        assertThat(failed()).isOne();
    }

    /** How often the alert on what nobody foresaw has reason to ring. */
    private double failed() {
        return meters.get("pasar.refused")
                .tags("route", "tiki-order", "reason", "internal")
                .counter()
                .count();
    }

    @Test
    void answers503ForAStoppedRouteSoThatNobodyGivesUp() throws Exception {
        // Given
        camel.getRouteController().stopRoute("tiki-order");

        // When
        HttpResponse<String> stopped = post(PATH, "x".getBytes(UTF_8));
        camel.getRouteController().startRoute("tiki-order");
        HttpResponse<String> started = post(PATH, "x".getBytes(UTF_8));

        // Then
        assertThat(stopped.statusCode()).isEqualTo(503);
        assertThat(stopped.headers().firstValue("Retry-After")).isPresent();
        assertThat(started.statusCode()).isEqualTo(200);
    }

    @Test
    void countsWhatItRefusesByRouteAndReason() throws Exception {
        // When
        post(PATH, new byte[MAX_BODY + 1]);
        post("/nowhere", new byte[0]);

        // Then
        assertThat(meters.get("pasar.refused")
                        .tags("route", "tiki-order", "reason", "too-large")
                        .counter()
                        .count())
                .isOne();
        assertThat(meters.get("pasar.refused")
                        .tags("route", "none", "reason", "unknown-webhook")
                        .counter()
                        .count())
                .isOne();
    }

    @Test
    void saysWhichKeyToChangeWhenThePortIsTaken() throws Exception {
        // Given
        IngestConfiguration taken = configuration(engine.getServerPort(), NEVER, NEVER);
        IngestEngine second = new IngestEngine(
                taken,
                new AllowedHeaders(),
                path -> true,
                new Addresses(PUBLIC_URL, taken),
                new IngestMetrics(new SimpleMeterRegistry()));

        // Then
        assertThatThrownBy(() -> second.onCamelContextFullyStarted(camel, true))
                .hasMessageContaining("pasar.ingest.port");
    }

    private HttpResponse<String> post(String path, byte[] body) throws Exception {
        return client.send(request(path).POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofString());
    }

    private CompletableFuture<HttpResponse<String>> postAsync() {
        return client.sendAsync(request(PATH).POST(BodyPublishers.ofString("x")).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(60));
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + engine.getServerPort() + path);
    }

    /** Sends these bytes and reads until the server closes. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", engine.getServerPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
