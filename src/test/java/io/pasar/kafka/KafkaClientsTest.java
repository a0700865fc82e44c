package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
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
