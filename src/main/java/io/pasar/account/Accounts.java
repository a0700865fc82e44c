package io.pasar.account;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which accounts exist. Safe for use by many threads; look-ups never block. */
public final class Accounts {

    private volatile Index index;

    public Accounts(List<Account> accounts) {
        replace(accounts);
    }

    /** Makes these the accounts that exist, all at once: no reader sees a mixture of old and new. */
    public void replace(List<Account> accounts) {
        Map<String, Map<String, Account>> byMarketplace = new LinkedHashMap<>();
        for (Account account : accounts) {
            byMarketplace
                    .computeIfAbsent(account.marketplace(), marketplace -> new LinkedHashMap<>())
                    .put(account.id(), account);
        }
        List<Account> all = byMarketplace.values().stream()
                .map(Map::values)
                .flatMap(Collection::stream)
                .toList();
        index = new Index(byMarketplace, all);
    }

    public Optional<Account> find(String marketplace, String id) {
        Map<String, Account> accounts = index.byMarketplace.get(marketplace);
        return accounts == null ? Optional.empty() : Optional.ofNullable(accounts.get(id));
    }

    /** All accounts, in the order of the configuration within each marketplace; the same list until they are replaced. */
    public List<Account> all() {
        return index.all;
    }

    private record Index(Map<String, Map<String, Account>> byMarketplace, List<Account> all) {}
}
