package io.pasar.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** Says yes to Pasar's registrations, so that it is measured in the state in which it runs: registered and quiet. */
final class Marketplace implements AutoCloseable {

    private final AtomicInteger registrations = new AtomicInteger();
    private final HttpServer server;

    Marketplace() throws IOException {
        // Without it each answer waits 40 ms for the other side's delayed acknowledgement of its head
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext(
                "/token", exchange -> answer(exchange, "{\"access_token\":\"bench\",\"expires_in\":86400}"));
        server.createContext("/business", exchange -> {
            answer(exchange, "{\"success\":true,\"meta_data\":{\"request_id\":\"bench\"}}");
            registrations.incrementAndGet();
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int registrations() {
        return registrations.get();
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
