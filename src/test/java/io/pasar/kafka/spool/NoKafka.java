package io.pasar.kafka.spool;

import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import java.time.Duration;
import java.util.Map;
import org.springframework.util.unit.DataSize;

/** Clients of a Kafka that is not there. */
final class NoKafka {

    private static final String NOWHERE = "127.0.0.1:1";

    private NoKafka() {}

    static KafkaClients clients() {
        return new KafkaClients(
                new KafkaConfiguration(
                        NOWHERE,
                        Map.of(),
                        Duration.ofSeconds(1),
                        new KafkaConfiguration.Embedded(0),
                        new KafkaConfiguration.Topics(1, (short) -1, Duration.ofDays(1), DataSize.ofMegabytes(2))),
                NOWHERE);
    }
}
