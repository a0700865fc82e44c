package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.account.PublicUrl;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** The end of the ingest port as senders see it, over real sockets, with a route that answers when it is told to. */
class IngestDrainTest {

    private static final Duration AT_ONCE = Duration.ofMillis(100);

    /** Far more than a test may take. */
    private static final Duration NEVER = Duration.ofMinutes(10);

    private final Queue<AsyncCallback> held = new ConcurrentLinkedQueue<>();
    private volatile boolean holding;
    private DefaultCamelContext camel;
    private IngestEngine engine;

    private void start(Duration closeAfter) throws Exception {
        IngestConfiguration configuration = new IngestConfiguration(
                0,
                "127.0.0.1",
                "",
                List.of(),
                DataSize.ofKilobytes(1),
                NEVER,
                NEVER,
                100,
                DataSize.ofKilobytes(100),
                100,
                NEVER,
                closeAfter,
                null);
        engine = new IngestEngine(
                configuration,
                new AllowedHeaders(),
                path -> true,
                new Addresses(new PublicUrl(URI.create("https://gw.example"), List.of()), configuration),
                new IngestMetrics(new SimpleMeterRegistry()));
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("platform-http-engine", engine);
        camel.addStartupListener(engine);
        camel.getShutdownStrategy().setTimeout(1);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/order?httpMethodRestrict=POST")
                        .process(new Hold())
                        .setBody(constant("{\"success\":true}"))
                        .setHeader(Exchange.HTTP_RESPONSE_CODE, constant("200"));
            }
        });
        camel.start();
    }

    private final class Hold extends AsyncProcessorSupport {
        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            if (!holding) {
                callback.done(true);
                return true;
            }
            held.add(callback);
            return false;
        }
    }

    @AfterEach
    void stop() {
        camel.stop();
        engine.stop();
    }

    @Test
    void servesOnAndEndsEachConnectionWithItsAnswer() throws Exception {
        // Given
        start(NEVER);
        try (Connection kept = new Connection()) {
            kept.send();
            assertThat(kept.head()).startsWith("HTTP/1.1 200").doesNotContainIgnoringCase("connection: close");

            // When
            Thread drain = drain();
            await().until(engine::isClosing);
            kept.send();

            // Then
            assertThat(kept.rest()).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
            try (Connection late = new Connection()) {
                late.send();
                assertThat(late.rest()).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
            }
            drain.interrupt();
        }
    }

    @Test
    void answersWhatIsUnderWayWhenItHasStoppedListening() throws Exception {
        // Given
        start(AT_ONCE);
        try (Connection open = new Connection()) {
            holding = true;
            open.send();
            await().until(() -> !held.isEmpty());

            // When
            Thread drain = drain();
            awaitRefused();
            drain.join();
            held.remove().done(false);

            // Then
            assertThat(open.rest()).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
        }
    }

    @Test
    void closesConnectionsThatAreIdle() throws Exception {
        // Given
        start(AT_ONCE);
        try (Connection idle = new Connection()) {
            idle.send();
            assertThat(idle.head()).startsWith("HTTP/1.1 200");

            // When
            drain().join();

            // Then
            assertThat(idle.rest()).isEmpty();
        }
    }

    private Thread drain() {
        Thread drain = new Thread(() -> {
            try {
                engine.drain();
            } catch (InterruptedException e) {
                // The test has seen enough
            }
        });
        drain.setDaemon(true);
        drain.start();
        return drain;
    }

    private void awaitRefused() {
        await().until(() -> {
            try (Connection probe = new Connection()) {
                return !probe.socket.isConnected();
            } catch (ConnectException refused) {
                return true;
            }
        });
    }

    /** A sender's connection, by hand: a client would hide when and how it ends. */
    private final class Connection implements AutoCloseable {

        private final Socket socket = new Socket("127.0.0.1", engine.getServerPort());

        private Connection() throws IOException {
            socket.setSoTimeout(60_000);
        }

        private void send() throws IOException {
            socket.getOutputStream()
                    .write("POST /order HTTP/1.1\r\nHost: gw\r\nContent-Length: 1\r\n\r\nx".getBytes(ISO_8859_1));
        }

        /** One answer, whose body is known. */
        private String head() throws IOException {
            StringBuilder text = new StringBuilder();
            while (text.indexOf("{\"success\":true}") < 0) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    break;
                }
                text.append((char) next);
            }
            return text.toString();
        }

        /** All to the end of the connection. */
        private String rest() throws IOException {
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
