package io.pasar.kafka.spool;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topics that do not exist and are not coming. A producer cannot tell that from a Kafka that is slow to answer, so Kafka
 * is asked; the gateway's own topics are soon created, so only a topic that stays away counts. Safe for use by many
 * threads.
 */
final class MissingTopics implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(MissingTopics.class);

    private static final int ANSWER_WITHIN_MILLIS = 2_000;

    private final Supplier<Admin> connect;
    private final long patience;
    private final Map<String, Long> missingSince = new ConcurrentHashMap<>();
    private final ExecutorService asking = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "spool-topics");
        thread.setDaemon(true);
        return thread;
    });

    private volatile boolean busy;

    MissingTopics(Supplier<Admin> connect, Duration patience) {
        this.connect = connect;
        this.patience = patience.toNanos();
    }

    /** Whether Kafka has said, for longer than the patience, that there is no such topic. */
    boolean contains(String topic) {
        Long since = missingSince.get(topic);
        return since != null && System.nanoTime() - since >= patience;
    }

    /** Asks about a topic that a send has failed for, unless a question is under way. */
    void suspect(String topic) {
        if (!busy && !asking.isShutdown()) {
            busy = true;
            asking.execute(() -> ask(topic));
        }
    }

    /** Has every topic asked about anew. */
    void forget() {
        missingSince.clear();
    }

    private void ask(String topic) {
        try (Admin admin = connect.get()) {
            admin.describeTopics(List.of(topic), new DescribeTopicsOptions().timeoutMs(ANSWER_WITHIN_MILLIS))
                    .allTopicNames()
                    .get(ANSWER_WITHIN_MILLIS, TimeUnit.MILLISECONDS);
            missingSince.remove(topic);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException
                    || e.getCause() instanceof InvalidTopicException) {
                missingSince.putIfAbsent(topic, System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | RuntimeException e) {
            LOGGER.atDebug().addKeyValue("topic", topic).log("Kafka does not tell whether the topic exists");
        } finally {
            busy = false;
        }
    }

    @Override
    public void close() {
        asking.shutdownNow();
    }
}
