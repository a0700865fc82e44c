package io.pasar.account;

import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which event kinds exist, as the route files say. Immutable and safe for use by many threads. */
public final class EventKinds {

    private final SortedMap<String, SortedSet<String>> byMarketplace = new TreeMap<>();

    public EventKinds(Collection<EventKind> eventKinds) {
        for (EventKind kind : eventKinds) {
            byMarketplace
                    .computeIfAbsent(kind.marketplace(), marketplace -> new TreeSet<>())
                    .add(kind.eventKind());
        }
    }

    /** The event kinds of one marketplace, sorted; empty for an unknown one. */
    public Set<String> of(String marketplace) {
        return Collections.unmodifiableSet(byMarketplace.getOrDefault(marketplace, Collections.emptySortedSet()));
    }

    /** The marketplaces that have an event kind, sorted. */
    public Set<String> marketplaces() {
        return Collections.unmodifiableSet(byMarketplace.keySet());
    }

    /** Every event kind of every marketplace, sorted by marketplace and name. */
    public Stream<EventKind> stream() {
        return byMarketplace.entrySet().stream().flatMap(marketplace -> marketplace.getValue().stream()
                .map(kind -> new EventKind(marketplace.getKey(), kind)));
    }
}
