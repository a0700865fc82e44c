package io.pasar.kafka;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Where Kafka is and how we use it, {@code pasar.kafka}.
 *
 * @param bootstrapServers {@code host:port,…}; empty starts the embedded broker
 * @param properties passed to every Kafka client: SASL, TLS, …
 * @param acknowledgeWithin how long an event waits for Kafka's acknowledgement before it goes to the spool;
 *     below {@code pasar.ingest.answer-within}
 * @param embedded the broker that runs in the process when no other is configured
 * @param topics how topics are created, and what existing ones are checked for
 */
public record KafkaConfiguration(
        @DefaultValue("") String bootstrapServers,
        @DefaultValue Map<String, String> properties,
        @DefaultValue("300ms") @NotNull Duration acknowledgeWithin,
        @DefaultValue @Valid Embedded embedded,
        @DefaultValue @Valid Topics topics) {

    /** @param port the broker's port on the loopback address; 0 takes any free one */
    public record Embedded(@DefaultValue("9092") @Min(0) @Max(65535) int port) {}

    /**
     * @param partitions of a new topic
     * @param replicationFactor of a new topic; -1 is the broker's default
     * @param retention of a new topic; compacted topics keep the newest record per key for ever
     * @param maxMessageBytes largest record a topic must take: {@code pasar.ingest.max-body} and headers
     */
    public record Topics(
            @DefaultValue("6") @Min(1) int partitions,
            @DefaultValue("-1") @Min(-1) short replicationFactor,
            @DefaultValue("7d") @NotNull Duration retention,
            @DefaultValue("2MB") @NotNull DataSize maxMessageBytes) {}

    public boolean useEmbedded() {
        return bootstrapServers.isBlank();
    }

    /** What is wrong with {@link #properties}: by whole key, fit to be shown; empty if nothing is. */
    public SortedMap<String, String> propertyMistakes() {
        return ClientProperties.mistakes(properties);
    }

    /** Without the values of the properties: some are passwords. */
    @Override
    public String toString() {
        return "KafkaConfiguration[bootstrapServers=" + bootstrapServers + ", properties=" + properties.keySet()
                + ", acknowledgeWithin=" + acknowledgeWithin + ", embedded=" + embedded + ", topics=" + topics + "]";
    }
}
