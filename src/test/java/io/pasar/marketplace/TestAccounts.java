package io.pasar.marketplace;

import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.Account.TokenAuth;
import io.pasar.account.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Accounts as a configuration would give them. */
public final class TestAccounts {

    public static final String TIKI_SECRET = "sjYKaAFXDaS4qxeykux4WL1qMI0gzAc0";
    public static final String TOKOPEDIA_SECRET = "our-webhook-secret";

    private TestAccounts() {}

    public static Account tiki(String id, String... events) {
        return tiki(id, TokenAuth.BASIC, OnDrift.REPAIR, TIKI_SECRET, events);
    }

    public static Account tiki(String id, TokenAuth auth, OnDrift onDrift, String secret, String... events) {
        return account("tiki", id, auth, onDrift, secret, events);
    }

    /** Like an account at Tiki, at another marketplace. */
    public static Account at(String marketplace, String id, String... events) {
        return account(marketplace, id, TokenAuth.BASIC, OnDrift.REPAIR, TIKI_SECRET, events);
    }

    private static Account account(
            String marketplace, String id, TokenAuth auth, OnDrift onDrift, String secret, String... events) {
        return new Account(
                marketplace,
                id,
                "tiki-client",
                new Secret("tiki:client/s&cret"),
                auth,
                List.of(new Secret(secret), new Secret("9jYKaAFXDaS4qxeykux4WL1qMI0gzAc9")),
                List.of(events),
                List.of("sgn3", "tbn1"),
                onDrift,
                Map.of(),
                Map.of());
    }

    public static Account tokopedia(String id, String... events) {
        return tokopedia(id, OnDrift.REPAIR, Map.of(), events);
    }

    public static Account tokopedia(String id, OnDrift onDrift, Map<String, String> carryOver, String... events) {
        return new Account(
                "tokopedia",
                id,
                "tokopedia-client",
                new Secret("tokopedia-client-secret"),
                TokenAuth.BASIC,
                List.of(new Secret(TOKOPEDIA_SECRET)),
                List.of(events),
                List.of(),
                onDrift,
                carryOver,
                Map.of());
    }

    /** The same account with other expectations. */
    public static Account expecting(Account account, Map<String, Duration> expectEvery) {
        return new Account(
                account.marketplace(),
                account.id(),
                account.clientId(),
                account.clientSecret(),
                account.tokenAuth(),
                account.webhookSecrets(),
                account.events(),
                account.warehouses(),
                account.onDrift(),
                account.carryOver(),
                expectEvery);
    }
}
