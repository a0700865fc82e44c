package io.pasar.marketplace;

import jakarta.validation.constraints.NotNull;
import java.net.URI;

/**
 * Where one marketplace is, {@code pasar.marketplaces.<marketplace>}.
 *
 * @param apiUrl base of its API; Tiki's documents have named two hosts over time
 * @param tokenUrl its OAuth2 token endpoint
 */
public record MarketplaceConfiguration(@NotNull URI apiUrl, @NotNull URI tokenUrl) {}
