package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPropertiesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "acks",
                "enable.idempotence",
                "value.serializer",
                "max.block.ms",
                "delivery.timeout.ms",
                "bootstrap.servers",
                "group.id",
                "partitioner.class"
            })
    void refusesAPropertyThatTheGatewayDependsOn(String key) {
        assertThatThrownBy(() -> properties(Map.of(key, "1")))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageStartingWith("pasar.kafka.properties." + key + " cannot be set: ");
    }

    @Test
    void namesAllRefusedPropertiesAtOnce() {
        assertThatThrownBy(() -> properties(Map.of("acks", "0", "linger.ms", "5")))
                .hasMessageContaining("pasar.kafka.properties.acks")
                .hasMessageContaining("pasar.kafka.properties.linger.ms");
    }

    @Test
    void refusesAValueThatKafkaCannotRead() {
        assertThatThrownBy(() -> properties(Map.of("buffer.memory", "plenty")))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("pasar.kafka.properties")
                .hasMessageContaining("buffer.memory");
    }

    @Test
    void letsTheConfiguredSecurityWinOverTheRoutes() {
        // Given
        ClientProperties properties = properties(Map.of("security.protocol", "SASL_SSL", "buffer.memory", "1000000"));

        // When
        Map<String, Object> publisher = properties.publisher(Map.of("security.protocol", "PLAINTEXT"));
        Map<String, Object> consumer = properties.camelConsumer(Map.of("security.protocol", "PLAINTEXT"));

        // Then
        assertThat(publisher).containsEntry("security.protocol", "SASL_SSL").containsEntry("buffer.memory", "1000000");
        assertThat(consumer).containsEntry("security.protocol", "SASL_SSL");
    }

    @Test
    void keepsItsPromisesWhateverTheRouteSays() {
        // When
        Map<String, Object> publisher =
                properties(Map.of()).publisher(Map.of("acks", "0", "max.block.ms", 60_000, "delivery.timeout.ms", 1));

        // Then
        assertThat(publisher)
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", true)
                .containsEntry("max.block.ms", 0)
                .containsEntry("delivery.timeout.ms", 2_000)
                .containsEntry("max.request.size", 2 * 1024 * 1024);
    }

    @Test
    void leavesTheRoutesGroupAndOffsetsToACamelConsumer() {
        // When
        Map<String, Object> consumer = properties(Map.of())
                .camelConsumer(Map.of("group.id", "pasar", "auto.offset.reset", "latest", "enable.auto.commit", true));

        // Then
        assertThat(consumer)
                .containsEntry("group.id", "pasar")
                .containsEntry("auto.offset.reset", "latest")
                .containsEntry("enable.auto.commit", true)
                .containsEntry("bootstrap.servers", "localhost:1");
    }

    private static ClientProperties properties(Map<String, String> configured) {
        return new ClientProperties(KafkaSettings.with(configured), "localhost:1");
    }
}
