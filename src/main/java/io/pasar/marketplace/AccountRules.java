package io.pasar.marketplace;

import io.pasar.account.Account;
import io.pasar.account.Mistake;
import java.util.List;

/**
 * What one marketplace demands of its accounts beyond what holds for all. Found as a bean; a marketplace without such
 * demands has none.
 */
public interface AccountRules {

    /** Whose accounts are to be shown to {@link #mistakes}. */
    String marketplace();

    /**
     * Everything that this marketplace would refuse or misunderstand; empty if nothing. No message holds a secret.
     *
     * @param account may be incomplete: texts and secrets that are missing are null (that is reported elsewhere),
     *     lists never
     * @return mistakes whose keys are relative to the account, e.g. {@code webhook-secrets[0]}
     */
    List<Mistake> mistakes(Account account);
}
