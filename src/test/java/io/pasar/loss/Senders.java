package io.pasar.loss;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pasar.loss.Ledger.Answer;
import io.pasar.loss.Ledger.Silence;
import io.pasar.loss.Webhook.Seller;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Senders with the marketplaces' manners: what is not answered 2xx in time is sent again, now and then it is given up,
 * and the next event of a key goes out when the one before is done with. How often and how long marketplaces try is
 * documented nowhere; these numbers are made up.
 */
final class Senders implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int KEYS_PER_LANE = 5;
    private static final int FORGED_ONE_IN = 25;
    private static final int IMPATIENT_ONE_IN = 20;
    private static final int TRIES_OF_THE_IMPATIENT = 3;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> lanes = new ArrayList<>();
    private final Ledger ledger;
    private final int port;
    private volatile boolean stopping;
    private volatile boolean abandoned;

    Senders(Ledger ledger, int port) {
        this.ledger = ledger;
        this.port = port;
    }

    /**
     * @param lanes so many connections at once, shared evenly by the sellers
     * @param pause between two webhooks of a lane
     */
    void start(List<Seller> sellers, int lanes, Duration pause, long seed) {
        for (int lane = 0; lane < lanes; lane++) {
            Seller seller = sellers.get(lane % sellers.size());
            String name = "lane" + lane;
            Random random = new Random(seed + lane);
            this.lanes.add(threads.submit(() -> {
                send(seller, name, pause, random);
                return null;
            }));
        }
    }

    /** False when one has ended, which none does by itself. */
    boolean areAtWork() {
        return lanes.stream().noneMatch(Future::isDone);
    }

    /** No new webhooks; those under way are sent until they are answered 2xx. */
    void finish(Duration within) throws InterruptedException, ExecutionException, TimeoutException {
        stopping = true;
        long until = System.nanoTime() + within.toNanos();
        for (Future<?> lane : lanes) {
            lane.get(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void close() {
        stopping = true;
        abandoned = true;
        threads.shutdownNow();
    }

    private void send(Seller seller, String lane, Duration pause, Random random) throws InterruptedException {
        for (long sequence = 0; !stopping; sequence++) {
            String entity = lane + "-" + random.nextInt(KEYS_PER_LANE);
            deliver(Webhook.genuine(seller, entity, sequence), random);
            if (random.nextInt(FORGED_ONE_IN) == 0) {
                Webhook forged = Webhook.forged(seller, entity, sequence);
                ledger.sent(forged);
                isTaken(forged);
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    private void deliver(Webhook webhook, Random random) throws InterruptedException {
        ledger.sent(webhook);
        boolean impatient = random.nextInt(IMPATIENT_ONE_IN) == 0;
        for (int tries = 1; !isTaken(webhook); tries++) {
            if (abandoned || (impatient && tries == TRIES_OF_THE_IMPATIENT)) {
                return;
            }
            LockSupport.parkNanos(Duration.ofMillis(20 + random.nextInt(200)).toNanos());
        }
    }

    private boolean isTaken(Webhook webhook) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + webhook.path()))
                .timeout(TIMEOUT)
                .POST(BodyPublishers.ofByteArray(webhook.body()));
        if (webhook.signature() != null) {
            request.header(webhook.seller().signatureHeader(), webhook.signature());
        }
        long startedAt = System.nanoTime();
        try {
            HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
            Answer answer = new Answer(
                    webhook,
                    response.statusCode(),
                    new String(response.body(), UTF_8).intern(),
                    startedAt,
                    Duration.ofNanos(System.nanoTime() - startedAt));
            ledger.answered(answer);
            return answer.isYes();
        } catch (HttpTimeoutException e) {
            ledger.unanswered(new Silence(startedAt, Duration.ofNanos(System.nanoTime() - startedAt)));
            return false;
        } catch (IOException noAnswer) {
            return false;
        }
    }
}
