package io.pasar.marketplace;

import jakarta.validation.constraints.NotNull;
import java.net.URI;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where one marketplace is, {@code pasar.marketplaces.<marketplace>}.
 *
 * @param apiUrl base of its API; Tiki's documents have named two hosts over time
 * @param tokenUrl its OAuth2 token endpoint
 * @param requestsPerSecond calls of each kind (token, list, register), of all accounts and replicas together; 0 for no
 *     limit. Tokopedia's is per endpoint; its documents show 5 as an example ("Rate Limit") and none for these calls,
 *     Tiki's name none at all
 */
public record MarketplaceConfiguration(
        @NotNull URI apiUrl, @NotNull URI tokenUrl, @DefaultValue("5") double requestsPerSecond) {}
