package io.pasar.inbound;

import io.netty.channel.Channel;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.StartupListener;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ingest port, behind Camel's {@code platform-http:}. Asynchronous from the socket to the route's answer: no thread
 * waits. It opens when every route has started, so that no webhook meets half a gateway.
 */
final class IngestEngine extends ServiceSupport implements PlatformHttpEngine, StartupListener {

    private static final Logger LOGGER = LoggerFactory.getLogger(IngestEngine.class);

    private static final int MAX_INITIAL_LINE = 4096;
    private static final int MAX_HEADERS = 16 * 1024;
    private static final int CLOSE_WITHIN_SECONDS = 2;

    /** For a request that is on its way through a connection when the port stops listening. */
    private static final Duration LAST_REQUESTS = Duration.ofMillis(1_000);

    private static final long LOOK_EVERY_MILLIS = 10;

    private static final Duration LOOK_FOR_CERTIFICATE_EVERY = Duration.ofSeconds(5);

    private final IngestConfiguration configuration;
    private final AllowedHeaders allowedHeaders;
    private final IngestMetrics metrics;
    private final Predicate<List<String>> wanted;
    private final Addresses addresses;
    private final CertificateWatch certificate;
    private volatile List<IngestConsumer> consumers = List.of();
    private final Load load;
    private final Queue<Connections> connections = new ConcurrentLinkedQueue<>();
    private volatile Vertx vertx;
    private volatile Channel listening;
    private volatile boolean closing;
    private volatile int port;

    /** @param wanted whether anybody wants what comes to these path segments; asked before a body is read */
    IngestEngine(
            IngestConfiguration configuration,
            AllowedHeaders allowedHeaders,
            Predicate<List<String>> wanted,
            Addresses addresses,
            IngestMetrics metrics) {
        this.configuration = configuration;
        this.wanted = wanted;
        this.addresses = addresses;
        this.allowedHeaders = allowedHeaders;
        this.metrics = metrics;
        this.load = new Load(
                configuration.maxInFlight(), configuration.maxHeld().toBytes(), configuration.maxConnections());
        this.certificate =
                configuration.tls() == null ? null : new CertificateWatch(configuration.tls(), Clock.systemUTC());
        metrics.watch(load);
    }

    /** Null where the port speaks plain HTTP. */
    CertificateWatch certificate() {
        return certificate;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return new IngestConsumer(this, endpoint, processor, metrics);
    }

    /**
     * Takes a route's requests from now on. Nothing takes a route off: a stopped one is answered 503, where a 404 would
     * tell the marketplace to give up.
     */
    synchronized void add(IngestConsumer consumer) {
        // In one step: between a removal and an addition a webhook would be answered 404
        consumers = Stream.concat(
                        consumers.stream().filter(other -> !other.path().equals(consumer.path())), Stream.of(consumer))
                .toList();
    }

    /** The route behind this path and its path parameters; null if there is none. */
    Match match(List<String> path) {
        for (IngestConsumer consumer : consumers) {
            Map<String, String> parameters = consumer.path().match(path);
            if (parameters != null) {
                return new Match(consumer, parameters);
            }
        }
        return null;
    }

    /** Whether every answer is the last of its connection, so that the sender's next one goes elsewhere. */
    boolean isClosing() {
        return closing;
    }

    /**
     * Every connection tells it, since Vert.x does not: closing a Vert.x server cuts all its connections, and a graceful
     * stop must close the listening socket alone. From the first one on, connections are counted as they are accepted.
     */
    void acceptedBy(Channel socket) {
        if (listening != socket) {
            watch(socket);
        }
    }

    private synchronized void watch(Channel socket) {
        if (listening != socket) {
            listening = socket;
            socket.pipeline().addFirst(new Newcomers(socket, this::arrived));
        }
    }

    private void arrived(Channel newcomer) {
        connections.stream().filter(some -> some.areOn(newcomer.eventLoop())).forEach(some -> some.arrived(newcomer));
    }

    /** Those of all event loops. */
    Stream<Connections> startingWith(Connections own) {
        return Stream.concat(Stream.of(own), connections.stream().filter(some -> some != own));
    }

