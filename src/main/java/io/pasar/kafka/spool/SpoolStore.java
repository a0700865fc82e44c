package io.pasar.kafka.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pasar.kafka.KafkaStartException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Statistics;
import org.rocksdb.StatsLevel;
import org.rocksdb.Status;
import org.rocksdb.TickerType;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The spool's files: events in the order of their coming, and beside them those that are set aside. RocksDB with a
 * write-ahead log. For one thread; one whose write has failed is to be closed and opened anew.
 */
final class SpoolStore implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(SpoolStore.class);

    private static final int MEGABYTE = 1024 * 1024;

    private static final byte[] EVENTS = "events".getBytes(UTF_8);
    private static final byte[] INDEX = "index".getBytes(UTF_8);
    private static final byte[] ASIDE = "aside".getBytes(UTF_8);

    /** What an event takes beside its bytes: key, index, log. Rather too much than too little. */
    private static final int OVERHEAD = 128;

    private final List<AutoCloseable> resources = new ArrayList<>();
    private final FileStore disk;
    private final boolean damaged;
    private final RocksDB db;
    private final ColumnFamilyOptions eventsOptions;
    private final ColumnFamilyOptions indexOptions;
    private ColumnFamilyHandle events;
    private ColumnFamilyHandle index;
    private final ColumnFamilyHandle aside;
    private final WriteOptions synced;
    private final WriteOptions unsynced;
    private final Statistics statistics;

    /** What is known of an event without reading it. */
    record Entry(long sequence, int hash, int size, Instant since) {

        private static final int LENGTH = 2 * Integer.BYTES + Long.BYTES;

        private byte[] encode() {
            return ByteBuffer.allocate(LENGTH)
                    .putInt(hash)
                    .putInt(size)
                    .putLong(since.toEpochMilli())
                    .array();
        }

        private static Entry decode(byte[] key, byte[] value) {
            ByteBuffer bytes = ByteBuffer.wrap(value);
            return new Entry(
                    SpoolStore.sequence(key), bytes.getInt(), bytes.getInt(), Instant.ofEpochMilli(bytes.getLong()));
        }

        /** What it counts for in {@code pasar.spool.max-size}. */
        long bytes() {
            return bytes(size);
        }

        static long bytes(int size) {
            return (long) size + OVERHEAD;
        }
    }

    /** An event and its place in the queue. */
    record Stored(Entry entry, byte[] event) {}

    /** An event that Kafka has refused, {@code reason} says how, {@code since} when it came. */
    record Aside(Entry entry, String reason, byte[] event) {}

    private SpoolStore(Path directory, WALRecoveryMode mode, boolean damaged) throws RocksDBException, IOException {
        this.damaged = damaged;
        this.disk = Files.getFileStore(directory);
        try {
            statistics = keep(new Statistics());
            statistics.setStatsLevel(StatsLevel.EXCEPT_DETAILED_TIMERS);
            LRUCache cache = keep(new LRUCache(4L * MEGABYTE));
            DBOptions options = keep(new DBOptions())
                    .setCreateIfMissing(true)
                    .setCreateMissingColumnFamilies(true)
                    .setWalRecoveryMode(mode)
                    .setStatistics(statistics)
                    .setMaxTotalWalSize(64L * MEGABYTE)
                    .setDbWriteBufferSize(40L * MEGABYTE)
                    .setMaxBackgroundJobs(2)
                    .setMaxOpenFiles(64)
                    .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                    .setMaxLogFileSize(MEGABYTE)
                    .setKeepLogFileNum(3);
            eventsOptions = options(16 * MEGABYTE, cache);
            indexOptions = options(4 * MEGABYTE, cache);
            List<ColumnFamilyHandle> handles = new ArrayList<>();
            db = keep(RocksDB.open(
                    options,
                    directory.toString(),
                    List.of(
                            new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options(MEGABYTE, cache)),
                            new ColumnFamilyDescriptor(EVENTS, eventsOptions),
                            new ColumnFamilyDescriptor(INDEX, indexOptions),
                            new ColumnFamilyDescriptor(ASIDE, options(2 * MEGABYTE, cache))),
                    handles));
            events = handles.get(1);
            index = handles.get(2);
            aside = handles.get(3);
            synced = keep(new WriteOptions()).setSync(true);
            unsynced = keep(new WriteOptions());
        } catch (RocksDBException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * A torn last write, which a crash leaves, is what was never acknowledged, and is dropped. Where anything else of
     * the log cannot be read, a copy of the log is kept, {@link #isDamaged} tells, and all that can be read is there.
     *
     * @throws KafkaStartException if it cannot be opened
     */
    static SpoolStore open(Path spool) {
        Path directory = spool.resolve("db").toAbsolutePath().normalize();
        try {
            Files.createDirectories(directory);
            NativeLibrary.load(spool.resolve("native"));
            try {
                return new SpoolStore(directory, WALRecoveryMode.TolerateCorruptedTailRecords, false);
            } catch (RocksDBException e) {
                if (e.getStatus() == null || e.getStatus().getCode() != Status.Code.Corruption) {
                    throw e;
                }
                Path copy = keepLogs(directory, spool);
                LOGGER.atError()
                        .addKeyValue("reason", e.getMessage())
                        .addKeyValue("copy", copy)
                        .log("The spool's log is damaged: events may be lost. What can be read goes on");
                SpoolStore store = new SpoolStore(directory, WALRecoveryMode.SkipAnyCorruptedRecords, true);
                store.index();
                return store;
            }
        } catch (RocksDBException | IOException e) {
            throw new KafkaStartException(
                    "pasar.data-dir: the spool in " + directory + " cannot be opened (" + e.getMessage() + "). Stop the"
                            + " other process that uses it, make it writable, or set another directory; if it is"
                            + " damaged, keep it, and move it away: its events are not in Kafka.",
                    e);
        }
    }

    private static Path keepLogs(Path directory, Path spool) throws IOException {
        Path copy = spool.resolve("damaged-" + System.currentTimeMillis());
        Files.createDirectories(copy);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    /** Makes the index anew: what was lost of the one may be there of the other. */
    private void index() throws RocksDBException {
        try (Change change = change();
                RocksIterator entries = db.newIterator(index);
                RocksIterator values = db.newIterator(events)) {
            for (entries.seekToFirst(); entries.isValid(); entries.next()) {
                change.batch.delete(index, entries.key());
            }
            for (values.seekToFirst(); values.isValid(); values.next()) {
                Entry entry = entry(sequence(values.key()), values.value());
                change.batch.put(index, values.key(), entry.encode());
            }
            change.write(true);
        }
    }

    private static Entry entry(long sequence, byte[] event) {
        try {
            ProducerRecord<byte[], byte[]> decoded = EventCodec.decode(event);
            return new Entry(
                    sequence,
                    KeyCounts.hash(decoded.topic(), decoded.key()),
                    event.length,
                    Instant.ofEpochMilli(decoded.timestamp()));
        } catch (RuntimeException e) {
            // Is set aside when its turn comes
            return new Entry(sequence, 0, event.length, Instant.now());
        }
    }

    /** Whether something that had been written could not be read. */
    boolean isDamaged() {
        return damaged;
    }

    /** Bytes left to this process on the disk. */
    long usable() throws IOException {
        return disk.getUsableSpace();
    }

    /** How often the log was forced to the disk. */
    long syncs() {
        return statistics.getTickerCount(TickerType.WAL_FILE_SYNCED);
    }

    Change change() {
        return new Change();
    }

    /** What is written in one piece: all of it, or nothing. */
    final class Change implements AutoCloseable {

        private final WriteBatch batch = new WriteBatch();

        void add(Entry entry, byte[] event) throws RocksDBException {
            byte[] key = key(entry.sequence());
            batch.put(events, key, event);
            batch.put(index, key, entry.encode());
        }

        void remove(long sequence) throws RocksDBException {
            byte[] key = key(sequence);
            batch.delete(events, key);
            batch.delete(index, key);
        }

        void setAside(Aside event) throws RocksDBException {
            byte[] key = key(event.entry().sequence());
            byte[] reason = event.reason().getBytes(UTF_8);
            byte[] entry = event.entry().encode();
            batch.put(
                    aside,
                    key,
                    ByteBuffer.allocate(entry.length + Integer.BYTES + reason.length + event.event().length)
                            .put(entry)
                            .putInt(reason.length)
                            .put(reason)
                            .put(event.event())
                            .array());
            remove(event.entry().sequence());
        }

        void removeAside(long sequence) throws RocksDBException {
            batch.delete(aside, key(sequence));
        }

        /** @param durably whether it must survive the machine, and not only this process, when this returns */
        void write(boolean durably) throws RocksDBException {
            db.write(durably ? synced : unsynced, batch);
        }

        @Override
        public void close() {
            batch.close();
        }
    }

    /** Every event's entry, the oldest first. */
    void eachEntry(Consumer<Entry> action) throws RocksDBException {
        try (RocksIterator iterator = db.newIterator(index)) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                action.accept(Entry.decode(iterator.key(), iterator.value()));
            }
            iterator.status();
        }
    }

    /** The first entry from this sequence on; null if there is none. */
    Entry firstEntry(long from) throws RocksDBException {
        try (RocksIterator iterator = db.newIterator(index)) {
            iterator.seek(key(from));
            iterator.status();
            return iterator.isValid() ? Entry.decode(iterator.key(), iterator.value()) : null;
        }
    }

    /** Events from this sequence on, in order. */
    List<Stored> read(long from, int most, long mostBytes) throws RocksDBException {
        List<Stored> found = new ArrayList<>();
        try (RocksIterator entries = db.newIterator(index);
                RocksIterator values = db.newIterator(events)) {
            long bytes = 0;
            entries.seek(key(from));
            values.seek(key(from));
            while (entries.isValid() && values.isValid() && found.size() < most && bytes < mostBytes) {
                Stored stored = new Stored(Entry.decode(entries.key(), entries.value()), values.value());
                found.add(stored);
                bytes += stored.entry().size();
                entries.next();
                values.next();
            }
            entries.status();
            values.status();
        }
        return found;
    }

    /** Those that are set aside, without reading the events themselves. */
    void eachAsideEntry(Consumer<Entry> action) throws RocksDBException {
        try (RocksIterator iterator = db.newIterator(aside)) {
            ByteBuffer head = ByteBuffer.allocate(Entry.LENGTH);
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                iterator.value(head.clear());
                action.accept(Entry.decode(iterator.key(), head.array()));
            }
            iterator.status();
        }
    }

    /** Those that are set aside from this sequence on, in order. */
    List<Aside> aside(long from, int most, long mostBytes) throws RocksDBException {
        List<Aside> found = new ArrayList<>();
        try (RocksIterator iterator = db.newIterator(aside)) {
            long size = 0;
            for (iterator.seek(key(from));
                    iterator.isValid() && found.size() < most && size < mostBytes;
                    iterator.next()) {
                byte[] value = iterator.value();
                size += value.length;
                found.add(aside(iterator.key(), ByteBuffer.wrap(value)));
            }
            iterator.status();
        }
        return found;
    }

    private static Aside aside(byte[] key, ByteBuffer value) {
        byte[] entry = new byte[Entry.LENGTH];
        value.get(entry);
        byte[] reason = new byte[value.getInt()];
        value.get(reason);
        byte[] event = new byte[value.remaining()];
        value.get(event);
        return new Aside(Entry.decode(key, entry), new String(reason, UTF_8), event);
    }

    /**
     * Gives the disk back what drained events took: deleted one by one, they stay in files until RocksDB next sorts
     * them. To be called while no event is left.
     */
    void reclaim() throws RocksDBException {
        List<ColumnFamilyHandle> dropped = List.of(events, index);
        db.dropColumnFamilies(dropped);
        // Files and memory go with the handle, not when a column family is dropped
        dropped.forEach(db::destroyColumnFamilyHandle);
        events = db.createColumnFamily(new ColumnFamilyDescriptor(EVENTS, eventsOptions));
        index = db.createColumnFamily(new ColumnFamilyDescriptor(INDEX, indexOptions));
    }

    @Override
    public void close() {
        // RocksDB wants what was made last to be closed first
        for (int i = resources.size() - 1; i >= 0; i--) {
            try {
                resources.get(i).close();
            } catch (Exception e) {
                LOGGER.atWarn().setCause(e).log("A part of the spool was not closed");
            }
        }
        resources.clear();
    }

    private <T extends AbstractNativeReference> T keep(T resource) {
        resources.add(resource);
        return resource;
    }

    private ColumnFamilyOptions options(int writeBuffer, LRUCache cache) {
        return keep(new ColumnFamilyOptions())
                .setWriteBufferSize(writeBuffer)
                .setMaxWriteBufferNumber(2)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache));
    }

    private static byte[] key(long sequence) {
        return ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
    }

    private static long sequence(byte[] key) {
        return ByteBuffer.wrap(key).getLong();
    }
}
