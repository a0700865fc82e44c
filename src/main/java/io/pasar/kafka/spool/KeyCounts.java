package io.pasar.kafka.spool;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How many events of a record key the spool holds. Of fixed size, however many keys there are: keys that fall together
 * wait for one another, which costs them a way through the spool and never their order. Safe for use by many threads.
 */
final class KeyCounts {

    private static final int SLOTS = 1 << 20;

    private final AtomicIntegerArray counts = new AtomicIntegerArray(SLOTS);

    /** The same in every process: it is kept on disk. */
    static int hash(String topic, byte[] key) {
        return 31 * topic.hashCode() + Arrays.hashCode(key);
    }

    boolean has(int hash) {
        return counts.get(slot(hash)) > 0;
    }

    void add(int hash) {
        counts.incrementAndGet(slot(hash));
    }

    void remove(int hash) {
        counts.decrementAndGet(slot(hash));
    }

    private static int slot(int hash) {
        return (hash ^ (hash >>> 16)) & (SLOTS - 1);
    }
}
