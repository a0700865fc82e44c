package io.pasar.marketplace;

import io.pasar.account.Account;
import io.pasar.account.Secret;
import java.util.Map;

/**
 * The canonical body of {@code direct:<marketplace>-register}: what shall be registered for one account.
 *
 * @param account whose registration it is
 * @param urls every wanted event kind and its URL
 * @param listed what the marketplace answered when it was last read; null where it cannot be read
 */
public record RegistrationRequest(Account account, Map<String, String> urls, Listing listed) {

    /** The secret to register. */
    public Secret secret() {
        return account.registeredSecret();
    }
}
