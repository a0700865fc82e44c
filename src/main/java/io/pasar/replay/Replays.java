package io.pasar.replay;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.pasar.inbound.QuarantineRelease.Original;
import io.pasar.inbound.QuarantineRelease.Outcome;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.kafka.Topics;
import io.pasar.replay.Replay.Range;
import io.pasar.replay.Replay.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes ranges of topics again, and releases what is in quarantine. What was asked for and how far it is stands in
 * {@code pasar.replays}, so that any replica tells of it, and another goes on with it when the one that carried it out is
 * gone. At least once: what was published since the last note of progress is then published again. Safe for use by many
 * threads.
 */
public final class Replays implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Replays.class);

    /** Kafka's own rule. */
    private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}");

    private static final Duration ASK_WITHIN = Duration.ofSeconds(5);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration REST = Duration.ofSeconds(5);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(3);
    private static final Duration CLOSE_CONSUMER_WITHIN = Duration.ofMillis(100);
    private static final Duration KEPT = Duration.ofDays(30);

    /** A replay holds a thread, a consumer and a batch of records; others wait their turn. */
    private static final int AT_ONCE = 4;

    /** Bursts are no longer than this part of a second. */
    private static final int BURSTS_PER_SECOND = 20;

    private final KafkaClients clients;
    private final BiFunction<Original, String, CompletableFuture<Outcome>> quarantineRelease;
    private final ReplayRecords records;
    private final Predicate<String> mine;
    private final Clock clock;
    private final Producer<byte[], byte[]> producer;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> restingSince = new ConcurrentHashMap<>();
    private final Map<String, Stuck> stuck = new ConcurrentHashMap<>();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(daemon("replays"));
    private final ExecutorService running = Executors.newFixedThreadPool(AT_ONCE, daemon("replay"));
    private volatile boolean closing;

    /**
     * @param quarantineRelease takes a delivery and the id of its release; null for the id only verifies
     * @param mine whether the replay with this id is this replica's to carry out; true on one replica at a time
     */
    Replays(
            KafkaClients clients,
            BiFunction<Original, String, CompletableFuture<Outcome>> quarantineRelease,
            Predicate<String> mine,
            Clock clock) {
        this.clients = clients;
        this.quarantineRelease = quarantineRelease;
        this.records = new ReplayRecords(clients);
        this.mine = mine;
        this.clock = clock;
        this.producer = clients.producer(Map.of(ProducerConfig.LINGER_MS_CONFIG, 5));
    }

    /** To be called once. */
    public void start() {
        records.start();
        looking.scheduleWithFixedDelay(this::look, 0, LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Fixes what is to be published again: what comes into the topic later is not. It begins within seconds.
     *
     * @throws ReplayRefusedException if it would do harm, or nothing
     * @throws UnknownTopicOrPartitionException if one of the topics, or the partition, does not exist
     * @throws NotReadyException if what was written before the start has not been read yet
     * @throws KafkaException if Kafka does not answer
     */
    public Replay begin(ReplayRequest request) {
        refuse(request);
        awaitRead();
        forgetOld();
        Instant now = clock.instant();
        Replay replay = Replay.asked(UUID.randomUUID().toString(), request, ranges(request), now);
        records.write(replay);
        return replay;
    }

    /** @throws NotReadyException if what was written before the start has not been read yet */
    public Optional<Replay> find(String id) {
        awaitRead();
        return records.find(id).map(this::seen);
    }

    /**
     * The latest first. One that has ended is forgotten after 30 days.
     *
     * @throws NotReadyException if what was written before the start has not been read yet
     */
    public List<Replay> all() {
        awaitRead();
        return records.all().stream()
                .map(this::seen)
                .sorted(Comparator.comparing(Replay::startedAt).reversed())
                .toList();
    }

    /**
     * Ends a replay within seconds; what is published stays so. Of one that has ended nothing changes.
     *
     * @return empty if there is no such replay
     * @throws NotReadyException if what was written before the start has not been read yet
     * @throws KafkaException if Kafka does not answer
     */
    public Optional<Replay> cancel(String id) {
        Optional<Replay> found = find(id);
        if (found.isPresent() && !found.get().state().isOver()) {
            records.cancel(id);
        }
        return find(id);
    }

    /** Notes how far the replays under way are, so that they go on from there. */
    @Override
    public void close() {
        closing = true;
        looking.shutdownNow();
        running.shutdown();
        try {
            if (!running.awaitTermination(STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                running.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        records.close();
        producer.close(STOP_WITHIN);
    }

    private Replay seen(Replay replay) {
        if (replay.state().isOver()) {
            return replay;
        }
        if (records.isCancelled(replay.id())) {
            return replay.ended(State.CANCELLED, null, replay.updatedAt());
        }
        Stuck known = stuck.get(replay.id());
        return replay.stuck(known == null || replay.updatedAt().isAfter(known.notedAt()) ? null : known.why());
    }

    private void awaitRead() {
        if (!records.areRead()) {
            throw new NotReadyException("pasar.replays has not been read yet");
        }
    }

    /** The release that has published this delivery; any of them, if there were several. */
    Optional<String> releasedBy(Quarantined delivery) {
        awaitRead();
        return records.releasedBy(delivery);
    }

    private static void refuse(ReplayRequest request) {
        if (!request.releases()) {
            refuseTopics(request);
        }
        Selection selection = request.selection();
        if (selection.partition() == null && (selection.fromOffset() != null || selection.untilOffset() != null)) {
            throw new ReplayRefusedException("Offsets need a 'partition': each has its own.");
        }
        if (isEmpty(selection.from(), selection.until()) || isEmpty(selection.fromOffset(), selection.untilOffset())) {
            throw new ReplayRefusedException("The end of the range is not behind its beginning.");
        }
    }

    private static void refuseTopics(ReplayRequest request) {
        if (!TOPIC.matcher(request.topic()).matches() || !Topics.isOfEvents(request.topic())) {
            throw new ReplayRefusedException("'topic' must be a topic of events, pasar.<marketplace>.<event-kind>."
                    + " What is in quarantine is released: POST /api/quarantine/release.");
        }
        if (Topics.isInternal(request.to())) {
            throw new ReplayRefusedException("'to' is a topic that only the gateway itself writes.");
        }
        if (request.to().startsWith("__")) {
            throw new ReplayRefusedException("'to' is a topic of Kafka itself.");
        }
        if (!TOPIC.matcher(request.to()).matches()) {
            throw new ReplayRefusedException("'to' is no name that a topic can have.");
        }
        if (request.topic().equals(request.to()) && !request.sameTopic()) {
            throw new ReplayRefusedException("'to' is the topic itself, whose consumers would see the events again."
                    + " Where that is what you want, say same-topic=true.");
        }
    }

    private static <T extends Comparable<? super T>> boolean isEmpty(T first, T end) {
        return first != null && end != null && first.compareTo(end) >= 0;
    }

    private List<Range> ranges(ReplayRequest request) {
        Consumer<byte[], byte[]> consumer = clients.consumer(Ranges.READING);
        try {
            if (!request.releases()
                    && consumer.partitionsFor(request.to(), ASK_WITHIN).isEmpty()) {
                throw new UnknownTopicOrPartitionException(request.to());
            }
            return Ranges.of(consumer, request.topic(), request.selection());
        } catch (InterruptException e) {
            throw new KafkaUnavailableException("Interrupted while asking Kafka", e);
        } finally {
            consumer.close(CLOSE_CONSUMER_WITHIN);
        }
    }

    private void forgetOld() {
        Instant old = clock.instant().minus(KEPT);
        records.all().stream()
                .filter(replay -> replay.state().isOver() && replay.updatedAt().isBefore(old))
                .forEach(replay -> records.forget(replay.id()));
    }

    private void look() {
        try {
            if (!records.areRead()) {
                return;
            }
            records.overwritten().stream()
                    .filter(replay -> mine.test(replay.id()))
                    .forEach(records::write);
            records.all().stream()
                    .filter(replay -> !replay.state().isOver() && mine.test(replay.id()) && !isResting(replay.id()))
                    .filter(replay -> underWay.add(replay.id()))
                    .forEach(replay -> running.execute(() -> run(replay.id())));
        } catch (RuntimeException e) {
            // Without this look no replay would ever go on, and nobody would know
            if (!closing) {
                LOGGER.atError().setCause(e).log("Replays cannot be looked at; trying again");
            }
        }
    }

    private boolean isResting(String id) {
        Long since = restingSince.get(id);
        return since != null && System.nanoTime() - since < REST.toNanos();
    }

    private void run(String id) {
        try {
            records.find(id).filter(replay -> !replay.state().isOver()).ifPresent(replay -> new ReplayRun(
                            clients, duty(replay), records, clock, () -> goesOn(id))
                    .run(replay));
            stuck.remove(id);
            restingSince.remove(id);
        } catch (RuntimeException e) {
            if (!closing) {
                rest(id, e);
            }
        } finally {
            underWay.remove(id);
        }
    }

    private Duty duty(Replay replay) {
        RateLimiter limiter = limiter(replay.request().rate());
        return replay.request().releases()
                ? new Releasing(quarantineRelease, records, replay, limiter)
                : new Republishing(producer, replay, limiter);
    }

    private static RateLimiter limiter(int rate) {
        int burst = Math.max(1, rate / BURSTS_PER_SECOND);
        return RateLimiter.of(
                "replay",
                RateLimiterConfig.custom()
                        .limitForPeriod(burst)
                        .limitRefreshPeriod(
                                Duration.ofNanos(Duration.ofSeconds(1).toNanos() * burst / rate))
                        .timeoutDuration(Duration.ofSeconds(5))
                        .build());
    }

    private boolean goesOn(String id) {
        return !closing && mine.test(id) && !records.isCancelled(id);
    }

    private void rest(String id, RuntimeException e) {
        restingSince.put(id, System.nanoTime());
        // The class alone: a message of Kafka's may name hosts, and goes to whoever asks
        String why = e.getClass().getSimpleName();
        Stuck before = stuck.put(
                id, new Stuck(why, records.find(id).map(Replay::updatedAt).orElse(Instant.MAX)));
        if (before == null || !why.equals(before.why())) {
            LOGGER.atWarn()
                    .addKeyValue("replay", id)
                    .addKeyValue("reason", e.toString())
                    .log("A replay stands still; trying again");
        }
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** @param notedAt when it was last noted how far the replay was: once it is noted again, it goes on */
    private record Stuck(String why, Instant notedAt) {}
}
