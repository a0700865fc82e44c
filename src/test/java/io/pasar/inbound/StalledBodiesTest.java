package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.account.PublicUrl;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** Clients that send almost all of a body, and then nothing. */
class StalledBodiesTest {

    private static final int MAX_BODY = 1024;

    /** Far more than these tests may take: a body that is cut was not cut for this. */
    private static final Duration READ_WITHIN = Duration.ofMinutes(5);

    private static final int GIVE_UP_MILLIS = 60_000;

    private DefaultCamelContext camel;
    private IngestEngine engine;

    @BeforeEach
    void start() throws Exception {
        IngestConfiguration configuration = new IngestConfiguration(
                0,
                "127.0.0.1",
                "",
                List.of(),
                DataSize.ofBytes(MAX_BODY),
                Duration.ofSeconds(10),
                READ_WITHIN,
                100,
                DataSize.ofBytes(3 * MAX_BODY),
                100,
                Duration.ofMinutes(10),
                Duration.ZERO,
                null);
        engine = new IngestEngine(
                configuration,
                new AllowedHeaders(),
                path -> true,
                new Addresses(new PublicUrl(URI.create("https://gw.example")), configuration),
                new IngestMetrics(new SimpleMeterRegistry()));
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("platform-http-engine", engine);
        camel.addStartupListener(engine);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/webhooks/tiki/{account}/order?httpMethodRestrict=POST")
                        .setHeader(Exchange.HTTP_RESPONSE_CODE, constant("200"));
            }
        });
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
        engine.stop();
    }

    @Test
    void makeRoomForOthersWhenTheyHoldTooMuch() throws Exception {
        // Given
        try (Socket first = stalled();
                Socket second = stalled()) {
            assertThat(first.isConnected() && second.isConnected()).isTrue();

            // Then
            await().atMost(Duration.ofSeconds(60)).until(this::takesAWholeBody);
        }
    }

    @Test
    void mayTakeTheirTimeWhenThereIsRoom() throws Exception {
        try (Socket slow = stalled()) {
            // When
            try (Socket other = send("x")) {
                assertThat(statusLine(other)).contains(" 200 ");
            }
            slow.getOutputStream().write("x".repeat(MAX_BODY - 900).getBytes(ISO_8859_1));

            // Then
            assertThat(statusLine(slow)).contains(" 200 ");
        }
    }

    private boolean takesAWholeBody() throws IOException {
        try (Socket whole = send("x".repeat(MAX_BODY))) {
            return statusLine(whole).contains(" 200 ");
        }
    }

    private Socket stalled() throws IOException {
        return send("x".repeat(900), MAX_BODY);
    }

    private Socket send(String body) throws IOException {
        return send(body, body.length());
    }

    private Socket send(String body, int length) throws IOException {
        Socket socket = new Socket("127.0.0.1", engine.getServerPort());
        socket.setSoTimeout(GIVE_UP_MILLIS);
        socket.getOutputStream()
                .write(("POST /webhooks/tiki/p77/order HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n"
                                + body)
                        .getBytes(ISO_8859_1));
        return socket;
    }

    private static String statusLine(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        InputStream in = socket.getInputStream();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }
}
