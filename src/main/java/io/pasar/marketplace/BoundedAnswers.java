package io.pasar.marketplace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;

/**
 * Reads every answer whole, up to a size and within a time, before anyone sees it. Camel would read whatever comes:
 * without this, one endless answer takes the memory, and one that drips keeps an account's turn for ever, because a
 * socket time-out only measures the pause between two bytes.
 */
final class BoundedAnswers implements HttpClientConfigurer, ExecChainHandler {

    private static final int BUFFER = 8192;

    /** Context attribute. An endpoint calls itself connected while its connection is still being made. */
    private static final String CONNECTED = "pasar.connected";

    private final int largest;
    private final Duration within;

    /**
     * @param largest bytes of an answer's body, after decompression
     * @param within time for the body, from its first byte; the pause in which it runs out is added. Also what the
     *     call may take longer than the response time-out, if there is one, until then
     */
    BoundedAnswers(int largest, Duration within) {
        this.largest = largest;
        this.within = within;
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        builder.addExecInterceptorFirst("bounded-answers", this);
        builder.addExecInterceptorAfter(ChainElement.CONNECT.name(), CONNECTED, (request, scope, chain) -> {
            scope.clientContext.setAttribute(CONNECTED, true);
            return chain.proceed(request, scope);
        });
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        ClassicHttpResponse response = head(request, scope, chain);
        HttpEntity entity = response.getEntity();
        if (entity != null) {
            try {
                response.setEntity(new ByteArrayEntity(read(entity), contentType(entity)));
            } catch (IOException | RuntimeException e) {
                // The rest is not read: the connection cannot be used again
                scope.execRuntime.discardEndpoint();
                throw e;
            }
        }
        return response;
    }

    /** Status and headers, which may drip as a body may: cut off from another thread, as no read by itself is late. */
    private ClassicHttpResponse head(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        Timeout pause = scope.clientContext.getRequestConfigOrDefault().getResponseTimeout();
        Duration patience = pause == null ? within : within.plus(pause.toDuration());
        CompletableFuture<Void> read = new CompletableFuture<>();
        read.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).exceptionallyAsync(late -> {
            scope.execRuntime.discardEndpoint();
            return null;
        });
        try {
            return chain.proceed(request, scope);
        } catch (IOException | IllegalStateException e) {
            if (!read.isDone()) {
                throw e;
            }
            // Illegal is only a request that finds its connection gone before it is sent
            if (e instanceof IllegalStateException || scope.clientContext.getAttribute(CONNECTED) == null) {
                throw new ConnectTimeoutException("Not connected within " + patience, scope.route.getTargetHost());
            }
            throw new SocketTimeoutException("The answer had not begun within " + patience);
        } finally {
            read.complete(null);
        }
    }

    private byte[] read(HttpEntity entity) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        InputStream body = entity.getContent();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER];
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            read.write(buffer, 0, n);
            if (read.size() > largest) {
                throw new TooLargeException(largest);
            }
            if (System.nanoTime() > deadline) {
                throw new SocketTimeoutException("The answer was not complete within " + within);
            }
        }
        body.close();
        return read.toByteArray();
    }

    private static ContentType contentType(HttpEntity entity) {
        return ContentType.parseLenient(entity.getContentType());
    }

    /** Its message is fit to be shown. */
    static final class TooLargeException extends IOException {

        private TooLargeException(long largest) {
            super("the answer is larger than " + largest + " bytes");
        }
    }
}
