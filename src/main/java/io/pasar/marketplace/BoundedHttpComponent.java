package io.pasar.marketplace;

import org.apache.camel.component.http.HttpComponent;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.socket.ConnectionSocketFactory;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.Registry;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;

/**
 * Camel's own component, whose connections read no more than so much of status line and headers. Without it endless ones
 * take the memory: they come before {@link BoundedAnswers} has anything to count.
 */
final class BoundedHttpComponent extends HttpComponent {

    private static final Http1Config HEAD = Http1Config.custom()
            .setMaxLineLength(16 * 1024)
            .setMaxHeaderCount(200)
            .build();

    @Override
    @SuppressWarnings("deprecation") // Camel makes them so
    protected HttpClientConnectionManager createConnectionManager(
            Registry<ConnectionSocketFactory> sockets, int total, int perRoute, SocketConfig socket) {
        PoolingHttpClientConnectionManager connections = new PoolingHttpClientConnectionManager(
                sockets,
                PoolConcurrencyPolicy.STRICT,
                TimeValue.ofMilliseconds(getConnectionTimeToLive()),
                ManagedHttpClientConnectionFactory.builder().http1Config(HEAD).build());
        connections.setDefaultSocketConfig(socket);
        connections.setMaxTotal(total > 0 ? total : getMaxTotalConnections());
        connections.setDefaultMaxPerRoute(perRoute > 0 ? perRoute : getConnectionsPerRoute());
        return connections;
    }
}
