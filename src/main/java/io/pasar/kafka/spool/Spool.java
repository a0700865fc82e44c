package io.pasar.kafka.spool;

import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaStartException;
import io.pasar.kafka.LiveSends;
import io.pasar.kafka.Notice;
import io.pasar.kafka.spool.Drain.Settled;
import io.pasar.kafka.spool.SpoolStore.Aside;
import io.pasar.kafka.spool.SpoolStore.Change;
import io.pasar.kafka.spool.SpoolStore.Entry;
import io.pasar.kafka.spool.SpoolUnavailableException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The local durable queue behind Kafka. An event that it has taken is on the disk; it goes to Kafka, in order, as soon as
 * Kafka takes it, and leaves the disk only when Kafka has acknowledged it.
 *
 * <p>One thread alone touches the disk: it takes all that waits and writes it in one piece with one sync, so nobody else
 * ever waits for a disk. While the spool holds events of a record key, new ones of that key belong behind them
 * ({@link #goesFirst}). Safe for use by many threads.
 */
public final class Spool implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Spool.class);

    private static final int MOST_WAITING = 8_192;
    private static final int MOST_PER_WRITE = 1_024;
    private static final int SETTLED_PER_WRITE = 250;

    /** Left on the disk for what RocksDB does by itself: a disk that is full to the last byte cannot even be drained. */
    private static final long SPARE_BYTES = 64L * 1024 * 1024;

    /** Garbage that is worth sorting out when the last event has gone. */
    private static final long RECLAIM_BYTES = 32L * 1024 * 1024;

    private static final Duration MISSING_TOPIC_PATIENCE = Duration.ofMinutes(1);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final Duration REOPEN_EVERY = Duration.ofSeconds(1);
    private static final Duration SETTLE_WITHIN = Duration.ofSeconds(1);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(8);

    private final Path directory;
    private final SpoolConfiguration configuration;
    private final LiveSends live;
    private final SpoolMetrics metrics;
    private final Clock clock;
    private final MissingTopics missingTopics;
    private final Drain drain;
    private final BlockingQueue<Object> inbox = new LinkedBlockingQueue<>();
    private final ShownAside shown = new ShownAside();
    private final Thread thread = new Thread(this::run, "spool");

    /** Guards what decides whether an event is taken, against the spool being closed or opened anew meanwhile. */
    private final Object gate = new Object();

    private boolean open;
    private boolean closed;
    private long bytes;
    private int waiting;

    /** Another one whenever the spool was opened, complete from the start: no event may pass while they are counted. */
    private volatile KeyCounts keys;

    private volatile boolean taking;
    private volatile boolean roomOnDisk = true;

    /** The last event that was to be taken. */
    private volatile boolean refusing;

    private volatile boolean damaged;
    private volatile long events;
    private volatile long setAsideEvents;
    private volatile Instant oldest;
    private volatile long syncs;

    // Of the thread alone
    private final List<Entry> settled = new ArrayList<>();
    private final Queue<Retry> retries = new ArrayDeque<>();
    private SpoolStore store;
    private long next;
    private long oldestFrom;
    private long garbage;
    private long openedAt = System.nanoTime();
    private long lookedAt = System.nanoTime() - LOOK_EVERY.toNanos();
    private final Notice alarms = new Notice();
    private final Diary diary = new Diary();

    /** Of all events, since the start. */
    private long taken;

    private record Put(byte[] event, int hash, Instant since, Consumer<SpoolUnavailableException> onTaken) {
        private long bytes() {
            return Entry.bytes(event.length);
        }
    }

    private enum Signal {
        WAKE
    }

    /**
     * Opens the spool and begins to drain it.
     *
     * @param directory of its own; is created
     * @throws KafkaStartException if it cannot be opened
     */
    public Spool(
            Path directory, SpoolConfiguration configuration, KafkaClients clients, SpoolMetrics metrics, Clock clock) {
        this.directory = directory;
        this.configuration = configuration;
        this.live = clients.liveSends();
        this.metrics = metrics;
        this.clock = clock;
        open();
        this.missingTopics = new MissingTopics(clients::admin, MISSING_TOPIC_PATIENCE);
        this.drain = new Drain(() -> clients.producer(Drain.settings()), live, missingTopics, inbox::add);
        metrics.watch(this);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Whether an event of this topic and key belongs into the spool without being tried at Kafka: earlier ones of its
     * key are still there, or Kafka is away and the drain finds out when it is back.
     */
    public boolean goesFirst(String topic, byte[] key) {
        return keys.has(KeyCounts.hash(topic, key)) || isOnlyWayOut();
    }

    /** Not where nobody would find out that Kafka is back: the spool would refuse this, or its disk hangs. */
    private boolean isOnlyWayOut() {
        return live.isAway() && taking && (events > 0 || (roomOnDisk && !refusing && live.hasJustGone()));
    }

    /**
     * Takes an event.
     *
     * @param event with a timestamp; goes to Kafka as it is
     * @param onTaken called once, on the spool's thread: with null when the event is on the disk; with a failure if it
     *     is not known to be. Must not block
     * @throws SpoolUnavailableException if the event cannot be taken; nothing is called then
     */
    public void put(ProducerRecord<byte[], byte[]> event, Consumer<SpoolUnavailableException> onTaken) {
        Put put =
                new Put(EventCodec.encode(event), KeyCounts.hash(event.topic(), event.key()), clock.instant(), onTaken);
        Reason refused = offer(put);
        refusing = refused != null;
        if (refused != null) {
            metrics.refused(refused);
            throw new SpoolUnavailableException(refused);
        }
    }

    /** Why not; null if it is. */
    private Reason offer(Put put) {
        synchronized (gate) {
            if (!open) {
                return closed ? Reason.CLOSED : Reason.BROKEN;
            }
            if (!roomOnDisk) {
                return Reason.DISK_FULL;
            }
            if (bytes + put.bytes() > configuration.maxSize().toBytes()) {
                return Reason.FULL;
            }
            if (waiting >= MOST_WAITING) {
                return Reason.BUSY;
            }
            waiting++;
            bytes += put.bytes();
            keys.add(put.hash());
            inbox.add(put);
            return null;
        }
    }

    /** Where it stands; cheap. */
    public SpoolStatus status() {
        Instant since = oldest;
        Duration age = since == null ? Duration.ZERO : Duration.between(since, clock.instant());
        long size;
        synchronized (gate) {
            size = bytes;
        }
        return new SpoolStatus(
                taking && roomOnDisk && size < configuration.maxSize().toBytes(),
                live.isAway(),
                events,
                size,
                configuration.maxSize().toBytes(),
                since,
                age.isNegative() ? Duration.ZERO : age,
                age.compareTo(configuration.maxAge()) > 0,
                damaged,
                setAsideEvents,
                shown.list());
    }

    /** Puts what is set aside behind all that waits, to be tried at Kafka again; the result tells how many that are. */
    public CompletableFuture<Long> retrySetAside() {
        Retry retry = new Retry();
        synchronized (gate) {
            if (!open) {
                return CompletableFuture.failedFuture(
                        new SpoolUnavailableException(closed ? Reason.CLOSED : Reason.BROKEN));
            }
            inbox.add(retry);
        }
        return retry.result();
    }

    /** How often the disk was made to keep what was written. */
    long syncs() {
        return syncs;
    }

    /** Writes what it has accepted, waits a moment for what is under way to Kafka, and keeps the rest. */
    @Override
    public void close() {
        synchronized (gate) {
            open = false;
            closed = true;
            inbox.add(Signal.WAKE);
        }
        try {
            thread.join(CLOSE_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        missingTopics.close();
        drain.close();
    }

    private void run() {
        long closeAt = 0;
        while (true) {
            boolean closing;
            boolean nothingWaits;
            synchronized (gate) {
                closing = closed;
                nothingWaits = waiting == 0;
            }
            if (closing && closeAt == 0) {
                closeAt = System.nanoTime() + SETTLE_WITHIN.toNanos();
            }
            boolean done = closing && nothingWaits && (drain.isIdle() || System.nanoTime() - closeAt >= 0);
            if (done || (closing && store == null)) {
                break;
            }
            try {
                if (store == null) {
                    reopen();
                } else {
                    turn(closing);
                }
            } catch (RocksDBException | IOException | RuntimeException | Error e) {
                // A thread that ends would leave every event without an answer
                broken(e);
            } catch (InterruptedException e) {
                break;
            }
        }
        fail(Reason.CLOSED, null);
        closeStore();
    }

    private void turn(boolean closing) throws RocksDBException, IOException, InterruptedException {
        List<Object> came = receive(closing);
        // Apart, before anything can fail: each of them must be told what became of it
        List<Put> puts = only(Put.class, came);
        retries.addAll(only(Retry.class, came));
        boolean removeNow = !puts.isEmpty() || came.isEmpty() || closing;
        try (Change change = store.change()) {
            write(change, puts, only(Settled.class, came), removeNow);
        } catch (RocksDBException | RuntimeException | Error e) {
            // Not known whether they are on the disk: if they are, they are drained all the same
            refuse(puts, new SpoolUnavailableException(Reason.BROKEN, e));
            throw e;
        }
        taken(puts);
        if (!closing) {
            drain.send(store, next);
        }
        look();
    }

    private List<Object> receive(boolean closing) throws InterruptedException {
        List<Object> came = new ArrayList<>();
        Object first = inbox.poll(mayIdle(closing), TimeUnit.MILLISECONDS);
        if (first != null) {
            came.add(first);
            inbox.drainTo(came, MOST_PER_WRITE - 1);
        }
        return came;
    }

    /**
     * In one piece: what has come, what Kafka refuses, and what is to be tried again.
     *
     * @param removeNow whether what Kafka has taken leaves the disk with it, however little that is
     */
    private void write(Change change, List<Put> puts, List<Settled> ends, boolean removeNow) throws RocksDBException {
        boolean mustBeKept = !puts.isEmpty();
        for (Put put : puts) {
            change.add(new Entry(next++, put.hash(), put.event().length, put.since()), put.event());
        }
        for (Settled end : ends) {
            mustBeKept |= settle(end, change);
        }
        List<Aside> moving = retries.isEmpty() ? List.of() : retry(retries.element(), change);
        mustBeKept |= !moving.isEmpty();
        boolean removing =
                !settled.isEmpty() && (removeNow || drain.isFailing() || settled.size() >= SETTLED_PER_WRITE);
        if (removing) {
            for (Entry entry : settled) {
                change.remove(entry.sequence());
            }
        }
        if (mustBeKept || removing) {
            change.write(mustBeKept);
        }
        if (removing) {
            removed();
        }
        retried(moving);
    }

    private static <T> List<T> only(Class<T> type, List<Object> came) {
        return came.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private long mayIdle(boolean closing) {
        if (!closing && (drain.isReady(next) || !retries.isEmpty())) {
            return 0;
        }
        return settled.isEmpty() && !closing ? 50 : 5;
    }

    private void taken(List<Put> puts) {
        if (puts.isEmpty()) {
            return;
        }
        synchronized (gate) {
            waiting -= puts.size();
        }
        if (events == 0) {
            oldest = puts.get(0).since();
        }
        events = events + puts.size();
        taken += puts.size();
        metrics.spooled(puts.size());
        syncs = store.syncs();
        puts.forEach(put -> tell(put, null));
    }

    private static void tell(Put put, SpoolUnavailableException failure) {
        try {
            put.onTaken().accept(failure);
        } catch (RuntimeException | Error e) {
            LOGGER.atError().setCause(e).log("What follows the spool has failed");
        }
    }

    /** Whether the change has something in it that must be kept. */
    private boolean settle(Settled end, Change change) throws RocksDBException {
        switch (drain.settle(end)) {
            case DRAINED -> settled.add(end.entry());
            case REFUSED -> {
                setAside(end, change);
                return true;
            }
            case AGAIN -> metrics.sentAgain();
            default -> {
                // Read anew since, and sent again
            }
        }
        return false;
    }

    /** These keys may go to Kafka by themselves again. */
    private void removed() {
        long size = 0;
        for (Entry entry : settled) {
            size += entry.bytes();
            keys.remove(entry.hash());
        }
        synchronized (gate) {
            bytes -= size;
        }
        garbage += size;
        events = events - settled.size();
        metrics.drained(settled.size());
        settled.clear();
    }

    private void setAside(Settled end, Change change) throws RocksDBException {
        Entry entry = end.entry();
        byte[] event = store.read(entry.sequence(), 1, 1).get(0).event();
        Aside aside = new Aside(entry, Refusal.reason(end.failure()), event);
        change.setAside(aside);
        keys.remove(entry.hash());
        shown.add(aside);
        setAsideEvents = setAsideEvents + 1;
        // Last: whoever looks meanwhile finds it in both places, not in neither
        events = events - 1;
        diary.setAside(end.topic(), aside.reason());
    }

    /** Puts some more of them behind all that waits; tells which. */
    private List<Aside> retry(Retry retry, Change change) throws RocksDBException {
        if (retry.begin(next)) {
            missingTopics.forget();
        }
        List<Aside> some = retry.next(store);
        for (Aside aside : some) {
            Entry old = aside.entry();
            change.add(new Entry(next++, old.hash(), old.size(), old.since()), aside.event());
            change.removeAside(old.sequence());
            keys.add(old.hash());
        }
        return some;
    }

    private void retried(List<Aside> some) {
        if (retries.isEmpty()) {
            return;
        }
        some.forEach(shown::remove);
        events = events + some.size();
        setAsideEvents = setAsideEvents - some.size();
        if (some.isEmpty()) {
            retries.remove().end();
        } else {
            retries.element().moved(some);
        }
    }

    /** What is looked at now and then: age, disk, garbage. */
    private void look() throws RocksDBException, IOException {
        long now = System.nanoTime();
        if (now - lookedAt < LOOK_EVERY.toNanos()) {
            return;
        }
        lookedAt = now;
        boolean room = store.usable() >= SPARE_BYTES;
        if (room && !roomOnDisk) {
            LOGGER.atInfo().log("The spool's disk has room again");
        }
        roomOnDisk = room;
        Entry head = store.firstEntry(oldestFrom);
        oldest = head == null ? null : head.since();
        oldestFrom = head == null ? next : head.sequence();
        if (head == null && garbage >= RECLAIM_BYTES && events == 0 && settled.isEmpty()) {
            store.reclaim();
            garbage = 0;
        }
        alarm();
        diary.look(events, taken, live.isAway());
    }

    private void alarm() {
        SpoolStatus status = status();
        if (!status.taking() && alarms.isDue("taking")) {
            LOGGER.atWarn()
                    .addKeyValue("reason", roomOnDisk ? "full" : "disk-full")
                    .addKeyValue("events", status.events())
                    .addKeyValue("bytes", status.bytes())
                    .log(
                            "The spool takes nothing: make room on its disk (disk-full), or raise pasar.spool.max-size (full)");
        }
        if (status.tooOld() && alarms.isDue("age")) {
            LOGGER.atWarn()
                    .addKeyValue("events", status.events())
                    .addKeyValue("oldest", status.oldest())
                    .log("Events wait in the spool for longer than pasar.spool.max-age");
        }
    }

    private void broken(Throwable e) {
        LOGGER.atError().setCause(e).log("The spool's disk fails; it is opened anew");
        fail(Reason.BROKEN, e);
        closeStore();
    }

    /** Takes no more, and fails all that waits. */
    private void fail(Reason reason, Throwable cause) {
        List<Object> left = new ArrayList<>();
        synchronized (gate) {
            open = false;
            taking = false;
            waiting = 0;
            inbox.drainTo(left);
        }
        SpoolUnavailableException failure = new SpoolUnavailableException(reason, cause);
        List<Put> puts = new ArrayList<>();
        for (Object each : left) {
            if (each instanceof Put put) {
                puts.add(put);
            } else if (each instanceof Retry retry) {
                retries.add(retry);
            }
        }
        refuse(puts, failure);
        retries.forEach(retry -> retry.fail(failure));
        retries.clear();
    }

    private void refuse(List<Put> puts, SpoolUnavailableException failure) {
        for (Put put : puts) {
            metrics.refused(failure.reason());
            tell(put, failure);
        }
    }

    private void closeStore() {
        if (store != null) {
            store.close();
            store = null;
        }
    }

    private void reopen() throws InterruptedException {
        long early = openedAt + REOPEN_EVERY.toNanos() - System.nanoTime();
        if (early > 0) {
            // Nothing comes meanwhile but the signal to close, and what has become of earlier sends
            inbox.poll(early, TimeUnit.NANOSECONDS);
            return;
        }
        openedAt = System.nanoTime();
        try {
            open();
            LOGGER.atInfo().log("The spool is open again");
        } catch (RuntimeException | Error e) {
            LOGGER.atError().addKeyValue("reason", e.getMessage()).log("The spool cannot be opened; trying again");
            closeStore();
        }
    }

    private void open() {
        store = SpoolStore.open(directory);
        shown.clear();
        settled.clear();
        Contents contents;
        try {
            contents = Contents.of(store);
            shown.readFirst(store);
        } catch (RocksDBException e) {
            closeStore();
            throw new KafkaStartException("pasar.data-dir: the spool in " + directory + " cannot be read", e);
        }
        next = contents.last() + 1;
        oldestFrom = 0;
        oldest = contents.oldest();
        events = contents.events();
        setAsideEvents = contents.setAside();
        damaged |= store.isDamaged();
        if (drain != null) {
            drain.restart();
        }
        synchronized (gate) {
            keys = contents.keys();
            bytes = contents.bytes();
            open = !closed;
            taking = open;
        }
        if (events > 0 || setAsideEvents > 0) {
            LOGGER.atInfo()
                    .addKeyValue("events", events)
                    .addKeyValue("setAside", setAsideEvents)
                    .log("The spool holds events from before");
        }
    }
}
