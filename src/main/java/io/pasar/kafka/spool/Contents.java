package io.pasar.kafka.spool;

import io.pasar.kafka.spool.SpoolStore.Entry;
import java.time.Instant;
import org.rocksdb.RocksDBException;

/** What a store holds when it is opened. For one thread. */
final class Contents {

    private final KeyCounts keys = new KeyCounts();
    private Instant oldest;
    private long events;
    private long setAside;
    private long bytes;
    private long last;

    private Contents() {}

    static Contents of(SpoolStore store) throws RocksDBException {
        Contents contents = new Contents();
        store.eachEntry(contents::addEvent);
        store.eachAsideEntry(contents::addAside);
        return contents;
    }

    private void addEvent(Entry entry) {
        oldest = oldest == null ? entry.since() : oldest;
        keys.add(entry.hash());
        events++;
        add(entry);
    }

    private void addAside(Entry entry) {
        setAside++;
        add(entry);
    }

    private void add(Entry entry) {
        bytes += entry.bytes();
        last = Math.max(last, entry.sequence());
    }

    /** Of those that wait: what is set aside holds nothing up. */
    KeyCounts keys() {
        return keys;
    }

    /** When the first of those that wait came; null if none does. */
    Instant oldest() {
        return oldest;
    }

    long events() {
        return events;
    }

    long setAside() {
        return setAside;
    }

    /** All together, what is set aside as well. */
    long bytes() {
        return bytes;
    }

    /** The highest sequence; zero if there is nothing. */
    long last() {
        return last;
    }
}
