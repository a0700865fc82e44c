package io.pasar.inbound;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.pasar.inbound.Deadlines.Deadline;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's side of the ingest port: decides what needs no route (400, 404, 405, 408, 413, 503), collects the
 * body, hands it to the route and keeps the deadline. Runs on its event loop only.
 */
final class IngestHandler implements Handler<HttpServerRequest> {

    private static final Logger LOGGER = LoggerFactory.getLogger(IngestHandler.class);

    /** How long the rest of a refused body is thrown away: closing at once would reset the answer away. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    /**
     * How often a body that is not there yet is looked at, and the bytes that must have come since then while too much
     * is held: whoever sends bodies and stops before their last byte shall not keep the others out.
     */
    private static final Duration PACE = Duration.ofSeconds(1);

    private static final int PACE_BYTES = 64 * 1024;

    private final Vertx vertx;
    private final IngestEngine engine;
    private final AllowedHeaders allowedHeaders;
    private final Addresses addresses;
    private final IngestMetrics metrics;
    private final Load load;
    private final long maxBody;
    private final Deadlines answerDeadlines;
    private final Deadlines readDeadlines;
    private final Deadlines paceDeadlines;
    private final Deadlines lingerDeadlines;

    IngestHandler(
            Vertx vertx,
            IngestEngine engine,
            IngestConfiguration configuration,
            AllowedHeaders allowedHeaders,
            Addresses addresses,
            IngestMetrics metrics,
            Load load) {
        this.vertx = vertx;
        this.engine = engine;
        this.allowedHeaders = allowedHeaders;
        this.addresses = addresses;
        this.metrics = metrics;
        this.load = load;
        this.maxBody = configuration.maxBody().toBytes();
        this.answerDeadlines = new Deadlines(vertx, configuration.answerWithin());
        this.readDeadlines = new Deadlines(vertx, configuration.readWithin());
        this.paceDeadlines = new Deadlines(vertx, PACE);
        this.lingerDeadlines = new Deadlines(vertx, LINGER);
    }

