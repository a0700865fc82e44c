package io.pasar.registration;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Both marketplaces, for accounts without number: keeps what is registered, and sees calls for one account that overlap.
 */
final class ManyAccounts implements AutoCloseable {

    private static final String TOOK_IT = "{\"data\":\"success\",\"status\":\"200 Ok\",\"error_message\":[]}";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Map<String, String> registered = new ConcurrentHashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger overlaps = new AtomicInteger();
    private final HttpServer server;

    /** Only the event loop touches it. */
    private final Set<String> beingServed = new HashSet<>();

    ManyAccounts() {
        server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> serve(request, body)));
        try {
            server.listen(0, "localhost")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("No port to be had", e);
        }
    }

    String url() {
        return "http://localhost:" + server.actualPort();
    }

    int requests() {
        return requests.get();
    }

    /** Calls for an account at Tokopedia, whose path names it, while another was being served. */
    int overlaps() {
        return overlaps.get();
    }

    @Override
    public void close() {
        vertx.close();
    }

    private void serve(HttpServerRequest request, Buffer body) {
        requests.incrementAndGet();
        String account = request.path().startsWith("/v1/fs/") ? request.path().split("/")[3] : null;
        if (account != null && !beingServed.add(account)) {
            overlaps.incrementAndGet();
        }
        // Long enough for another call to come in between
        vertx.setTimer(1, fired -> {
            beingServed.remove(account);
            request.response().putHeader("Content-Type", "application/json").end(answer(request.path(), account, body));
        });
    }

    private String answer(String path, String account, Buffer body) {
        if (path.equals("/token")) {
            return "{\"access_token\":\"the-token\",\"expires_in\":2592000}";
        }
        if (account == null) {
            return "{\"success\":true,\"meta_data\":{\"request_id\":\"97b2702c775f57c565b5a3c6f01052a1\"}}";
        }
        if (path.endsWith("/register")) {
            registered.put(account, body.toString());
            return TOOK_IT;
        }
        String data = registered.getOrDefault(account, "{\"fs_id\":" + account + "}");
        return "{\"data\":" + data + ",\"status\":\"200 Ok\",\"error_message\":[]}";
    }
}
