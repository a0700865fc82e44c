package io.pasar.kafka.spool;

import io.pasar.kafka.spool.SpoolStore.Aside;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.rocksdb.RocksDBException;

/**
 * Puts back what is set aside when it begins, a few at a time, and not what is refused again meanwhile. For the spool's
 * thread, but for {@link #result}.
 */
final class Retry {

    /** Each write that moves some of them is waited for by the events that come meanwhile. */
    private static final int MOST_PER_WRITE = 100;

    private static final long MOST_BYTES_PER_WRITE = 1024 * 1024;

    private final CompletableFuture<Long> result = new CompletableFuture<>();
    private boolean begun;
    private long from;
    private long until;
    private long moved;

    /** How many there were, when the last of them is put back. */
    CompletableFuture<Long> result() {
        return result;
    }

    /**
     * Whether it begins only now.
     *
     * @param end one more than the last sequence given to an event
     */
    boolean begin(long end) {
        if (begun) {
            return false;
        }
        begun = true;
        until = end;
        return true;
    }

    /** Those whose turn it is; none when all have been. */
    List<Aside> next(SpoolStore store) throws RocksDBException {
        return store.aside(from, MOST_PER_WRITE, MOST_BYTES_PER_WRITE).stream()
                .filter(aside -> aside.entry().sequence() < until)
                .toList();
    }

    void moved(List<Aside> some) {
        moved += some.size();
        from = some.get(some.size() - 1).entry().sequence() + 1;
    }

    void end() {
        result.complete(moved);
    }

    void fail(SpoolUnavailableException failure) {
        result.completeExceptionally(failure);
    }
}
