package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KafkaConfigurationTest {

    @Test
    void showsNoPassword() {
        // Given
        KafkaConfiguration configuration = KafkaSettings.with(Sasl.clientProperties("gateway", "top secret"));

        // Then
        assertThat(configuration.toString()).contains("sasl.jaas.config").doesNotContain("top secret");
    }
}
