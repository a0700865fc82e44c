package io.pasar.inbound;

import io.pasar.account.Account;
import io.pasar.account.Accounts;
import java.util.List;

/** Who wants which deliveries. Safe for use by many threads. */
final class Recipients {

    private static final int ACCOUNT_SEGMENTS = 4;

    private final Accounts accounts;
    private final IngestMetrics metrics;

    Recipients(Accounts accounts, IngestMetrics metrics) {
        this.accounts = accounts;
        this.metrics = metrics;
    }

    /** The same without counting it: for what comes from no marketplace. */
    boolean knows(String marketplace, String id, String eventKind) {
        return accounts.find(marketplace, id)
                .filter(account -> account.events().contains(eventKind))
                .isPresent();
    }

    /** Whether an account wants what is sent to {@code webhooks/<marketplace>/<account>/<event-kind>}. */
    boolean want(List<String> path) {
        return path.size() != ACCOUNT_SEGMENTS || find(path.get(1), path.get(2), path.get(3)) != null;
    }

    /** The account that wants this event kind; null if there is none, which is counted. */
    Account find(String marketplace, String id, String eventKind) {
        Account account = accounts.find(marketplace, id).orElse(null);
        if (account == null) {
            metrics.rejected(marketplace, "", "unknown-account");
            return null;
        }
        if (!account.events().contains(eventKind)) {
            metrics.rejected(marketplace, account.id(), "unwanted-event-kind");
            return null;
        }
        return account;
    }
}
