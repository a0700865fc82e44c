package io.pasar.marketplace.tiki;

import io.pasar.account.Account;
import io.pasar.account.Mistake;
import io.pasar.marketplace.AccountRules;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/** What Tiki demands of an account. Tiki: Register webhooks, table of fields. */
@Component
final class TikiAccountRules implements AccountRules {

    private static final int SECRET_LENGTH = 32;

    @Override
    public String marketplace() {
        return "tiki";
    }

    @Override
    public List<Mistake> mistakes(Account account) {
        List<Mistake> mistakes = new ArrayList<>();
        for (int i = 0; i < account.webhookSecrets().size(); i++) {
            String secret = account.webhookSecrets().get(i).value();
            int length = secret.codePointCount(0, secret.length());
            if (length != SECRET_LENGTH) {
                mistakes.add(new Mistake(
                        "webhook-secrets[" + i + "]",
                        "must be exactly 32 characters (has " + length + "); Tiki refuses others"));
            }
        }
        if (!account.events().contains("order")) {
            mistakes.add(new Mistake("events", "must contain order; Tiki takes no registration without it"));
        }
        if (account.warehouses().isEmpty()) {
            mistakes.add(new Mistake(
                    "warehouses", "is empty; write the Tiki warehouses whose stock is synced, e.g. [sgn3, tbn1]"));
        }
        if (account.warehouses().stream().anyMatch(String::isBlank)) {
            mistakes.add(new Mistake("warehouses", "has an element without text; write warehouse codes, e.g. sgn3"));
        }
        if (!account.carryOver().isEmpty()) {
            mistakes.add(new Mistake("carry-over", "must be left out; Tiki has no fields of others to carry over"));
        }
        return mistakes;
    }
}
