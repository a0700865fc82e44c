package io.pasar.loss;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** What the senders sent and were told, apart from any gateway. Safe for use by many threads. */
final class Ledger {

    private final Map<String, Webhook> sent = new ConcurrentHashMap<>();
    private final Map<String, Boolean> acknowledged = new ConcurrentHashMap<>();
    private final Collection<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Collection<Silence> silences = new ConcurrentLinkedQueue<>();
    private final AtomicLong accepted = new AtomicLong();

    /** Before its first byte goes out: what is never answered may be in Kafka all the same. */
    void sent(Webhook webhook) {
        sent.put(webhook.bodyHash(), webhook);
    }

    void answered(Answer answer) {
        answers.add(answer);
        if (answer.isYes() && acknowledged.put(answer.webhook().bodyHash(), true) == null) {
            accepted.incrementAndGet();
        }
    }

    void unanswered(Silence silence) {
        silences.add(silence);
    }

    /** null if nobody sent these bytes. */
    Webhook withHash(String bodyHash) {
        return sent.get(bodyHash);
    }

    /** What the senders believe to be safe, forgeries included. */
    List<Webhook> acknowledged() {
        return acknowledged.keySet().stream().map(sent::get).toList();
    }

    /** How many that are. */
    long accepted() {
        return accepted.get();
    }

    Collection<Answer> answers() {
        return answers;
    }

    Collection<Silence> silences() {
        return silences;
    }

    /**
     * A sender that gave up.
     *
     * @param startedAt of {@link System#nanoTime()}
     */
    record Silence(long startedAt, Duration took) {}

    /**
     * @param startedAt of {@link System#nanoTime()}
     * @param took until the whole answer was there
     */
    record Answer(Webhook webhook, int status, String body, long startedAt, Duration took) {
        boolean isYes() {
            return status >= 200 && status < 300;
        }
    }
}
