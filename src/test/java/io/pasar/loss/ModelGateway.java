package io.pasar.loss;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pasar.loss.Webhook.Seller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * The smallest gateway that keeps every promise, over a log and a disk that are in memory and outlive it. What extends
 * it breaks one promise, to show that the checker sees that.
 */
class ModelGateway {

    /** Accepted by {@link Log} as Kafka would: one partition for each topic and key is order enough. */
    record Event(String topic, String key, byte[] body, String ceId) {}

    /** Stands for Kafka. */
    static final class Log {

        private final List<Stored> records = new ArrayList<>();
        private boolean away;

        synchronized void append(Event event) throws IOException {
            if (away) {
                throw new IOException("away");
            }
            records.add(new Stored(
                    event.topic(), 0, records.size(), event.key(), Webhook.hash(event.body()), event.ceId()));
        }

        synchronized void goAway(boolean away) {
            this.away = away;
        }

        synchronized List<Stored> records() {
            return List.copyOf(records);
        }
    }

    /** Stands for the spool's disk: what was not synced is gone after a crash. */
    static final class Disk {

        private final Deque<Event> events = new ArrayDeque<>();
        private int synced;

        private void write(Event event) {
            events.add(event);
        }

        private void sync() {
            synced = events.size();
        }

        private void removeFirst() {
            events.removeFirst();
            synced = Math.max(0, synced - 1);
        }

        private void crash() {
            while (events.size() > synced) {
                events.removeLast();
            }
        }
    }

    final Log log;
    final List<String> lines;
    private final Disk disk;
    private final List<Seller> sellers;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    /** @param lines what it logs */
    ModelGateway(Log log, Disk disk, List<Seller> sellers, List<String> lines) {
        this.log = log;
        this.disk = disk;
        this.sellers = sellers;
        this.lines = lines;
    }

    final ModelGateway start(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        threads.execute(this::drain);
        return this;
    }

    /** What is in its memory, and what the disk has not been made to keep, is gone. */
    final void kill() throws InterruptedException {
        server.stop(0);
        threads.shutdownNow();
        synchronized (disk) {
            disk.crash();
        }
    }

    boolean isProven(Seller seller, String signature, byte[] body) {
        return signature != null
                && MessageDigest.isEqual(
                        signature.getBytes(UTF_8), seller.sign(body).getBytes(UTF_8));
    }

    byte[] value(byte[] body) {
        return body;
    }

    /** Returns when the event is safe. */
    void take(Event event) throws IOException {
        synchronized (disk) {
            if (!mustQueue(event)) {
                try {
                    log.append(event);
                    return;
                } catch (IOException away) {
                    // To the disk
                }
            }
            disk.write(event);
            syncBeforeTheAnswer();
        }
    }

    boolean mustQueue(Event event) {
        return disk.events.stream().anyMatch(earlier -> earlier.key().equals(event.key()));
    }

    void syncBeforeTheAnswer() {
        disk.sync();
    }

    int statusOfAFailure() {
        return 503;
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        Seller seller = sellers.stream()
                .filter(one -> path.contains("/" + one.account() + "/"))
                .findFirst()
                .orElseThrow();
        String signature = exchange.getRequestHeaders().getFirst(seller.signatureHeader());
        if (!isProven(seller, signature, body)) {
            answer(exchange, 401, false);
            return;
        }
        try {
            take(new Event(seller.topic(), seller.account() + "/" + entity(seller, body), value(body), id(body)));
            answer(exchange, 200, true);
        } catch (IOException notSafe) {
            answer(exchange, statusOfAFailure(), false);
        }
    }

    private static String id(byte[] body) {
        return Webhook.hash(body);
    }

    private static String entity(Seller seller, byte[] body) {
        String pointer = seller.marketplace().equals("tiki") ? "/data/order_code" : "/order_id";
        return Json.read(body).at(pointer).asText();
    }

    private static void answer(HttpExchange exchange, int status, boolean success) throws IOException {
        byte[] body = ("{\"success\":" + success + "}").getBytes(UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    /** One event at a time, so that live ones have the chance to overtake. */
    private void drain() {
        while (!Thread.currentThread().isInterrupted()) {
            synchronized (disk) {
                try {
                    if (!disk.events.isEmpty()) {
                        log.append(disk.events.getFirst());
                        disk.removeFirst();
                    }
                } catch (IOException stillAway) {
                    // The next turn tries again
                }
            }
            LockSupport.parkNanos(200_000);
        }
    }

    final boolean isDrained() {
        synchronized (disk) {
            return disk.events.isEmpty();
        }
    }
}
