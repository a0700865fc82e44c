package io.pasar.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * Which part of a topic the consumer groups of this process's {@code kafka:} routes have given to it. The parts of all
 * replicas add up to the topic, and follow every rebalance. Also tells why its consumers cannot read. Safe for use by many threads; never blocks.
 */
public final class TopicShare {

    /** A consumer that is refused polls again in less than that. */
    private static final long RECENT = Duration.ofSeconds(10).toNanos();

    /** By partition, the consumer that owns it: two of this process may hold one in turn. */
    private final ConcurrentMap<Integer, Object> owners = new ConcurrentHashMap<>();

    /** The consumers of this process, each with how its poll has failed last. */
    private final ConcurrentMap<Object, Failure> readers = new ConcurrentHashMap<>();

    private volatile boolean everRead;
    private volatile int partitions;

    private record Failure(String reason, long at) {

        private static final Failure NONE = new Failure("", 0);

        private boolean isRecent() {
            return this != NONE && System.nanoTime() - at < RECENT;
        }
    }

    /** @param partitions what the topic has as far as is known before a consumer has joined its group */
    TopicShare(int partitions) {
        this.partitions = Math.max(1, partitions);
    }

    /** Between 0, while none is owned, and 1. */
    public double owned() {
        return Math.min(1, owners.size() / (double) partitions);
    }

    /** As {@link #owned()}, but one partition's part at least. */
    public double ownedOrOne() {
        return Math.max(owned(), 1.0 / partitions);
    }

    /** Whether records with this key, as the gateway's producers send them, come to a consumer of this process. */
    public boolean owns(String key) {
        return owners.containsKey(BuiltInPartitioner.partitionForKey(key.getBytes(StandardCharsets.UTF_8), partitions));
    }

    /** Whether the first partition is owned: true on one replica at most. For what one replica shall say for all. */
    public boolean ownsFirst() {
        return owners.containsKey(0);
    }

    /** Why records stay unread: Kafka refuses a consumer, or none is left; empty while all read, or before there is one. */
    Optional<String> problem() {
        if (everRead && readers.isEmpty()) {
            return Optional.of("no consumer is left; restart the gateway");
        }
        return readers.values().stream()
                .filter(Failure::isRecent)
                .map(Failure::reason)
                .findFirst();
    }

    void opened(Object reader) {
        readers.put(reader, Failure.NONE);
        everRead = true;
    }

    void failed(Object reader, String reason) {
        readers.replace(reader, new Failure(reason, System.nanoTime()));
    }

    void size(int found) {
        partitions = Math.max(1, found);
    }

    void assigned(Collection<Integer> added, Object owner) {
        added.forEach(partition -> owners.put(partition, owner));
    }

    /** What another consumer has been given since stays with it. */
    void revoked(Collection<Integer> removed, Object owner) {
        removed.forEach(partition -> owners.remove(partition, owner));
    }

    void closed(Object owner) {
        owners.values().removeIf(owner::equals);
        readers.remove(owner);
    }
}
