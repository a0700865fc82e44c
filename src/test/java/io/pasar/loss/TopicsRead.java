package io.pasar.loss;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pasar.kafka.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Every record of all topics from the beginning on, read apart from the gateway's own clients. */
final class TopicsRead implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final List<Stored> deliveries = new ArrayList<>();
    private final List<String> others = new ArrayList<>();
    private Instant earliest = Instant.MAX;
    private Instant latest = Instant.MIN;

    /** All that the brokers list, so that an event is seen also where none belongs. */
    TopicsRead(String bootstrapServers) {
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "enable.auto.commit", "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        partitions = consumer.listTopics().values().stream()
                .flatMap(List::stream)
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads what is new. */
    void toTheEnd() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(Duration.ofMillis(100)).forEach(this::read);
        }
    }

    /** How many events there are now, whether or not they were read. */
    long events() {
        return consumer
                .endOffsets(partitions.stream()
                        .filter(partition -> Topics.isOfEvents(partition.topic()))
                        .toList())
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Events and what is in quarantine, each partition's in order. */
    List<Stored> deliveries() {
        return deliveries;
    }

    /** All other records, as text. */
    List<String> others() {
        return others;
    }

    /** The first and the last that any event says it was received. */
    Instant earliest() {
        return earliest;
    }

    Instant latest() {
        return latest;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void read(ConsumerRecord<byte[], byte[]> record) {
        if (Topics.isOfEvents(record.topic()) || record.topic().equals(Topics.QUARANTINE)) {
            deliveries.add(stored(record));
            String time = header(record, "ce_time");
            if (!time.isEmpty()) {
                Instant received = Instant.parse(time);
                earliest = received.isBefore(earliest) ? received : earliest;
                latest = received.isAfter(latest) ? received : latest;
            }
        } else {
            others.add(text(record.key()) + " " + text(record.value()));
        }
    }

    private static Stored stored(ConsumerRecord<byte[], byte[]> record) {
        return new Stored(
                record.topic(),
                record.partition(),
                record.offset(),
                text(record.key()),
                Webhook.hash(record.value()),
                header(record, "ce_id"));
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : text(header.value());
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "" : new String(bytes, UTF_8);
    }
}
