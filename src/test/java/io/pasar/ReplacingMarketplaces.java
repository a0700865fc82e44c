package io.pasar;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Tiki and Tokopedia for gateways in other processes. A write replaces what is stored, and is stored before it is
 * answered. Replicas are told apart by their {@code User-Agent}, and it is noted when two work on one account.
 */
final class ReplacingMarketplaces implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, ObjectNode> stored = new ConcurrentHashMap<>();
    private final Map<String, Call> working = new ConcurrentHashMap<>();
    private final Map<String, Call> lastCalls = new ConcurrentHashMap<>();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final List<Call> held = new CopyOnWriteArrayList<>();
    private final List<String> overlaps = new CopyOnWriteArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);

    private volatile boolean givesTokens = true;
    private volatile Predicate<Call> toHold = call -> false;

    ReplacingMarketplaces() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void giveTokens(boolean whether) {
        givesTokens = whether;
    }

    /** Writes for which this holds are stored, and not answered before the end. */
    void hold(Predicate<Call> which) {
        toHold = which;
    }

    List<Call> held() {
        return List.copyOf(held);
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    long writes(String key) {
        return calls.stream()
                .filter(call -> call.key().equals(key) && call.write())
                .count();
    }

    /** What is stored for {@code <marketplace>/<account>}, to be read and changed. */
    ObjectNode stored(String key) {
        return stored.computeIfAbsent(key, none -> JSON.createObjectNode());
    }

    /** In words, each time that a replica came to an account which another was working on. */
    List<String> overlaps() {
        return List.copyOf(overlaps);
    }

    /** A dead process works on nothing, even if its last call is still held. */
    void isDead(String replica) {
        working.values().removeIf(call -> call.replica().equals(replica));
        lastCalls.values().removeIf(call -> call.replica().equals(replica));
    }

    @Override
    public void close() {
        released.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] path = exchange.getRequestURI().getPath().split("/");
            String replica = exchange.getRequestHeaders().getFirst("User-Agent");
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (path[1].equals("token")) {
                calls.add(new Call(replica, "token", false));
                answer(exchange, givesTokens ? 200 : 503, "{\"access_token\":\"the-token\",\"expires_in\":2592000}");
            } else if (path[1].equals("v1")) {
                tokopedia(exchange, new Call(replica, "tokopedia/" + path[3], path.length > 4), body);
            } else {
                ObjectNode written = (ObjectNode) JSON.readTree(body);
                String account = written.path("external_partner_id").asText();
                tiki(exchange, new Call(replica, "tiki/" + account, true), written);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tokopedia(HttpExchange exchange, Call call, byte[] body) throws IOException, InterruptedException {
        begin(call);
        String data;
        if (call.write()) {
            stored.put(call.key(), (ObjectNode) JSON.readTree(body));
            data = "\"success\"";
            end(call);
        } else {
            ObjectNode listed = stored(call.key()).deepCopy();
            listed.remove(Set.of("product_creation_url"));
            data = listed.put("fs_id", Long.parseLong(call.key().substring("tokopedia/".length())))
                    .toString();
            end(call);
        }
        answer(exchange, 200, "{\"data\":" + data + ",\"status\":\"200 Ok\",\"error_message\":[]}");
    }

    private void tiki(HttpExchange exchange, Call call, ObjectNode written) throws IOException, InterruptedException {
        begin(call);
        stored.put(call.key(), written);
        end(call);
        answer(exchange, 200, "{\"success\":true,\"meta_data\":{\"request_id\":\"97b2702c775f57c565b5a3c6f01052a1\"}}");
    }

    private void begin(Call call) {
        calls.add(call);
        Call other = working.putIfAbsent(call.key(), call);
        if (other != null) {
            overlaps.add(call + " while " + other);
        }
        Call last = lastCalls.put(call.key(), call);
        boolean readByAnother = last != null && !last.replica().equals(call.replica());
        if (call.write() && readByAnother && call.key().startsWith("tokopedia/")) {
            overlaps.add(call + " upon " + last);
        }
    }

    private void end(Call call) throws InterruptedException {
        if (call.write() && toHold.test(call)) {
            held.add(call);
            released.await(5, TimeUnit.MINUTES);
        }
        working.remove(call.key(), call);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** @param key {@code <marketplace>/<account>}, or {@code token} */
    record Call(String replica, String key, boolean write) {}
}