    /** Requests that are no HTTP: answered in our own shape, then cut. */
    void invalid(HttpServerRequest request) {
        metrics.refused(Refusal.NO_ROUTE, Refusal.BAD_REQUEST.code());
        write(request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE), Refusal.BAD_REQUEST.answer())
                .onComplete(written -> request.connection().close());
    }

    @Override
    public void handle(HttpServerRequest request) {
        if (request.response().writeQueueFull()) {
            // Requests without end whose answers are not read
            Connections.cut(request.connection());
            return;
        }
        Activity activity = Connections.activity(request.connection());
        if (activity.isClosing()) {
            // Behind the one that was told to be the last
            request.connection().close();
            return;
        }
        Reception reception = new Reception(request, activity);
        reception.begin();
        try {
            dispatch(request, reception);
        } catch (RuntimeException e) {
            // Whatever it is, the sender must not be left without an answer
            LOGGER.atError().setCause(e).log("A request failed before its route");
            reception.refuse(Refusal.NO_ROUTE, Refusal.INTERNAL);
        }
    }

    private void dispatch(HttpServerRequest request, Reception reception) {
        List<String> path = path(request.path());
        if (path == null) {
            reception.refuse(Refusal.NO_ROUTE, Refusal.BAD_PATH);
            return;
        }
        if (!isFramed(request)) {
            reception.refuseAndClose(Refusal.NO_ROUTE, Refusal.BAD_REQUEST);
            return;
        }
        IngestEngine.Match match = engine.match(path);
        Iterator<String> prefixes = addresses.prefixes().iterator();
        String prefix = "";
        while (match == null && prefixes.hasNext()) {
            prefix = prefixes.next();
            path = request.path().startsWith(prefix + "/")
                    ? path(request.path().substring(prefix.length()))
                    : List.of();
            match = engine.match(path);
        }
        if (match == null) {
            reception.refuse(Refusal.NO_ROUTE, Refusal.UNKNOWN);
            return;
        }
        admit(request, match, path, prefix, reception);
    }

    private void admit(
            HttpServerRequest request,
            IngestEngine.Match match,
            List<String> path,
            String prefix,
            Reception reception) {
        IngestConsumer consumer = match.consumer();
        String route = consumer.getRouteId();
        long announced = contentLength(request);
        // HTTP/1.0 knows no interim answer
        String expectation = request.version() == HttpVersion.HTTP_1_0 ? null : request.getHeader(HttpHeaders.EXPECT);
        if (!consumer.methods().contains(request.method().name())) {
            reception.refuse(route, Refusal.method(String.join(", ", consumer.methods())));
        } else if (!engine.isWanted(path)) {
            reception.refuse(route, Refusal.UNKNOWN);
        } else if (!consumer.isStarted()) {
            reception.refuse(route, Refusal.STOPPED);
        } else if (announced > maxBody) {
            reception.refuse(route, Refusal.TOO_LARGE);
        } else if (expectation != null && !"100-continue".equalsIgnoreCase(expectation)) {
            reception.refuse(route, Refusal.EXPECTATION);
        } else {
            if (expectation != null) {
                request.response().writeContinue();
            }
            reception.receive(match, prefix, announced);
        }
    }

    /** The decoded segments; null if the path cannot be read. */
    private static List<String> path(String path) {
        if (path == null || !path.startsWith("/")) {
            return null;
        }
        List<String> segments = PathTemplate.segments(path);
        if (path.indexOf('%') < 0) {
            return segments;
        }
        try {
            // URLDecoder would read '+' as a blank, which it is only in a query
            return segments.stream()
                    .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                    .toList();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A transfer coding that the HTTP decoder does not end would leave the body to be read as the next request. */
    private static boolean isFramed(HttpServerRequest request) {
        List<String> codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        return codings.isEmpty()
                || (codings.size() == 1
                        && "chunked".equalsIgnoreCase(codings.get(0).trim()));
    }

    // -1 when it is not said; the HTTP decoder has refused what is no number
    private static long contentLength(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? -1 : Long.parseLong(length.trim());
    }

    private static io.vertx.core.Future<Void> write(HttpServerResponse response, Answer answer) {
        response.setStatusCode(answer.status());
        if (answer.body().length > 0) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        }
        if (answer.retryAfter() != null) {
            response.putHeader(HttpHeaders.RETRY_AFTER, answer.retryAfter());
        }
        if (answer.allow() != null) {
            response.putHeader(HttpHeaders.ALLOW, answer.allow());
        }
        return response.end(Buffer.buffer(answer.body()));
    }

    /** One request from its head to its answer. */
    private final class Reception {

        private final HttpServerRequest request;
        private final Activity activity;
        private final Context context;
        private final Body body = new Body(load);
        private Deadline pace;
        private Deadline deadline;
        private boolean bodyEnded;
        private boolean answered;

        private Reception(HttpServerRequest request, Activity activity) {
            this.request = request;
            this.activity = activity;
            this.context = vertx.getOrCreateContext();
        }

        private void begin() {
            activity.beginRequest();
            request.response().exceptionHandler(gone -> {});
            request.exceptionHandler(gone -> abandon());
            request.endHandler(end -> bodyEnded = true);
        }

        private void receive(IngestEngine.Match match, String prefix, long announced) {
            String route = match.consumer().getRouteId();
            request.handler(chunk -> collect(chunk, announced, route));
            request.endHandler(end -> {
                bodyEnded = true;
                if (!answered) {
                    tryToDeliver(match, prefix);
                }
            });
            deadline = readDeadlines.add(() -> refuse(route, Refusal.TOO_SLOW));
        }

        private void collect(Buffer chunk, long announced, String route) {
            if (answered) {
                return;
            }
            if (body.received() + chunk.length() > maxBody) {
                refuse(route, Refusal.TOO_LARGE);
            } else if (!isTaken(chunk, announced < 0 ? maxBody : announced)) {
                refuse(route, Refusal.BUSY);
            } else if (pace == null && body.received() != announced) {
                watchPace(route);
            }
        }

        private boolean isTaken(Buffer chunk, long expected) {
            try {
                return body.add(chunk, expected);
            } catch (OutOfMemoryError e) {
                // Outside the heap, where bodies on their way are: the process lives on, and this body does not fit
                return false;
            }
        }

        private void watchPace(String route) {
            int before = body.received();
            pace = paceDeadlines.add(() -> {
                if (load.isCrowded() && body.received() - before < PACE_BYTES) {
                    refuse(route, Refusal.TOO_SLOW);
                } else {
                    watchPace(route);
                }
            });
        }

        private void tryToDeliver(IngestEngine.Match match, String prefix) {
            try {
                deliver(match, prefix);
            } catch (RuntimeException e) {
                LOGGER.atError().setCause(e).log("A delivery failed before its route");
                refuse(match.consumer().getRouteId(), Refusal.INTERNAL);
            }
        }

        private void deliver(IngestEngine.Match match, String prefix) {
            deadline.met();
            if (pace != null) {
                pace.met();
            }
            String route = match.consumer().getRouteId();
            if (!match.consumer().isStarted()) {
                refuse(route, Refusal.STOPPED);
                return;
            }
            // Before the delivery counts: what fails here would count for ever
            Map<String, String> headers = headers(match.parameters(), prefix);
            byte[] bytes = body.toBytes();
            if (!load.begin()) {
                refuse(route, Refusal.BUSY);
                return;
            }
            // From here on it is held until its route ends, which may be after the answer
            body.handOver();
            deadline = answerDeadlines.add(() -> refuse(route, Refusal.LATE));
            match.consumer().deliver(bytes, headers, answer -> {
                load.end();
                load.release(bytes.length);
                if (Vertx.currentContext() == context) {
                    answer(answer);
                } else {
                    context.runOnContext(onLoop -> answer(answer));
                }
            });
        }

        private void abandon() {
            answered = true;
            body.release();
            if (deadline != null) {
                deadline.met();
            }
            if (pace != null) {
                pace.met();
            }
        }

        private Map<String, String> headers(Map<String, String> pathParameters, String prefix) {
            Map<String, String> headers = new HashMap<>();
            for (CharSequence name : allowedHeaders.names()) {
                List<String> values = request.headers().getAll(name);
                if (!values.isEmpty()) {
                    headers.put(name.toString(), String.join(", ", values));
                }
            }
            headers.putAll(pathParameters);
            headers.put(Addresses.HEADER, addresses.of(request, prefix));
            return headers;
        }

        private void refuse(String route, Refusal refusal) {
            if (!answered) {
                metrics.refused(route, refusal.code());
                answer(refusal.answer());
            }
        }

        private void refuseAndClose(String route, Refusal refusal) {
            activity.close();
            refuse(route, refusal);
        }

        private void answer(Answer answer) {
            if (answered) {
                return;
            }
            abandon();
            HttpServerResponse response = request.response();
            // What is left of a refused body is thrown away for a while, and nothing behind it is read
            if (engine.isClosing() || (!bodyEnded && mayHaveBody())) {
                activity.close();
            }
            if (activity.isClosing()) {
                response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            }
            write(response, answer).onComplete(written -> done());
        }

        private boolean mayHaveBody() {
            return contentLength(request) > 0 || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
        }

        private void done() {
            activity.endRequest();
            if (!activity.isClosing()) {
                return;
            }
            if (bodyEnded) {
                request.connection().close();
                return;
            }
            request.endHandler(end -> request.connection().close());
            lingerDeadlines.add(() -> request.connection().close());
        }
    }
}
