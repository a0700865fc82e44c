package io.pasar.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.kafka.TopicTail;
import io.pasar.kafka.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every replica knows of every replay: {@code pasar.replays}, read into memory and followed. */
final class ReplayRecords implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ReplayRecords.class);

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /**
     * A cancellation is a record of its own: written into the replay's, it could be overwritten by the replica that
     * carries it out and has not read it yet.
     */
    private static final String CANCEL = "/cancel";

    /** In front of a partition of the quarantine. */
    private static final String RELEASED = "/released/";

    private static final byte[] CANCELLED = "{}".getBytes(StandardCharsets.UTF_8);
    private static final Duration WRITTEN_WITHIN = Duration.ofSeconds(6);

    private final TopicTail tail;
    private final Producer<byte[], byte[]> producer;
    private final Map<String, Held> replays = new ConcurrentHashMap<>();
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();
    private final Set<String> overwritten = ConcurrentHashMap.newKeySet();

    /** By the id of a release and a partition of the quarantine. */
    private final Map<String, Map<Integer, Released>> released = new ConcurrentHashMap<>();

    ReplayRecords(KafkaClients clients) {
        this.tail = new TopicTail(clients, Topics.REPLAYS, TopicTail.Start.BEGINNING, this::read);
        this.producer = clients.promptProducer(Duration.ZERO);
    }

    void start() {
        tail.start();
    }

    /** Whether what was written before the start has been read. */
    boolean areRead() {
        return tail.caughtUp().isDone();
    }

    Optional<Replay> find(String id) {
        return Optional.ofNullable(replays.get(id)).map(Held::replay);
    }

    Collection<Replay> all() {
        return replays.values().stream().map(Held::replay).toList();
    }

    boolean isCancelled(String id) {
        return cancelled.contains(id);
    }

    /** The release that has published this delivery; any of them, if there were several. */
    Optional<String> releasedBy(Quarantined delivery) {
        return released.entrySet().stream()
                .filter(entry -> has(entry.getValue(), delivery) && isOlder(delivery, entry.getKey()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static boolean has(Map<Integer, Released> partitions, Quarantined delivery) {
        Released known = partitions.get(delivery.partition());
        return known != null && known.holds(delivery.offset());
    }

    /** One that is not lies in a topic that was made anew, at the offset of another. */
    private boolean isOlder(Quarantined delivery, String release) {
        return find(release)
                .filter(found -> !delivery.keptAt().isAfter(found.startedAt()))
                .isPresent();
    }

    Optional<Released> released(String id, int partition) {
        return Optional.ofNullable(released.getOrDefault(id, Map.of()).get(partition));
    }

    /** Those that are over, but not as the topic says it last: compaction would leave only that. */
    Collection<Replay> overwritten() {
        return overwritten.stream().map(this::find).flatMap(Optional::stream).toList();
    }

    /**
     * Seen here at once, and on the other replicas as soon as they have read it. Blocks for up to 8 s.
     *
     * @throws KafkaUnavailableException if Kafka does not take it
     */
    void write(Replay replay) {
        RecordMetadata written = write(replay.id(), json(replay));
        hold(replay.id(), new Held(replay, written.partition(), written.offset()));
    }

    /** As {@link #write(Replay)}, but seen here even if Kafka does not take it: it is released all the same. */
    void write(String id, int partition, Released known) {
        hold(id, partition, known);
        write(id + RELEASED + partition, json(known));
    }

    /** As {@link #write(Replay)}. */
    void cancel(String id) {
        write(id + CANCEL, CANCELLED);
        cancelled.add(id);
    }

    /** As {@link #write(Replay)}. */
    void forget(String id) {
        // The replay last: as long as it is there, what else there is of it can be found
        released.getOrDefault(id, Map.of()).keySet().forEach(partition -> write(id + RELEASED + partition, null));
        write(id + CANCEL, null);
        write(id, null);
        released.remove(id);
        cancelled.remove(id);
        replays.remove(id);
        overwritten.remove(id);
    }

    @Override
    public void close() {
        tail.close();
        producer.close();
    }

    private RecordMetadata write(String key, byte[] value) {
        try {
            return producer.send(new ProducerRecord<>(Topics.REPLAYS, key.getBytes(StandardCharsets.UTF_8), value))
                    .get(WRITTEN_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new KafkaUnavailableException("Kafka did not take a record", e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaUnavailableException("Kafka did not take a record in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaUnavailableException("Interrupted while Kafka took a record", e);
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> found) {
        if (found.key() == null) {
            return;
        }
        String key = new String(found.key(), StandardCharsets.UTF_8);
        if (key.endsWith(CANCEL)) {
            String id = key.substring(0, key.length() - CANCEL.length());
            if (found.value() == null) {
                cancelled.remove(id);
            } else {
                cancelled.add(id);
            }
        } else if (key.contains(RELEASED)) {
            readReleased(key, found);
        } else if (found.value() == null) {
            replays.remove(key);
            overwritten.remove(key);
        } else {
            readReplay(key, found);
        }
    }

    private void readReplay(String key, ConsumerRecord<byte[], byte[]> found) {
        try {
            Replay replay = JSON.readValue(found.value(), Replay.class);
            if (replay != null && replay.isWhole(key)) {
                hold(key, new Held(replay, found.partition(), found.offset()));
                return;
            }
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("reason", e.getClass().getSimpleName()).log("Not JSON of ours");
        }
        warn(found);
    }

    private void readReleased(String key, ConsumerRecord<byte[], byte[]> found) {
        int slash = key.indexOf(RELEASED);
        String id = key.substring(0, slash);
        if (found.value() == null) {
            released.remove(id);
            return;
        }
        try {
            int partition = Integer.parseInt(key.substring(slash + RELEASED.length()));
            Released known = JSON.readValue(found.value(), Released.class);
            if (known != null && known.bits() != null) {
                hold(id, partition, known);
                return;
            }
        } catch (IOException | NumberFormatException e) {
            LOGGER.atDebug().addKeyValue("reason", e.getClass().getSimpleName()).log("Not JSON of ours");
        }
        warn(found);
    }

    private static void warn(ConsumerRecord<byte[], byte[]> found) {
        LOGGER.atWarn()
                .addKeyValue("partition", found.partition())
                .addKeyValue("offset", found.offset())
                .log("A record in pasar.replays cannot be read");
    }

    /** The tail may come by a record after a newer one was written here. */
    private void hold(String id, Held held) {
        replays.merge(id, held, (known, found) -> {
            if (found.isAfter(known)) {
                overwritten.remove(id);
                if (found.wouldRevive(known)) {
                    overwritten.add(id);
                    return known;
                }
                return found;
            }
            return known;
        });
    }

    private void hold(String id, int partition, Released known) {
        released.computeIfAbsent(id, unknown -> new ConcurrentHashMap<>()).merge(partition, known, Released::and);
    }

    private static byte[] json(Object ours) {
        try {
            return JSON.writeValueAsBytes(ours);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Records of ours are JSON", e);
        }
    }

    private record Held(Replay replay, int partition, long offset) {

        boolean isAfter(Held known) {
            return partition != known.partition || offset > known.offset;
        }

        /** What is over stays so: a replica that was taken the replay away may still have had something to write. */
        boolean wouldRevive(Held known) {
            return known.replay.state().isOver() && !replay.state().isOver();
        }
    }
}
