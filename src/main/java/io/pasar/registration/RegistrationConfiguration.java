package io.pasar.registration;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When registrations are looked at, {@code pasar.registration}.
 *
 * @param every time between two checks of an account
 * @param reassertEvery time between two blind writes of what the marketplace does not let us read
 */
public record RegistrationConfiguration(
        @DefaultValue("15m") @NotNull Duration every, @DefaultValue("6h") @NotNull Duration reassertEvery) {}
