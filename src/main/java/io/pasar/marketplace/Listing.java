package io.pasar.marketplace;

import io.pasar.account.Secret;
import java.util.Map;

/**
 * What a marketplace answers when its registrations are read: the body that {@code direct:<marketplace>-list} leaves.
 *
 * @param webhooks event kind to URL, for every event kind that this marketplace's list can show; an empty text where
 *     none is registered. An event kind that is missing here cannot be seen, registered or not
 * @param other fields as listed that are no event kind known to us, carried over unchanged by every write
 * @param secret the registered webhook secret; null where the marketplace does not show it
 */
public record Listing(Map<String, String> webhooks, Map<String, Object> other, Secret secret) {}
