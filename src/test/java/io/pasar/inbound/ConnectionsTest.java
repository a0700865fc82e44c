package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.account.PublicUrl;
import io.pasar.inbound.IngestConfiguration.Tls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocketFactory;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Clients that connect and do not behave. */
class ConnectionsTest {

    private static final String HEAD = "POST /webhooks/tiki/p77/order HTTP/1.1\r\nHost: x\r\nContent-Length: ";

    /** More than the operating system keeps for a client that does not read. */
    private static final int LARGE_ANSWER = 32 * 1024 * 1024;

    private static final Duration NEVER = Duration.ofMinutes(10);
    private static final Duration SOON = Duration.ofSeconds(60);

    /** So that each event loop has some. */
    private static final int ENOUGH = 4 * Runtime.getRuntime().availableProcessors();

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Socket> sockets = new ArrayList<>();
    private DefaultCamelContext camel;
    private IngestEngine engine;

    private void start(int maxConnections, Duration closeIdleAfter, int answer) throws Exception {
        start(maxConnections, closeIdleAfter, answer, null);
    }

    private void start(int maxConnections, Duration closeIdleAfter, int answer, Tls tls) throws Exception {
        IngestConfiguration configuration = new IngestConfiguration(
                0,
                "127.0.0.1",
                "",
                List.of(),
                DataSize.ofBytes(2_000),
                NEVER,
                NEVER,
                100,
                DataSize.ofBytes(4_050),
                maxConnections,
                closeIdleAfter,
                Duration.ZERO,
                tls);
        engine = new IngestEngine(
                configuration,
                new AllowedHeaders(),
                path -> true,
                new Addresses(new PublicUrl(URI.create("https://gw.example")), configuration),
                new IngestMetrics(meters));
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("platform-http-engine", engine);
        camel.addStartupListener(engine);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/webhooks/tiki/{account}/order?httpMethodRestrict=POST")
                        .setBody(constant(new byte[answer]))
                        .setHeader(Exchange.HTTP_RESPONSE_CODE, constant("200"));
            }
        });
        camel.start();
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        camel.stop();
        engine.stop();
    }

    @Test
    void thatSayNothingAreCut() throws Exception {
        // Given
        start(100, Duration.ofSeconds(1), 0);

        // Then
        assertThat(connect().getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void thatDripTheirHeadAreCut() throws Exception {
        // Given
        start(100, Duration.ofSeconds(1), 0);
        Socket dripping = connect();
        dripping.getOutputStream().write("POST /".getBytes(ISO_8859_1));

        // Then
        await().atMost(SOON).until(() -> !takes(dripping, "x"));
    }

    @Test
    void thatDoNotReadTheirAnswerAreCut() throws Exception {
        // Given
        start(100, Duration.ofSeconds(1), LARGE_ANSWER);
        Socket deaf = connect();
        deaf.getOutputStream().write((HEAD + "1\r\n\r\na").getBytes(ISO_8859_1));

        // Then
        await().atMost(SOON).until(() -> !takes(deaf, "x"));
    }

    @Test
    void thatIdleMakeRoomForOthers() throws Exception {
        // Given
        start(ENOUGH, NEVER, 0);
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < ENOUGH; i++) {
            idle.add(connect());
            assertThat(post(idle.get(i), "a")).contains(" 200 ");
        }

        // When
        String answer = post(connect(), "a");

        // Then
        assertThat(answer).contains(" 200 ");
        await().atMost(SOON)
                .until(() -> idle.stream()
                                .filter(socket -> isCut(socket, Duration.ofMillis(200)))
                                .count()
                        == 1);
    }

    @Test
    void thatNeverAskedGoBeforeThoseThatDid() throws Exception {
        // Given
        start(2 * ENOUGH, NEVER, 0);
        for (int i = 0; i < ENOUGH; i++) {
            connect();
        }
        List<Socket> known = new ArrayList<>();
        for (int i = 0; i < ENOUGH; i++) {
            known.add(connect());
            assertThat(post(known.get(i), "a")).contains(" 200 ");
        }

        // When
        for (int i = 0; i < 4 * ENOUGH; i++) {
            connect();
        }

        // Then
        for (Socket socket : known) {
            assertThat(post(socket, "a")).contains(" 200 ");
        }
    }

    @Test
    void thatNeverAskedGoFirstOnWhicheverEventLoopTheyAre() throws Exception {
        // Given
        start(ENOUGH, NEVER, 0);
        int eventLoops = Runtime.getRuntime().availableProcessors();
        assumeThat(eventLoops).isGreaterThan(1);
        List<Socket> known = new ArrayList<>();
        for (int i = 0; i < ENOUGH; i++) {
            Socket socket = connect();
            // They take turns, so all of one event loop are known, and none of the others
            if (i % eventLoops == 0) {
                known.add(socket);
                assertThat(post(socket, "a")).contains(" 200 ");
            }
        }

        // When
        assertThat(post(connect(), "a")).contains(" 200 ");

        // Then
        await().atMost(SOON).until(() -> sockets.stream().anyMatch(socket -> isCut(socket, Duration.ofMillis(50))));
        for (Socket socket : known) {
            assertThat(post(socket, "a")).contains(" 200 ");
        }
    }

    @Test
    void thatHaveJustComeStayWhereTheOthersOnlyIdle() throws Exception {
        // Given
        start(4 * ENOUGH, NEVER, 0);
        for (int i = 0; i < 4 * ENOUGH; i++) {
            assertThat(post(connect(), "a")).contains(" 200 ");
        }
        Socket newcomer = connect();

        // When
        for (int i = 0; i < 4; i++) {
            assertThat(post(connect(), "a")).contains(" 200 ");
        }

        // Then
        assertThat(post(newcomer, "a")).contains(" 200 ");
    }

    @Test
    void thatIdleOnAnyEventLoopMakeRoom() throws Exception {
        // Given
        start(ENOUGH, NEVER, 0);
        int eventLoops = Runtime.getRuntime().availableProcessors();
        assumeThat(eventLoops).isGreaterThan(1);
        for (int i = 0; i < ENOUGH; i++) {
            // They take turns, so all of one event loop are at work
            boolean working = i % eventLoops == 0;
            connect().getOutputStream().write((HEAD + (working ? "2\r\n\r\na" : "1\r\n\r\na")).getBytes(ISO_8859_1));
        }
        await().atMost(SOON).until(() -> meters.get("pasar.held").gauge().value() == (double) ENOUGH / eventLoops);

        // Then
        assertThat(post(connect(), "a")).contains(" 200 ");
    }

    @Test
    void thatStallInTheirTlsHandshakeMakeRoom(@TempDir Path directory) throws Exception {
        // Given
        Certificate certificate = Certificate.in(directory);
        start(ENOUGH, NEVER, 0, certificate.tls());
        Socket known = over(certificate);
        assertThat(post(known, "a")).contains(" 200 ");

        // When
        Socket oldest = connect();
        for (int i = 0; i < 2 * ENOUGH; i++) {
            connect();
        }
        Socket newest = connect();

        // Then
        assertThat(isCut(oldest, SOON)).isTrue();
        // Not because their time was over
        assertThat(isCut(newest, Duration.ofMillis(500))).isFalse();
        assertThat(post(known, "a")).contains(" 200 ");
    }

    @Test
    void areNotTakenWhenAllAreAtWork() throws Exception {
        // Given
        start(ENOUGH, NEVER, 0);
        for (int i = 0; i < ENOUGH; i++) {
            connect().getOutputStream().write((HEAD + "2\r\n\r\na").getBytes(ISO_8859_1));
        }
        await().atMost(SOON).until(() -> meters.get("pasar.held").gauge().value() == ENOUGH);

        // Then
        assertThat(isCut(connect(), SOON)).isTrue();
        assertThat(meters.get("pasar.refused")
                        .tag("reason", "too-many-connections")
                        .counter()
                        .count())
                .isOne();

        // When
        sockets.get(0).close();

        // Then
        await().atMost(SOON).ignoreExceptions().until(() -> post(connect(), "a").contains(" 200 "));
    }

    @Test
    void areAtWorkWhoseNextRequestBeganBeforeTheAnswerToTheLast() throws Exception {
        // Given
        start(ENOUGH, NEVER, 0);
        for (int i = 0; i < ENOUGH; i++) {
            connect()
                    .getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + HEAD + "2\r\n\r\na").getBytes(ISO_8859_1));
        }
        await().atMost(SOON).until(() -> meters.get("pasar.held").gauge().value() == ENOUGH);

        // Then
        assertThat(isCut(connect(), SOON)).isTrue();
    }

    @Test
    void overTlsAreWorkedOnAlike(@TempDir Path directory) throws Exception {
        // Given
        Certificate certificate = Certificate.in(directory);
        start(100, NEVER, 0, certificate.tls());

        // When
        String answer = post(over(certificate), "a");
        Socket unknown = over(certificate);
        unknown.getOutputStream().write("POST / HTTP/3.7\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1));

        // Then
        assertThat(answer).contains(" 200 ");
        assertThat(new String(unknown.getInputStream().readAllBytes(), ISO_8859_1))
                .contains(" 400 ", "bad-request");
    }

    @Test
    void overTlsLiveOnWhileNewOnesSeeARenewedCertificate(@TempDir Path directory) throws Exception {
        // Given
        Certificate first = Certificate.in(Files.createDirectory(directory.resolve("first")));
        Certificate renewed = Certificate.in(Files.createDirectory(directory.resolve("renewed")), "EC");
        start(100, NEVER, 0, first.tls());
        Socket known = over(first);
        assertThat(post(known, "a")).contains(" 200 ");

        // When
        renewed.replaceCertificate(first.tls());
        renewed.replaceKey(first.tls());

        // Then
        await().atMost(SOON).ignoreExceptions().until(() -> post(over(renewed), "a")
                .contains(" 200 "));
        for (int i = 0; i < ENOUGH; i++) {
            assertThat(post(over(renewed), "a")).contains(" 200 ");
        }
        assertThat(post(known, "a")).contains(" 200 ");
    }

    @Test
    void whoseTlsHandshakeFailsAreCounted(@TempDir Path directory) throws Exception {
        // Given
        start(100, NEVER, 0, Certificate.in(directory).tls());
        // Not one of them: it only looks whether the port is open
        connect().close();

        // When
        Socket plain = connect();
        plain.getOutputStream().write((HEAD + "1\r\n\r\na").getBytes(ISO_8859_1));
        Socket distrusting = ((SSLSocketFactory) SSLSocketFactory.getDefault())
                .createSocket(connect(), "localhost", engine.getServerPort(), true);

        // Then
        assertThatThrownBy(() -> post(distrusting, "a")).isInstanceOf(SSLHandshakeException.class);
        await().atMost(SOON).untilAsserted(() -> assertThat(meters.get("pasar.refused")
                        .tags("route", "none", "reason", "tls")
                        .counter()
                        .count())
                .isEqualTo(2));
    }

    private Socket over(Certificate certificate) throws Exception {
        Socket plain = connect();
        Socket socket = certificate.client().getSocketFactory().createSocket(plain, "localhost", 0, true);
        sockets.add(socket);
        return socket;
    }

    @Test
    void withLargeBodiesLeaveRoomForSmallOnes() throws Exception {
        // Given
        start(100, NEVER, 0);
        for (int i = 0; i < 10; i++) {
            connect().getOutputStream().write((HEAD + "2000\r\n\r\n" + "x".repeat(1_990)).getBytes(ISO_8859_1));
        }
        await().atMost(SOON).until(() -> meters.find("pasar.refused").tag("reason", "busy").counters().stream()
                .anyMatch(refused -> refused.count() == 9));

        // Then
        assertThat(post(connect(), "x".repeat(100))).contains(" 200 ");
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(4_096);
        socket.setSoTimeout(Math.toIntExact(SOON.toMillis()));
        socket.connect(new InetSocketAddress("127.0.0.1", engine.getServerPort()));
        return socket;
    }

    private static String post(Socket socket, String body) throws IOException {
        socket.getOutputStream().write((HEAD + body.length() + "\r\n\r\n" + body).getBytes(ISO_8859_1));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                return "cut after " + answer;
            }
            answer.append((char) next);
        }
        return answer.toString();
    }

    /** A connection that the other side has closed answers a write with a reset, which the next write meets. */
    private static boolean takes(Socket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
            return true;
        } catch (IOException cut) {
            return false;
        }
    }

    private static boolean isCut(Socket socket, Duration within) {
        try {
            socket.setSoTimeout(Math.toIntExact(within.toMillis()));
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }
}
