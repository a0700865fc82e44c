package io.pasar.marketplace;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.InMemoryDnsResolver;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout.ThreadMode;

@org.junit.jupiter.api.Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class BoundedAnswersTest {

    private ServerSocket server;
    private CloseableHttpClient client;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        client = bounded().build();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void waitsForNoHeadersThatDrip() {
        // Given
        answering("HTTP/1.1 200 OK\r\nX-Endless: ", "x");

        // Then
        assertThatThrownBy(this::call)
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("not begun");
    }

    @Test
    void waitsForNoBodyThatDrips() {
        // Given
        answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "x");

        // Then
        assertThatThrownBy(this::call)
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("not complete");
    }

    @Test
    void needsNoResponseTimeout() {
        // Given
        answering("HTTP/1.1 200 OK\r\nX-Endless: ", "x");
        HttpGet request = request();
        request.setConfig(RequestConfig.custom().build());

        // Then
        assertThatThrownBy(() -> client.execute(request, answer -> null))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("not begun");
    }

    @Test
    void saysThatTheTimeWentIntoTheConnection() throws Exception {
        // Given
        AtomicReference<ExecRuntime> runtime = new AtomicReference<>();
        InMemoryDnsResolver slow = new InMemoryDnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                awaitEnd(runtime.get());
                throw new UnknownHostException(host);
            }
        };
        HttpClientBuilder builder = bounded()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(slow)
                        .build())
                .addExecInterceptorFirst("runtime", (request, scope, chain) -> {
                    runtime.set(scope.execRuntime);
                    return chain.proceed(request, scope);
                });

        // Then
        try (CloseableHttpClient connecting = builder.build()) {
            assertThatThrownBy(() -> connecting.execute(request(), answer -> null))
                    .isInstanceOf(ConnectTimeoutException.class)
                    .hasMessageContaining("Not connected");
        }
    }

    @Test
    void saysThatNothingWasSentOverAConnectionGivenUp() throws Exception {
        // Given
        answering("HTTP/1.1 200 OK\r\nX-Endless: ", "x");
        HttpClientBuilder builder = bounded()
                .addExecInterceptorBefore(ChainElement.MAIN_TRANSPORT.name(), "late", (request, scope, chain) -> {
                    awaitEnd(scope.execRuntime);
                    return chain.proceed(request, scope);
                });

        // Then
        try (CloseableHttpClient late = builder.build()) {
            assertThatThrownBy(() -> late.execute(request(), answer -> null))
                    .isInstanceOf(ConnectTimeoutException.class);
        }
    }

    private static HttpClientBuilder bounded() {
        HttpClientBuilder builder = HttpClientBuilder.create()
                .disableAutomaticRetries()
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(Timeout.ofSeconds(2))
                        .build());
        new BoundedAnswers(1024, Duration.ofMillis(100)).configureHttpClient(builder);
        return builder;
    }

    private static void awaitEnd(ExecRuntime runtime) {
        await().atMost(Duration.ofSeconds(30)).until(() -> !runtime.isEndpointAcquired());
    }

    private HttpGet request() {
        return new HttpGet("http://localhost:" + server.getLocalPort());
    }

    private void call() throws IOException {
        client.execute(request(), answer -> null);
    }

    /** Drips on until the caller has gone. */
    private void answering(String begin, String drop) {
        Thread thread = new Thread(() -> {
            try (Socket connection = server.accept()) {
                OutputStream out = connection.getOutputStream();
                out.write(begin.getBytes(StandardCharsets.US_ASCII));
                while (true) {
                    out.write(drop.getBytes(StandardCharsets.US_ASCII));
                    LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                }
            } catch (IOException e) {
                // Gone
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
