package io.pasar.account;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One seller identity at one marketplace, as configured under {@code pasar.accounts}. Immutable.
 *
 * @param marketplace name of the marketplace, e.g. {@code tiki}: an open set, given by the files in
 *     {@code routes/marketplaces}
 * @param id the seller's id at the marketplace (Tiki: {@code external_partner_id}; Tokopedia: {@code fs_id})
 * @param clientId OAuth2 client id
 * @param clientSecret OAuth2 client secret
 * @param tokenAuth how the client authenticates when it asks for a token
 * @param webhookSecrets the first is registered, the others are still accepted on inbound webhooks
 * @param events the event kinds that this account wants, e.g. {@code order}
 * @param warehouses Tiki's {@code sync_inventory_location}; empty at marketplaces that have none
 * @param onDrift what to do when the marketplace's registration differs from this configuration
 * @param carryOver registered URLs of others which the marketplace does not list: field to URL, sent with every write
 * @param expectEvery event kind to the longest time without one that is still normal; kinds that are not in it may be
 *     silent
 */
public record Account(
        @NotBlank String marketplace,
        @NotBlank
                @Pattern(
                        regexp = "[A-Za-z0-9_-][A-Za-z0-9._-]*",
                        message =
                                "must be letters, digits, '.', '_' and '-', not beginning with '.': it is part of a URL")
                String id,
        @NotBlank String clientId,
        @NotNull Secret clientSecret,
        @DefaultValue("basic") TokenAuth tokenAuth,
        @NotEmpty List<Secret> webhookSecrets,
        @NotEmpty List<String> events,
        @DefaultValue List<String> warehouses,
        @DefaultValue("repair") OnDrift onDrift,
        @DefaultValue Map<String, String> carryOver,
        @DefaultValue Map<String, Duration> expectEvery) {

    /** Lists and maps that are not given become empty ones, so that whoever checks an account meets no null there. */
    public Account {
        webhookSecrets = webhookSecrets == null ? List.of() : List.copyOf(webhookSecrets);
        events = events == null ? List.of() : List.copyOf(events);
        warehouses = warehouses == null ? List.of() : List.copyOf(warehouses);
        carryOver = carryOver == null ? Map.of() : Map.copyOf(carryOver);
        expectEvery = expectEvery == null ? Map.of() : Map.copyOf(expectEvery);
    }

    /** How a client proves itself to the token endpoint; Tiki's console lets each app choose. */
    public enum TokenAuth {
        /** HTTP Basic, {@code client_id:client_secret}. */
        BASIC,
        /** {@code client_id} and {@code client_secret} as form fields of the body. */
        BODY
    }

    /** What to do about drift. */
    public enum OnDrift {
        /** Register again. */
        REPAIR,
        /** Show it and touch nothing. */
        REPORT
    }

    /** The secret that is registered at the marketplace; the others are only accepted. */
    public Secret registeredSecret() {
        return webhookSecrets.get(0);
    }

    /** {@code <marketplace>/<id>}, the key of everything that is kept per account. */
    public String key() {
        return marketplace + "/" + id;
    }
}
