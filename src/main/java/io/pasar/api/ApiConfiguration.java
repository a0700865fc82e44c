package io.pasar.api;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may call the HTTP API, {@code pasar.api}.
 *
 * @param tokens accepted bearer tokens; one with an empty text opens nothing
 * @param openMetrics whether {@code /actuator/prometheus} needs no token
 */
public record ApiConfiguration(@DefaultValue @Valid List<Token> tokens, @DefaultValue("false") boolean openMetrics) {

    /**
     * @param name who holds it, for the log
     * @param role what it may do
     * @param token the bearer token itself
     */
    public record Token(@NotBlank String name, @NotNull Role role, @DefaultValue("") String token) {

        @Override
        public String toString() {
            return "Token[name=" + name + ", role=" + role + "]";
        }
    }

    /** What a token may do; {@code WRITE} includes {@code READ}. */
    public enum Role {
        READ,
        WRITE
    }
}
