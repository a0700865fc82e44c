package io.pasar.marketplace;

import io.pasar.account.Secret;
import java.time.Duration;

/**
 * What a token endpoint gave: the body that {@code direct:<marketplace>-token} leaves.
 *
 * @param secret the token itself
 * @param expiresIn how long it lives from now, as the marketplace says
 */
public record AccessToken(Secret secret, Duration expiresIn) {}