    /**
     * Ends service without refusing anybody, while all routes still run: serves on for {@code close-after}, but each
     * answer ends its connection; then stops listening, and ends when the requests under way are answered and no
     * connection is left, or soon. The rest of the port closes with {@link #stop}. Blocks; does nothing if it is not
     * open.
     */
    void drain() throws InterruptedException {
        if (vertx == null) {
            return;
        }
        LOGGER.atInfo().addKeyValue("closeAfter", configuration.closeAfter()).log("Ingest is closing");
        closing = true;
        TimeUnit.MILLISECONDS.sleep(configuration.closeAfter().toMillis());
        Channel socket = listening;
        if (socket != null) {
            socket.close().await(LAST_REQUESTS.toMillis());
        }
        long until = System.nanoTime() + LAST_REQUESTS.toNanos();
        while (load.connections() > 0 && System.nanoTime() - until < 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
        connections.forEach(Connections::closeIdle);
    }

    boolean isWanted(List<String> path) {
        return wanted.test(path);
    }

    record Match(IngestConsumer consumer, Map<String, String> parameters) {}

    @Override
    public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
        // Too early: routes are not up yet
    }

    @Override
    public void onCamelContextFullyStarted(CamelContext context, boolean alreadyStarted) throws Exception {
        open();
    }

    private void open() throws Exception {
        int eventLoops = Runtime.getRuntime().availableProcessors();
        // Costs less CPU time than Java's selectors, which are taken where epoll cannot be loaded
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(eventLoops).setPreferNativeTransport(true));
        try {
            vertx.deployVerticle(Listener::new, new DeploymentOptions().setInstances(eventLoops))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException e) {
            closePort();
            throw new IngestStartException(
                    "The ingest port %s:%d cannot be opened (%s): free it or set pasar.ingest.port"
                            .formatted(
                                    configuration.address(),
                                    configuration.port(),
                                    e.getCause().getMessage()),
                    e.getCause());
        }
        if (certificate != null) {
            watchCertificate(vertx);
        }
        LOGGER.atInfo()
                .addKeyValue("address", configuration.address())
                .addKeyValue("port", port)
                .addKeyValue("transport", vertx.isNativeTransportEnabled() ? "epoll" : "java")
                .log("Ingest is open");
    }

    private void watchCertificate(Vertx open) {
        open.setPeriodic(LOOK_FOR_CERTIFICATE_EVERY.toMillis(), timer -> open.executeBlocking(() -> {
                    certificate.look();
                    return null;
                })
                .onFailure(e -> LOGGER.atError().setCause(e).log("The certificate cannot be looked at; trying again")));
    }

    /** The port that is really open; differs from the configured one when that is 0. Zero before it is open. */
    @Override
    public int getServerPort() {
        return port;
    }

    @Override
    protected void doStop() throws Exception {
        closePort();
    }

    private void closePort() throws InterruptedException {
        Vertx closing = vertx;
        vertx = null;
        if (closing == null) {
            return;
        }
        try {
            closing.close().toCompletionStage().toCompletableFuture().get(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.atWarn().setCause(e).log("The ingest port did not close cleanly");
        }
    }

    private HttpServerOptions options() {
        HttpServerOptions options = new HttpServerOptions()
                .setMaxInitialLineLength(MAX_INITIAL_LINE)
                .setMaxHeaderSize(MAX_HEADERS)
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setDecompressionSupported(false)
                .setHandle100ContinueAutomatically(false)
                // With epoll Vert.x turns it off: a sender of head and body apart would wait for an acknowledgement
                .setTcpQuickAck(true)
                // Nobody opens a WebSocket here; while one of these is on, Vert.x looks into every request for one
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
        if (certificate != null) {
            options.setSsl(true).setKeyCertOptions(certificate.options());
        }
        return options;
    }

    private void failed(Throwable failure) {
        // Who closes without a word, as a balancer's check of the port does, is not counted
        if (failure instanceof SSLException) {
            metrics.refused(Refusal.NO_ROUTE, "tls");
        }
        LOGGER.atDebug().setCause(failure).log("A connection failed");
    }

    /** One per event loop; all of them share the port. */
    private final class Listener extends AbstractVerticle {

        @Override
        public void start(Promise<Void> started) {
            Connections ofLoop =
                    new Connections(vertx, IngestEngine.this, configuration.closeIdleAfter(), metrics, load);
            connections.add(ofLoop);
            IngestHandler handler = new IngestHandler(
                    vertx, IngestEngine.this, configuration, allowedHeaders, addresses, metrics, load);
            HttpServer server = vertx.createHttpServer(options());
            server.connectionHandler(ofLoop::connected)
                    .requestHandler(handler)
                    .invalidRequestHandler(handler::invalid)
                    .exceptionHandler(IngestEngine.this::failed);
            // Vert.x shares one random port among a verticle's instances when asked for a negative one
            server.listen(configuration.port() == 0 ? -1 : configuration.port(), configuration.address())
                    .onSuccess(listening -> port = listening.actualPort())
                    .<Void>mapEmpty()
                    .onComplete(started);
        }
    }
}
