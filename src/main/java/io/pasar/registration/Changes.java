package io.pasar.registration;

import io.pasar.account.Account;
import io.pasar.account.Accounts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Whether a look at all accounts may find something else than the last one: very many of them are not looked at every
 * second for nothing, beside webhooks that want the processor. Not thread-safe.
 */
final class Changes {

    /** What comes with time alone, as an assertion that grows too old, is found with this delay. */
    private static final Duration AT_LEAST_EVERY = Duration.ofSeconds(15);

    private final Accounts accounts;
    private final RegistrationRecords records;
    private final Clock clock;

    private Seen last = new Seen(null, -1, false, Instant.MIN);

    Changes(Accounts accounts, RegistrationRecords records, Clock clock) {
        this.accounts = accounts;
        this.records = records;
        this.clock = clock;
    }

    /** Since this was last asked. */
    boolean any() {
        Seen now = new Seen(accounts.all(), records.changes(), records.areRead(), clock.instant());
        boolean any = now.isBeyond(last);
        if (any) {
            last = now;
        }
        return any;
    }

    private record Seen(List<Account> accounts, long records, boolean read, Instant at) {

        boolean isBeyond(Seen before) {
            return accounts != before.accounts
                    || records != before.records
                    || read != before.read
                    || at.isBefore(before.at)
                    || !at.isBefore(before.at.plus(AT_LEAST_EVERY));
        }
    }
}
