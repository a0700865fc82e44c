package io.pasar.sandbox;

import io.pasar.sandbox.Webhook.Answer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.scheduling.TaskScheduler;

/**
 * Carries webhooks from the stand-ins to where they are registered: event kind by event kind and within a kind account
 * by account, so that every kind comes soon however many accounts there are. The first of every kind follow each other
 * at a tenth of the pace: whoever starts the sandbox sees all of them within seconds. Safe for use by many threads.
 */
final class Courier {

    /** How often marketplaces try is documented nowhere; a few times must do to show that retries are the same bytes. */
    private static final int ATTEMPTS = 4;

    private static final int BEATS_IN_A_PACE = 10;

    private final SandboxProperties properties;
    private final TaskScheduler scheduler;
    private final HttpClient httpClient;
    private final Map<String, Map<String, LongAdder>> tally = new ConcurrentHashMap<>();

    // Touched by the schedule's thread alone
    private final Set<Turn> enlisted = new HashSet<>();
    private final Map<String, Deque<Turn>> turns = new HashMap<>();
    private final Deque<String> rotation = new ArrayDeque<>();
    private final Set<String> sent = new HashSet<>();
    private long beats;

    Courier(SandboxProperties properties, TaskScheduler scheduler) {
        this.properties = properties;
        this.scheduler = scheduler;
        this.httpClient = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(properties.answerWithin())
                .build();
    }

    void start() {
        if (!properties.pace().isZero()) {
            scheduler.scheduleAtFixedRate(
                    this::beat, Instant.now(), properties.pace().dividedBy(BEATS_IN_A_PACE));
        }
    }

    private void beat() {
        beats++;
        if (beats % BEATS_IN_A_PACE == 0 || !sent.containsAll(rotation)) {
            nextWebhook().ifPresent(this::deliver);
        }
    }

    /** From now on this event kind is sent to this account, until it is no longer registered. */
    void enlist(StandIn standIn, String account, String eventKind) {
        scheduler.schedule(
                () -> {
                    Turn turn = new Turn(standIn, account, eventKind);
                    if (enlisted.add(turn)) {
                        turns.computeIfAbsent(turn.kind(), kind -> {
                                    rotation.addFirst(kind);
                                    return new ArrayDeque<>();
                                })
                                .addLast(turn);
                    }
                },
                Instant.now());
    }

    private Optional<Webhook> nextWebhook() {
        while (!rotation.isEmpty()) {
            String kind = rotation.removeFirst();
            Deque<Turn> queue = turns.get(kind);
            Turn turn = queue.removeFirst();
            Optional<Webhook> webhook = turn.standIn.webhook(turn.account, turn.eventKind);
            if (webhook.isPresent()) {
                queue.addLast(turn);
            } else {
                enlisted.remove(turn);
            }
            if (queue.isEmpty()) {
                turns.remove(kind);
            } else {
                rotation.addLast(kind);
            }
            if (webhook.isPresent()) {
                sent.add(kind);
                return webhook;
            }
        }
        return Optional.empty();
    }

    /** Sends it, and a few times more while it is not answered with 2xx. */
    void deliver(Webhook webhook) {
        attempt(webhook, 1);
    }

    private void attempt(Webhook webhook, int attempt) {
        send(webhook).thenAccept(answer -> {
            if (!answer.accepted() && attempt < ATTEMPTS) {
                Duration pause = properties.retryAfter().multipliedBy(1L << (attempt - 1));
                scheduler.schedule(
                        () -> attempt(webhook, attempt + 1), Instant.now().plus(pause));
            }
        });
    }

    /** Sends it once. Never completes exceptionally. */
    CompletableFuture<Answer> send(Webhook webhook) {
        HttpRequest.Builder request = HttpRequest.newBuilder(webhook.url())
                .timeout(properties.answerWithin())
                .header("Content-Type", "application/json")
                .header("User-Agent", "pasar-sandbox")
                .POST(BodyPublishers.ofByteArray(webhook.body()));
        if (webhook.signature() != null) {
            request.header(webhook.signatureHeader(), webhook.signature());
        }
        return httpClient
                .sendAsync(request.build(), BodyHandlers.ofString())
                .handle(Courier::answer)
                .whenComplete((answer, never) -> count(webhook, answer));
    }

    private static Answer answer(HttpResponse<String> response, Throwable failure) {
        if (failure == null) {
            return Answer.of(response.statusCode(), response.body());
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        String message = cause.getMessage();
        return Answer.none(
                cause instanceof IOException && message != null
                        ? message
                        : cause.getClass().getSimpleName());
    }

    private void count(Webhook webhook, Answer answer) {
        tally.computeIfAbsent(kind(webhook.marketplace(), webhook.eventKind()), kind -> new ConcurrentHashMap<>())
                .computeIfAbsent(answer.outcome(), outcome -> new LongAdder())
                .increment();
    }

    /** {@code <marketplace> <event-kind>} to status to how often. */
    Map<String, Map<String, Long>> tally() {
        Map<String, Map<String, Long>> copy = new TreeMap<>();
        tally.forEach((kind, outcomes) -> {
            Map<String, Long> counts = new TreeMap<>();
            outcomes.forEach((outcome, count) -> counts.put(outcome, count.sum()));
            copy.put(kind, counts);
        });
        return copy;
    }

    static String kind(String marketplace, String eventKind) {
        return marketplace + " " + eventKind;
    }

    private record Turn(StandIn standIn, String account, String eventKind) {
        String kind() {
            return Courier.kind(standIn.name(), eventKind);
        }
    }
}
