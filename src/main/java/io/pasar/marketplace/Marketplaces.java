package io.pasar.marketplace;

import java.util.Map;

/**
 * Where the marketplaces are, {@code pasar.marketplaces}. Immutable.
 *
 * @param byName every marketplace that is configured, which is every one that an account belongs to
 */
public record Marketplaces(Map<String, MarketplaceConfiguration> byName) {

    public Marketplaces {
        byName = Map.copyOf(byName);
    }

    /**
     * Where one marketplace is.
     *
     * @throws IllegalArgumentException if it is not configured
     */
    public MarketplaceConfiguration get(String marketplace) {
        MarketplaceConfiguration configuration = byName.get(marketplace);
        if (configuration == null) {
            throw new IllegalArgumentException("There is no pasar.marketplaces." + marketplace);
        }
        return configuration;
    }
}
