package io.pasar.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer of a group that tells which partitions it has, and when Kafka refuses it. Kafka's own
 * {@code assignment()} may be asked by the consumer's thread alone.
 */
final class SharingConsumer extends PacedConsumer<Object, Object> {

    private static final Logger LOGGER = LoggerFactory.getLogger(SharingConsumer.class);

    private static final Duration PARTITIONS_WITHIN = Duration.ofSeconds(2);

    /** Kafka's own would wait half a minute for a broker that is away. */
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);

    private final Function<String, TopicShare> shares;
    private volatile Collection<String> topics = List.of();

    SharingConsumer(Map<String, Object> settings, Function<String, TopicShare> shares) {
        super(settings);
        this.shares = shares;
    }

    @Override
    public void subscribe(Collection<String> subscribed, ConsumerRebalanceListener listener) {
        topics = Set.copyOf(subscribed);
        topics.forEach(topic -> shares.apply(topic).opened(this));
        super.subscribe(subscribed, new Telling(listener));
    }

    @Override
    public ConsumerRecords<Object, Object> poll(Duration timeout) {
        try {
            return super.poll(timeout);
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            topics.forEach(topic -> shares.apply(topic).failed(this, PollAgain.reason(e)));
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            super.close(CLOSE_WITHIN);
        } finally {
            forget();
        }
    }

    @Override
    public void close(Duration timeout) {
        try {
            super.close(timeout);
        } finally {
            forget();
        }
    }

    private void forget() {
        topics.forEach(topic -> shares.apply(topic).closed(this));
    }

    /** Must not throw: the rebalance would fail, and with it the consumer. */
    private void count() {
        for (String topic : topics) {
            try {
                shares.apply(topic).size(partitionsFor(topic, PARTITIONS_WITHIN).size());
            } catch (KafkaException e) {
                LOGGER.atDebug()
                        .addKeyValue("topic", topic)
                        .addKeyValue("reason", e.getMessage())
                        .log("Number of partitions is not to be had now");
            }
        }
    }

    private static Map<String, List<Integer>> byTopic(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .collect(Collectors.groupingBy(
                        TopicPartition::topic, Collectors.mapping(TopicPartition::partition, Collectors.toList())));
    }

    private final class Telling implements ConsumerRebalanceListener {

        private final ConsumerRebalanceListener told;

        Telling(ConsumerRebalanceListener told) {
            this.told = told;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            count();
            byTopic(added)
                    .forEach((topic, partitions) -> shares.apply(topic).assigned(partitions, SharingConsumer.this));
            told.onPartitionsAssigned(added);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> removed) {
            remove(removed);
            told.onPartitionsRevoked(removed);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            remove(lost);
            told.onPartitionsLost(lost);
        }

        private void remove(Collection<TopicPartition> removed) {
            byTopic(removed)
                    .forEach((topic, partitions) -> shares.apply(topic).revoked(partitions, SharingConsumer.this));
        }
    }
}
