package io.pasar.registration;

import io.pasar.account.Account;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of accounts that share a client at a marketplace that cannot be read: no document says whether it keeps a
 * registration of each, or one of the client that the last account replaces (Tiki: "Register webhooks" names no key).
 * Not thread-safe.
 */
final class SharedClients {

    private static final Logger LOGGER = LoggerFactory.getLogger(SharedClients.class);

    /** Of a line of the log. */
    private static final int MOST_ACCOUNTS = 10;

    private List<String> told = List.of();

    /** @param canList whether a marketplace can be read */
    void look(List<Account> accounts, Predicate<String> canList) {
        List<String> sharing = accounts.stream()
                .filter(account -> !canList.test(account.marketplace()))
                .collect(Collectors.groupingBy(account -> List.of(account.marketplace(), account.clientId())))
                .values()
                .stream()
                .filter(ofOneClient -> ofOneClient.size() > 1)
                .flatMap(List::stream)
                .map(Account::key)
                .sorted()
                .toList();
        if (!sharing.isEmpty() && !sharing.equals(told)) {
            LOGGER.atWarn()
                    .addKeyValue("count", sharing.size())
                    .addKeyValue(
                            "accounts", String.join(", ", sharing.subList(0, Math.min(sharing.size(), MOST_ACCOUNTS))))
                    .log(
                            "Accounts share a client-id where registrations cannot be read, and no document says whether one"
                                    + " replaces the other's: see that webhooks of each arrive, and set expect-every");
        }
        told = sharing;
    }
}
