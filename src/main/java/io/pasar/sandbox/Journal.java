package io.pasar.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last calls that a marketplace received. Safe for use by many threads. */
final class Journal {

    private static final int KEPT = 100;

    private final Deque<Entry> entries = new ArrayDeque<>();

    synchronized void add(Entry entry) {
        if (entries.size() == KEPT) {
            entries.removeFirst();
        }
        entries.addLast(entry);
    }

    /** Oldest first. */
    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    synchronized void clear() {
        entries.clear();
    }

    /**
     * @param account null when the call names none
     * @param status of the answer, sent or meant to be sent
     * @param misbehaviour what was done to the call on demand; null if nothing
     * @param body with masked secrets; null when the call has none or it is no JSON object
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Entry(Instant at, String call, String account, int status, String misbehaviour, JsonNode body) {}
}
