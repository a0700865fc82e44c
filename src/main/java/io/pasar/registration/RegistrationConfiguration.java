package io.pasar.registration;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When registrations are looked at, {@code pasar.registration}.
 *
 * @param every time between two checks of an account
 * @param reassertEvery time between two blind writes of what the marketplace does not let us read
 * @param drainFor how long an old secret or a former public URL must not have been used before it is said that it may
 *     go: as long as a marketplace sends again what failed. Neither Tiki nor Tokopedia documents how long that is; of
 *     their neighbours Shopify does it for 4 h, to the address of the first try (changelog "Updates to webhook retry
 *     mechanism"), and Lazada for 6 h
 */
public record RegistrationConfiguration(
        @DefaultValue("15m") @NotNull Duration every,
        @DefaultValue("6h") @NotNull Duration reassertEvery,
        @DefaultValue("4h") @NotNull Duration drainFor) {}
