package io.pasar.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHeadersTest {

    private final AllowedHeaders headers = new AllowedHeaders();

    @ParameterizedTest
    @ValueSource(strings = {"CamelHttpUri", "camelhttpresponsecode", "kafka.OVERRIDE_TOPIC", "KAFKA.KEY"})
    void letsInNoSignatureUnderANameThatWouldSteerCamel(String name) {
        assertThatThrownBy(() -> headers.add(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A header named " + name + " would steer Camel; it cannot be let in");
        assertThat(headers.names()).map(CharSequence::toString).containsOnly("content-type", "traceparent");
    }
}
