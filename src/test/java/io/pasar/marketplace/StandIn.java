package io.pasar.marketplace;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A marketplace made of answers that a test has written down. It answers each call with the next of them, the last one
 * again and again, and 404 where there is none; it keeps what it received, byte by byte.
 */
public final class StandIn implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Deque<Reply>> replies = new ConcurrentHashMap<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();

    public StandIn() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException("No port to be had", e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** @param call method and path with query, e.g. {@code POST /business/v1/register-webhooks} */
    public StandIn on(String call, Reply... answers) {
        replies.put(call, new ArrayDeque<>(List.of(answers)));
        return this;
    }

    public List<Received> received() {
        return List.copyOf(received);
    }

    public List<Received> received(String call) {
        return received.stream().filter(one -> one.call().equals(call)).toList();
    }

    public void forget() {
        received.clear();
        replies.clear();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            headers.putAll(exchange.getRequestHeaders());
            String call = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            received.add(new Received(call, headers, body));
            next(call).send(exchange);
        }
    }

    private Reply next(String call) {
        Deque<Reply> answers = replies.get(call);
        if (answers == null) {
            return html(404, "404 Not Found");
        }
        synchronized (answers) {
            return answers.size() > 1 ? answers.poll() : answers.peek();
        }
    }

    public static Reply json(int status, String body) {
        return answer(status, body, "Content-Type", "application/json");
    }

    public static Reply html(int status, String title) {
        String page = "<html>\n<head><title>" + title + "</title></head>\n<body><h1>" + title + "</h1></body></html>";
        return answer(status, page, "Content-Type", "text/html");
    }

    /** @param headers name, value, name, value, … */
    public static Reply answer(int status, String body, String... headers) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        };
    }

    /** Cuts the connection without an answer. */
    public static Reply cut() {
        return exchange -> {};
    }

    /** Sends without an end. */
    public static Reply endless() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = "x".repeat(8192).getBytes(StandardCharsets.US_ASCII);
            OutputStream body = exchange.getResponseBody();
            while (!Thread.interrupted()) {
                body.write(block);
            }
        };
    }

    /** What the stand-in does about a call. */
    @FunctionalInterface
    public interface Reply {
        void send(HttpExchange exchange) throws IOException;
    }

    /** A call as it came. */
    public record Received(String call, Map<String, List<String>> headers, byte[] body) {

        public String header(String name) {
            List<String> values = headers.get(name);
            return values == null ? null : String.join(", ", values);
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }
}
