package io.pasar.loss;

import static org.awaitility.Awaitility.await;

import io.pasar.loss.Ledger.Answer;
import io.pasar.loss.Webhook.Seller;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends genuine webhooks over many connections that are kept alive, on one thread, and never any again. */
final class SteadySenders implements AutoCloseable {

    private static final Duration GIVE_UP = Duration.ofSeconds(20);
    private static final int MOST_CONNECTIONS = 4_096;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Ledger ledger;
    private final List<Seller> sellers;
    private final HttpClient client;

    SteadySenders(Ledger ledger, List<Seller> sellers, int port) {
        this.ledger = ledger;
        this.sellers = sellers;
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setDefaultHost("127.0.0.1")
                .setDefaultPort(port)
                .setMaxPoolSize(MOST_CONNECTIONS)
                // Before the gateway cuts them
                .setKeepAliveTimeout(25));
    }

    /**
     * So many a second, whether or not earlier ones are answered. The time of each begins when it was due: a sender that
     * waits would hide what it waited for.
     */
    Series steady(String name, int count, int perSecond) {
        Series series = new Series(name, count);
        long begunAt = System.nanoTime();
        vertx.setPeriodic(1, timer -> {
            long due = (System.nanoTime() - begunAt) * perSecond / 1_000_000_000;
            for (int next = series.sent; next < Math.min(due, count); next = series.sent) {
                series.send(begunAt + next * 1_000_000_000L / perSecond, () -> {});
            }
            if (series.sent == count) {
                vertx.cancelTimer(timer);
            }
        });
        return series;
    }

    /** As fast as they are answered, so many at once. */
    Series flood(String name, int count, int atOnce) {
        Series series = new Series(name, count);
        vertx.runOnContext(start -> {
            for (int i = 0; i < Math.min(atOnce, count); i++) {
                series.flood();
            }
        });
        return series;
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Some webhooks and their answers. */
    final class Series {

        private final String name;
        private final int count;
        private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
        private final Queue<String> mistakes = new ConcurrentLinkedQueue<>();
        private final AtomicInteger ended = new AtomicInteger();
        private volatile int sent;

        private Series(String name, int count) {
            this.name = name;
            this.count = count;
        }

        Queue<Answer> answers() {
            return answers;
        }

        /** What is neither a 2xx nor a 503 that says when to come again. */
        Queue<String> mistakes() {
            return mistakes;
        }

        void awaitSent(int some) {
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofMinutes(30))
                    .until(() -> sent >= some);
        }

        void awaitEnd() {
            awaitSent(count);
            await().atMost(GIVE_UP.multipliedBy(2)).until(() -> ended.get() == count);
        }

        private void flood() {
            send(System.nanoTime(), () -> {
                if (sent < count) {
                    flood();
                }
            });
        }

        private void send(long dueAt, Runnable then) {
            int number = sent;
            sent = number + 1;
            Webhook webhook = Webhook.genuine(sellers.get(number % sellers.size()), name + number, 0);
            ledger.sent(webhook);
            client.request(new RequestOptions()
                            .setMethod(HttpMethod.POST)
                            .setURI(webhook.path())
                            .setIdleTimeout(GIVE_UP.toMillis()))
                    .compose(request -> request.putHeader(webhook.seller().signatureHeader(), webhook.signature())
                            .send(Buffer.buffer(webhook.body())))
                    .compose(response -> read(webhook, response, dueAt))
                    .onComplete(result -> {
                        ended(result);
                        then.run();
                    });
        }

        private Future<Answer> read(Webhook webhook, HttpClientResponse response, long dueAt) {
            return response.body().map(body -> {
                if (response.statusCode() / 100 != 2
                        && (response.statusCode() != 503 || response.getHeader(HttpHeaders.RETRY_AFTER) == null)) {
                    mistakes.add(response.statusCode() + " " + body);
                }
                return new Answer(
                        webhook,
                        response.statusCode(),
                        body.toString().intern(),
                        dueAt,
                        Duration.ofNanos(System.nanoTime() - dueAt));
            });
        }

        private void ended(AsyncResult<Answer> result) {
            if (result.succeeded()) {
                answers.add(result.result());
                ledger.answered(result.result());
            } else {
                mistakes.add("no answer: " + result.cause());
            }
            ended.incrementAndGet();
        }
    }
}
