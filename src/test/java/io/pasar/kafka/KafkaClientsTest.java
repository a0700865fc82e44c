package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaClientsTest {

    @ParameterizedTest
    @ValueSource(strings = {"use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"})
    void waitsForAHostThatCannotBeFoundYet(String lookup) {
        try (KafkaClients clients =
                new KafkaClients(KafkaSettings.with(Map.of("client.dns.lookup", lookup)), "kafka.invalid:9092")) {
            assertThatThrownBy(clients::admin).isInstanceOf(KafkaUnavailableException.class);
        }
    }

    @Test
    void waitsForAHostThatIsFoundRightAfterItWasNot() {
        // Given
        ConfigException notFound = new ConfigException("No resolvable bootstrap urls given in bootstrap.servers");
        try (KafkaClients clients = new KafkaClients(KafkaSettings.with(Map.of()), "localhost:9092")) {
            // Then
            assertThatThrownBy(() -> clients.connect(() -> {
                        throw new KafkaException("Failed to construct kafka producer", notFound);
                    }))
                    .isInstanceOf(KafkaUnavailableException.class);
        }
    }

    /** Each value is right by itself, and only the consumer of a route has both. */
    @Test
    void tellsWhyTheConsumerOfARouteCannotBeMadeUntilItCan() {
        // Given
        Properties route = new Properties();
        route.put("group.id", "pasar");
        route.put("key.deserializer", ByteArrayDeserializer.class.getName());
        route.put("value.deserializer", ByteArrayDeserializer.class.getName());
        route.put("session.timeout.ms", "10000");
        Map<String, String> late = Map.of("heartbeat.interval.ms", "10000");
        try (KafkaClients clients = new KafkaClients(KafkaSettings.with(late), "localhost:9092")) {
            // When
            assertThatThrownBy(() -> clients.getConsumer(route)).isInstanceOf(KafkaStartException.class);

            // Then
            assertThat(clients.readingProblem()).hasValueSatisfying(reason -> assertThat(reason)
                    .startsWith("pasar.kafka.properties: ")
                    .contains("eartbeat"));

            // When
            route.put("session.timeout.ms", "20000");
            clients.getConsumer(route).close();

            // Then
            assertThat(clients.readingProblem()).isEmpty();
        }
    }

    @Test
    void blamesThePropertiesForWhatCanNeverWork() {
        try (KafkaClients clients = new KafkaClients(
                KafkaSettings.with(Map.of("security.protocol", "SSL", "ssl.truststore.location", "/not/there.jks")),
                "localhost:9092")) {
            assertThatThrownBy(clients::admin)
                    .isInstanceOf(KafkaStartException.class)
                    .hasMessageContaining("pasar.kafka.properties");
        }
    }
}
