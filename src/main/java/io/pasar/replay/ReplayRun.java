package io.pasar.replay;

import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.spool.Refusal;
import io.pasar.replay.Duty.Result;
import io.pasar.replay.Replay.Range;
import io.pasar.replay.Replay.Skipped;
import io.pasar.replay.Replay.State;
import io.pasar.replay.Republishing.RefusedRecordException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out one replay from where it is: counts, then publishes partition by partition, each in its order. For one
 * thread.
 */
final class ReplayRun {

    private static final Logger LOGGER = LoggerFactory.getLogger(ReplayRun.class);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration ASK_WITHIN = Duration.ofSeconds(5);
    private static final Duration CLOSE_CONSUMER_WITHIN = Duration.ofMillis(100);
    private static final long NOTE_EVERY = Duration.ofSeconds(2).toNanos();
    private static final int NOTE_AFTER = 1000;

    /** So many in a row (5 s), and somebody should be told; the topic may be gone as well. */
    private static final int MOST_EMPTY_POLLS = 25;

    private final KafkaClients clients;
    private final Duty duty;
    private final ReplayRecords records;
    private final Clock clock;
    private final BooleanSupplier goesOn;

    private Replay replay;
    private List<Range> reached;
    private long selected;
    private long published;
    private Skipped skipped;
    private int sinceNote;
    private long notedAt;
    private int emptyPolls;

    /** @param goesOn asked before every record; false if the replay is cancelled or no longer this replica's */
    ReplayRun(KafkaClients clients, Duty duty, ReplayRecords records, Clock clock, BooleanSupplier goesOn) {
        this.clients = clients;
        this.duty = duty;
        this.records = records;
        this.clock = clock;
        this.goesOn = goesOn;
    }

    /**
     * Returns when it is over, or not to go on here.
     *
     * @throws KafkaException if Kafka is away; it is to be tried again
     */
    void run(Replay from) {
        begin(from);
        Consumer<byte[], byte[]> consumer = clients.consumer(Ranges.READING);
        try {
            carryOut(consumer);
        } catch (RefusedRecordException e) {
            end(State.FAILED, "Kafka refuses " + e.getMessage());
        } catch (KafkaException e) {
            noteWhatIsSafe();
            if (!Refusal.isForGood(e)) {
                throw e;
            }
            end(State.FAILED, "Kafka refuses: " + e.getClass().getSimpleName());
        } finally {
            consumer.close(CLOSE_CONSUMER_WITHIN);
        }
    }

    private void begin(Replay from) {
        replay = from;
        reached = new ArrayList<>(from.ranges());
        selected = from.selected();
        published = from.published();
        skipped = from.skipped();
        notedAt = System.nanoTime();
        LOGGER.atInfo()
                .addKeyValue("replay", from.id())
                .addKeyValue("state", from.state())
                .addKeyValue("published", published)
                .log("A replay is carried out here");
    }

    private void carryOut(Consumer<byte[], byte[]> consumer) {
        String missing = goesOn.getAsBoolean() ? missing(consumer) : null;
        if (missing != null) {
            end(State.FAILED, missing);
        } else if (goesOn.getAsBoolean() && count(consumer) && publish(consumer)) {
            endWhole();
        } else if (records.isCancelled(replay.id())) {
            end(State.CANCELLED, null);
        }
    }

    /** Null if all is there. A topic that was made anew would be waited for without end. */
    private String missing(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions =
                replay.ranges().stream().map(this::partition).toList();
        if (!exists(consumer, replay.request().topic())) {
            return "The topic is gone";
        }
        if (!replay.request().releases() && !exists(consumer, replay.request().to())) {
            return "The topic that it goes to is gone";
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ASK_WITHIN);
        return replay.ranges().stream().allMatch(range -> ends.get(partition(range)) >= range.end())
                ? null
                : "The topic was made anew";
    }

    private static boolean exists(Consumer<byte[], byte[]> consumer, String topic) {
        return !consumer.partitionsFor(topic, ASK_WITHIN).isEmpty();
    }

    private boolean count(Consumer<byte[], byte[]> consumer) {
        if (replay.state() != State.COUNTING) {
            return true;
        }
        if (!pass(consumer, found -> counted(duty.look(found)))) {
            return false;
        }
        replay = replay.counted(clock.instant());
        reached = new ArrayList<>(replay.ranges());
        records.write(replay);
        return true;
    }

