package io.pasar.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.pasar.kafka.KafkaClients;
import io.pasar.replay.Duty.Result;
import io.pasar.replay.Replay.Range;
import io.pasar.replay.Replay.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replay of which hardly a record is chosen. */
class ReplayRunTest {

    private static final int RECORDS = 20_000;
    private static final TopicPartition FROM = new TopicPartition("pasar.tiki.order", 0);
    private static final TopicPartition TO = new TopicPartition("again", 0);

    private final List<Replay> notes = new ArrayList<>();
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>(OffsetResetStrategy.EARLIEST);
    private final KafkaClients clients = mock(KafkaClients.class);
    private final ReplayRecords records = mock(ReplayRecords.class);
    private final Duty duty = mock(Duty.class);

    @BeforeEach
    void fill() {
        for (TopicPartition each : List.of(FROM, TO)) {
            consumer.updatePartitions(
                    each.topic(), List.of(new PartitionInfo(each.topic(), 0, Node.noNode(), new Node[0], new Node[0])));
        }
        consumer.updateBeginningOffsets(Map.of(FROM, 0L));
        consumer.updateEndOffsets(Map.of(FROM, (long) RECORDS));
        // Once to count, once to publish
        consumer.schedulePollTask(this::addRecords);
        consumer.schedulePollTask(this::addRecords);
        when(clients.consumer(any())).thenReturn(consumer);
        doAnswer(written -> notes.add(written.getArgument(0))).when(records).write(any(Replay.class));
        when(duty.look(any())).thenReturn(Result.LEFT);
        when(duty.carryOut(any())).thenReturn(Result.LEFT);
    }

    private void addRecords() {
        for (int i = 0; i < RECORDS; i++) {
            consumer.addRecord(new ConsumerRecord<>(FROM.topic(), 0, i, null, new byte[1]));
        }
    }

    @Test
    void isNotNotedForWhatItDoesNotPublish() {
        // When
        run();

        // Then
        assertThat(notes.get(notes.size() - 1).state()).isEqualTo(State.DONE);
        // Counted, published and ended; on a slow machine some for the time as well
        assertThat(notes).hasSizeLessThan(15);
    }

    @Test
    void isNotedNowAndThenAlsoWhereItPublishesNothing() {
        // Given
        when(duty.carryOut(any()))
                .thenAnswer(first -> {
                    await().pollDelay(Duration.ofMillis(2_100)).until(() -> true);
                    return Result.LEFT;
                })
                .thenReturn(Result.LEFT);

        // When
        run();

        // Then
        assertThat(notes)
                .filteredOn(note -> note.state() == State.RUNNING)
                .extracting(note -> note.ranges().get(0).next())
                .contains(1L);
    }

    private void run() {
        ReplayRequest request = ReplayRequest.ofEvents(
                FROM.topic(),
                TO.topic(),
                Selection.ofEvents(null, null, null, null, null, "none", null),
                1_000,
                false,
                false);
        Replay asked = Replay.asked("id", request, List.of(new Range(0, 0, 0, RECORDS)), Instant.EPOCH);
        new ReplayRun(clients, duty, records, Clock.systemUTC(), () -> true).run(asked);
    }
}
