package io.pasar.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews producers that get no acknowledgement although Kafka answers others. While Kafka does not answer, they are left
 * to come back by themselves. Safe for use by many threads.
 */
final class ProducerWatch implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ProducerWatch.class);

    private static final Duration SUSPECT_AFTER = Duration.ofSeconds(1);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);

    /** When Kafka is back, a sound producer finds it in less than that. */
    private static final Duration ANSWERING_FOR = Duration.ofSeconds(3);

    private final Supplier<Admin> connect;
    private final Consumer<LateProducer> renew;
    private final Collection<LateProducer> producers = new CopyOnWriteArrayList<>();

    private Admin admin;

    /** Of {@link System#nanoTime}; null while Kafka does not answer, or is not asked. */
    private Long answeringSince;

    /** @param renew called on the thread of {@link #check}; may throw */
    ProducerWatch(Supplier<Admin> connect, Consumer<LateProducer> renew) {
        this.connect = connect;
        this.renew = renew;
    }

    void add(LateProducer producer) {
        producers.add(producer);
    }

    void remove(LateProducer producer) {
        producers.remove(producer);
    }

    Optional<Instant> waitingSince() {
        return producers.stream()
                .filter(ProducerWatch::isSuspect)
                .flatMap(producer -> producer.waitingSince().stream())
                .min(Comparator.naturalOrder());
    }

    Optional<Instant> lastAcknowledged() {
        return producers.stream()
                .flatMap(producer -> producer.lastAcknowledged().stream())
                .max(Comparator.naturalOrder());
    }

    /** To be called every second; takes a second when Kafka does not answer. Throws nothing. */
    synchronized void check() {
        List<LateProducer> suspects =
                producers.stream().filter(ProducerWatch::isSuspect).toList();
        if (suspects.isEmpty()) {
            close();
            return;
        }
        if (!isAnswering()) {
            answeringSince = null;
            return;
        }
        if (answeringSince == null) {
            answeringSince = System.nanoTime();
        }
        if (System.nanoTime() - answeringSince >= ANSWERING_FOR.toNanos()) {
            suspects.stream()
                    .filter(producer -> producer.waiting().compareTo(producer.patience()) >= 0)
                    .forEach(this::renew);
        }
    }

    @Override
    public synchronized void close() {
        answeringSince = null;
        if (admin != null) {
            admin.close(Duration.ZERO);
            admin = null;
        }
    }

    private void renew(LateProducer producer) {
        long seconds = producer.waiting().toSeconds();
        try {
            renew.accept(producer);
            LOGGER.atWarn()
                    .addKeyValue("seconds", seconds)
                    .log("Nothing was acknowledged although Kafka answers; a new producer takes over");
        } catch (RuntimeException e) {
            LOGGER.atWarn().addKeyValue("reason", e.getMessage()).log("No new producer can be had; trying again");
        }
    }

    private boolean isAnswering() {
        try {
            if (admin == null) {
                admin = connect.get();
            }
            int wait = Math.toIntExact(ANSWER_WITHIN.toMillis());
            admin.describeCluster(new DescribeClusterOptions().timeoutMs(wait))
                    .nodes()
                    .get(wait, TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            LOGGER.atDebug().addKeyValue("reason", e.getMessage()).log("Kafka does not answer");
            return false;
        }
    }

    /** Under load some send is always waiting, but not for long. */
    private static boolean isSuspect(LateProducer producer) {
        return producer.waiting().compareTo(SUSPECT_AFTER) >= 0;
    }
}
