package io.pasar.registration;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * What came, or is to come, of the latest commands, by their ids. Bounded, and the oldest goes first: a cache that keeps
 * what is used most would drop the newest, which is what somebody waits for. Safe for use by many threads.
 */
final class RecentCommands {

    private final Duration kept;
    private final int most;
    private final LongSupplier nanoTime;

    /** The oldest first. */
    private final Map<String, Entry> byId = new LinkedHashMap<>();

    RecentCommands(Duration kept, int most, LongSupplier nanoTime) {
        this.kept = kept;
        this.most = most;
        this.nanoTime = nanoTime;
    }

    /** The outcome to come of a command that was sent, or is about to be. */
    synchronized CompletableFuture<Outcome> sent(String id) {
        Entry known = byId.get(id);
        return known == null ? put(id, new CompletableFuture<>()) : known.outcome();
    }

    /** Tells those who wait. An answer may be seen before its command: they are in different topics. */
    synchronized void answered(String id, Outcome outcome) {
        Entry known = byId.remove(id);
        CompletableFuture<Outcome> told =
                known == null || known.outcome().isDone() ? new CompletableFuture<>() : known.outcome();
        // What the waiting do then is none of this thread's business
        put(id, told).completeAsync(() -> outcome);
    }

    synchronized boolean knows(String id) {
        return byId.containsKey(id);
    }

    synchronized Optional<CompletableFuture<Outcome>> find(String id) {
        forgetOldest();
        return Optional.ofNullable(byId.get(id)).map(Entry::outcome);
    }

    synchronized void forget(String id) {
        byId.remove(id);
    }

    private CompletableFuture<Outcome> put(String id, CompletableFuture<Outcome> outcome) {
        byId.put(id, new Entry(outcome, nanoTime.getAsLong()));
        forgetOldest();
        return outcome;
    }

    private void forgetOldest() {
        long now = nanoTime.getAsLong();
        Iterator<Entry> oldest = byId.values().iterator();
        while (oldest.hasNext()) {
            boolean old = now - oldest.next().since() >= kept.toNanos();
            if (!old && byId.size() <= most) {
                return;
            }
            oldest.remove();
        }
    }

    private record Entry(CompletableFuture<Outcome> outcome, long since) {}
}
