package io.pasar.marketplace;

/**
 * A marketplace took a registration: the body that {@code direct:<marketplace>-register} leaves.
 *
 * @param requestId the marketplace's own id of the write; null where it gives none
 */
public record Registered(String requestId) {}
