package io.pasar.kafka;

import io.pasar.kafka.KafkaConfiguration.Embedded;
import java.time.Duration;
import java.util.Map;
import org.springframework.util.unit.DataSize;

/** Configurations for tests: the defaults, and what a test changes. */
final class KafkaSettings {

    static final KafkaConfiguration.Topics TOPICS =
            new KafkaConfiguration.Topics(3, (short) -1, Duration.ofDays(7), DataSize.ofMegabytes(2));

    /** Long enough for a busy build machine; the gateway's default is shorter. */
    private static final Duration ACKNOWLEDGE_WITHIN = Duration.ofSeconds(2);

    /** For what is acknowledged in the end, however busy the machine is. */
    private static final Duration PATIENTLY = Duration.ofSeconds(60);

    private KafkaSettings() {}

    static KafkaConfiguration with(Map<String, String> properties) {
        return with("", properties);
    }

    static KafkaConfiguration patient(Map<String, String> properties) {
        return new KafkaConfiguration("", properties, PATIENTLY, new Embedded(0), TOPICS);
    }

    static KafkaConfiguration with(String bootstrapServers, Map<String, String> properties) {
        return new KafkaConfiguration(bootstrapServers, properties, ACKNOWLEDGE_WITHIN, new Embedded(0), TOPICS);
    }
}