    private boolean counted(Result result) {
        switch (result) {
            case LEFT -> {}
            case TAKEN -> selected++;
            case REJECTED ->
                skipped = new Skipped(skipped.rejected() + 1, skipped.unwanted(), skipped.releasedBefore());
            case UNWANTED ->
                skipped = new Skipped(skipped.rejected(), skipped.unwanted() + 1, skipped.releasedBefore());
            case RELEASED_BEFORE ->
                skipped = new Skipped(skipped.rejected(), skipped.unwanted(), skipped.releasedBefore() + 1);
        }
        return false;
    }

    private boolean publish(Consumer<byte[], byte[]> consumer) {
        return replay.request().dryRun() || pass(consumer, found -> published(duty.carryOut(found)));
    }

    private boolean published(Result result) {
        published += result == Result.TAKEN ? 1 : 0;
        return result == Result.TAKEN;
    }

    /**
     * From where it is to the end of every range; false if it is not to go on.
     *
     * @param step whether it has published the record
     */
    private boolean pass(Consumer<byte[], byte[]> consumer, Predicate<ConsumerRecord<byte[], byte[]>> step) {
        for (int i = 0; i < reached.size(); i++) {
            while (reached.get(i).next() < reached.get(i).end()) {
                long before = reached.get(i).next();
                for (ConsumerRecord<byte[], byte[]> found : read(consumer, reached.get(i))) {
                    if (!goesOn.getAsBoolean()) {
                        note();
                        return false;
                    }
                    if (found.offset() < reached.get(i).end() && step.test(found)) {
                        sinceNote++;
                    }
                    reached.set(i, reached.get(i).at(found.offset() + 1));
                    noteNowAndThen();
                }
                reached.set(i, reached.get(i).at(consumer.position(partition(reached.get(i)), ASK_WITHIN)));
                moved(reached.get(i).next() > before);
                if (!goesOn.getAsBoolean()) {
                    note();
                    return false;
                }
            }
        }
        note();
        return true;
    }

    private void moved(boolean on) {
        emptyPolls = on ? 0 : emptyPolls + 1;
        if (emptyPolls > MOST_EMPTY_POLLS) {
            throw new TimeoutException("Nothing more can be read");
        }
    }

    private ConsumerRecords<byte[], byte[]> read(Consumer<byte[], byte[]> consumer, Range range) {
        TopicPartition partition = partition(range);
        if (!consumer.assignment().contains(partition)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, range.next());
        } else if (consumer.position(partition, ASK_WITHIN) != range.next()) {
            // The count has read the same partition before
            consumer.seek(partition, range.next());
        }
        return consumer.poll(POLL);
    }

    private void noteNowAndThen() {
        if (sinceNote >= NOTE_AFTER || System.nanoTime() - notedAt >= NOTE_EVERY) {
            note();
        }
    }

    /** Only what is safe counts. */
    private void note() {
        duty.settle();
        sinceNote = 0;
        notedAt = System.nanoTime();
        replay = replay.advanced(List.copyOf(reached), selected, published, skipped, clock.instant());
        records.write(replay);
    }

    /** Or each try, one after the other, would begin with what was published in the one before. */
    private void noteWhatIsSafe() {
        if (reached.equals(replay.ranges())) {
            return;
        }
        try {
            note();
        } catch (KafkaException e) {
            LOGGER.atDebug().addKeyValue("replay", replay.id()).setCause(e).log("Not noted; some of it is repeated");
        }
    }

    private void endWhole() {
        long missing = replay.request().dryRun() ? 0 : selected - published;
        if (missing > 0) {
            end(State.FAILED, "%d of %d %s when their turn came".formatted(missing, selected, lost()));
        } else {
            end(State.DONE, null);
        }
    }

    private String lost() {
        return replay.request().releases() ? "were gone, no longer right, or released by another" : "were gone";
    }

    private void end(State state, String reason) {
        replay = replay.ended(state, reason, clock.instant());
        records.write(replay);
        LOGGER.atInfo()
                .addKeyValue("replay", replay.id())
                .addKeyValue("topic", replay.request().topic())
                .addKeyValue("to", replay.request().to())
                .addKeyValue("selected", replay.selected())
                .addKeyValue("published", replay.published())
                .addKeyValue("state", state)
                .addKeyValue("reason", reason)
                .log("A replay has ended");
    }

    private TopicPartition partition(Range range) {
        return new TopicPartition(replay.request().topic(), range.partition());
    }
}
