package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.api.ApiConfiguration.Role;
import io.pasar.api.ApiConfiguration.Token;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class BearerTokensTest {

    @Test
    void warnsOnceThatNoTokenOpensTheApi(CapturedOutput output) {
        // Given
        Token blank = new Token("blank", Role.WRITE, " ");

        // When
        new BearerTokens(List.of(blank, blank));

        // Then
        assertThat(output).containsOnlyOnce("WARN").containsOnlyOnce("pasar.api.tokens");
    }

    @Test
    void saysNothingWhereATokenOpensTheApi(CapturedOutput output) {
        // Given
        Token token = new Token("ops", Role.READ, "a-token-that-may-read");

        // When
        new BearerTokens(List.of(token));

        // Then
        assertThat(output).isEmpty();
    }
}
