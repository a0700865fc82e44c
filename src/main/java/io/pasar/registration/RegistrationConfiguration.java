package io.pasar.registration;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When registrations are looked at, {@code pasar.registration}.
 *
 * @param every time between two checks of an account
 * @param reassertEvery time between two blind writes of what the marketplace does not let us read
 * @param drainFor how long an old secret or a former public URL must not have been used before it is said that it may
 *     go: as long as a marketplace may send again what failed. Neither Tiki nor Tokopedia documents whether it does; of
 *     their neighbours Shopify does it for 4 h, to the address of the first try (changelog "Updates to webhook retry
 *     mechanism"), and Lazada for 6 h
 * @param evidence when deliveries make a registration doubtful that cannot be read
 */
public record RegistrationConfiguration(
        @DefaultValue("15m") @NotNull Duration every,
        @DefaultValue("6h") @NotNull Duration reassertEvery,
        @DefaultValue("4h") @NotNull Duration drainFor,
        @DefaultValue @Valid Thresholds evidence) {

    /**
     * When wrongly signed deliveries make a secret doubtful, {@code pasar.registration.evidence}.
     *
     * @param minFailures how many in a row; also how many of the account's usual gaps between verified ones they last
     * @param window how long they last at least
     */
    public record Thresholds(
            @DefaultValue("10") @Min(2) int minFailures, @DefaultValue("10m") @NotNull Duration window) {}
}
