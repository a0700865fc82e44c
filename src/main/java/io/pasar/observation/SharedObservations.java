package io.pasar.observation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.TopicTail;
import io.pasar.kafka.Topics;
import io.pasar.observation.Observations.AccountKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the {@link Observations} of all replicas one, through the compacted topic {@code pasar.observations}: follows
 * it, and writes every half minute or so, a few accounts at a time, what this replica knows and the topic does not.
 * Everything is a latest instant, so replicas need not agree on who writes. A crash loses at most the last two minutes of
 * this replica. Works on threads of its own.
 */
public final class SharedObservations implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(SharedObservations.class);

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    private static final Duration FLUSH_EVERY = Duration.ofSeconds(30);

    /** Very many accounts at once would keep webhooks waiting for the processor. */
    private static final int AT_ONCE = 50;

    /** Hours are what these instants are compared by; a busy account need not be written more often than this. */
    private static final Duration STEP = Duration.ofMinutes(1);

    /** Secrets and addresses that nobody has used for so long are no longer written. */
    private static final Duration KEPT = Duration.ofDays(90);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);

    private final Accounts accounts;
    private final Observations observations;
    private final Clock clock;
    private final Duration flushEvery;
    private final TopicTail tail;
    private final Producer<byte[], byte[]> producer;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /** What the topic holds of each account: its last record, which another replica may have written knowing less. */
    private final Map<AccountKey, Sightings> held = new ConcurrentHashMap<>();

    private volatile boolean kafkaAway;

    public SharedObservations(KafkaClients clients, Accounts accounts, Observations observations, Clock clock) {
        this(clients, accounts, observations, clock, FLUSH_EVERY);
    }

    SharedObservations(
            KafkaClients clients, Accounts accounts, Observations observations, Clock clock, Duration flushEvery) {
        this.accounts = accounts;
        this.observations = observations;
        this.clock = clock;
        this.flushEvery = flushEvery;
        this.tail = new TopicTail(clients, Topics.OBSERVATIONS, TopicTail.Start.BEGINNING, this::read);
        this.producer = clients.promptProducer(Duration.ofMillis(100));
        this.thread = new Thread(this::run, "observations");
        this.thread.setDaemon(true);
    }

    /** Begins to read and write; to be called once. Returns at once. */
    public void start() {
        tail.start();
        thread.start();
    }

    /** Writes what is still to be written, unless Kafka takes longer than a second or two. */
    @Override
    public void close() {
        closed.countDown();
        boolean read = isRead();
        if (!read) {
            // The thread waits for it
            tail.close();
        }
        try {
            thread.join(CLOSE_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (read) {
            write(accounts.all(), Duration.ZERO);
        }
        producer.close(CLOSE_WITHIN);
        tail.close();
    }

    private void run() {
        try {
            // What an earlier life has seen comes first: a record replaces the one before it
            tail.caughtUp().get();
            observations.complete();
            boolean open = true;
            while (open) {
                open = flushInPortions();
            }
        } catch (CancellationException | ExecutionException e) {
            LOGGER.atDebug().log("Closed before the topic was read");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes the time that lies between two looks at an account; false when closed meanwhile. */
    private boolean flushInPortions() throws InterruptedException {
        List<Account> all = accounts.all();
        int portions = Math.max(1, (all.size() + AT_ONCE - 1) / AT_ONCE);
        for (int i = 0; i < portions; i++) {
            write(all.subList(i * AT_ONCE, Math.min((i + 1) * AT_ONCE, all.size())), STEP);
            if (closed.await(pause() / portions, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        // Not those from the beginning of a look that takes a while
        List<Account> existing = accounts.all();
        held.keySet().retainAll(existing.stream().map(AccountKey::of).collect(Collectors.toSet()));
        observations.retain(existing);
        return true;
    }

    /** Replicas that start together shall not write together. */
    private long pause() {
        return flushEvery.toMillis() / 2 + ThreadLocalRandom.current().nextLong(flushEvery.toMillis());
    }

    private boolean isRead() {
        CompletableFuture<Void> caughtUp = tail.caughtUp();
        return caughtUp.isDone() && !caughtUp.isCompletedExceptionally();
    }

    /** @param step see {@link Sightings#isBeyond} */
    private void write(List<Account> some, Duration step) {
        Instant now = clock.instant();
        AtomicReference<Exception> failure = new AtomicReference<>();
        try {
            for (Account account : some) {
                write(account, now, step, failure);
                if (failure.get() != null) {
                    // Every further one might wait as long as this one; the next look finds them again
                    break;
                }
            }
        } catch (RuntimeException e) {
            failure.set(e);
        }
        if (failure.get() != null) {
            tellOnce(failure.get());
        }
    }

    private void write(Account account, Instant now, Duration step, AtomicReference<Exception> failure) {
        Sightings seen = observations.sightings(account);
        AccountKey key = AccountKey.of(account);
        if (seen.observedSince() == null) {
            observations.learn(key, Sightings.begun(now));
            seen = seen.merge(Sightings.begun(now));
        }
        seen = seen.since(now.minus(KEPT));
        if (seen.isBeyond(held.getOrDefault(key, Sightings.NONE), now, step)) {
            producer.send(
                    new ProducerRecord<>(
                            Topics.OBSERVATIONS, account.key().getBytes(StandardCharsets.UTF_8), json(seen)),
                    (written, thrown) -> {
                        if (thrown != null) {
                            failure.set(thrown);
                        }
                        kafkaAway &= thrown != null;
                    });
        }
    }

    private static byte[] json(Sightings seen) {
        try {
            return JSON.writeValueAsBytes(seen);
        } catch (IOException e) {
            throw new IllegalStateException("Records of ours are JSON", e);
        }
    }

    /** Of accounts that are not configured too, until the next flush: they may be about to be. */
    private void read(ConsumerRecord<byte[], byte[]> found) {
        String[] key =
                found.key() == null ? new String[0] : new String(found.key(), StandardCharsets.UTF_8).split("/", 2);
        if (key.length != 2) {
            return;
        }
        AccountKey account = new AccountKey(key[0], key[1]);
        Sightings read = parsed(account, found.value());
        Sightings known = observations.learn(account, read);
        held.put(account, known.equals(read) ? known : read);
    }

    private static Sightings parsed(AccountKey account, byte[] json) {
        try {
            return json == null ? Sightings.NONE : JSON.readValue(json, Sightings.class);
        } catch (IOException e) {
            LOGGER.atWarn()
                    .addKeyValue("marketplace", account.marketplace())
                    .addKeyValue("account", account.account())
                    .log("A record in pasar.observations cannot be read");
            return Sightings.NONE;
        }
    }

    private void tellOnce(Exception failure) {
        if (!kafkaAway) {
            LOGGER.atWarn().addKeyValue("reason", failure.getMessage()).log("Observations are not shared; trying on");
        }
        kafkaAway = true;
    }
}
