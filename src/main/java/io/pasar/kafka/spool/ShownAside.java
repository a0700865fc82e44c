package io.pasar.kafka.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pasar.kafka.spool.SpoolStatus.SetAside;
import io.pasar.kafka.spool.SpoolStore.Aside;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.rocksdb.RocksDBException;

/** What is told of the first events that are set aside, and nothing of their payload. Safe for use by many threads. */
final class ShownAside {

    private static final int MOST = 100;

    /** Read in pieces, so that few large events are in memory at once. */
    private static final long BYTES_AT_ONCE = 1024 * 1024;

    private final ConcurrentSkipListMap<Long, SetAside> shown = new ConcurrentSkipListMap<>();

    List<SetAside> list() {
        return List.copyOf(shown.values());
    }

    void clear() {
        shown.clear();
    }

    void readFirst(SpoolStore store) throws RocksDBException {
        long from = 0;
        while (shown.size() < MOST) {
            List<Aside> some = store.aside(from, MOST, BYTES_AT_ONCE);
            if (some.isEmpty()) {
                return;
            }
            some.forEach(this::add);
            from = some.get(some.size() - 1).entry().sequence() + 1;
        }
    }

    void add(Aside aside) {
        if (shown.size() < MOST) {
            shown.put(aside.entry().sequence(), describe(aside));
        }
    }

    void remove(Aside aside) {
        shown.remove(aside.entry().sequence());
    }

    private static SetAside describe(Aside aside) {
        Instant since = aside.entry().since();
        try {
            ProducerRecord<byte[], byte[]> event = EventCodec.decode(aside.event());
            Header id = event.headers().lastHeader("ce_id");
            return new SetAside(
                    event.topic(),
                    event.key() == null ? null : new String(event.key(), UTF_8),
                    id == null ? null : new String(id.value(), UTF_8),
                    aside.reason(),
                    since);
        } catch (RuntimeException e) {
            // Not of this version: that is why it is here
            return new SetAside(null, null, null, aside.reason(), since);
        }
    }
}
