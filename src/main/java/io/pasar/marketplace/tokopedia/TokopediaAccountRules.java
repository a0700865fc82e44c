package io.pasar.marketplace.tokopedia;

import io.pasar.account.Account;
import io.pasar.account.Account.TokenAuth;
import io.pasar.account.Mistake;
import io.pasar.marketplace.AccountRules;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/** What Tokopedia demands of an account. Tokopedia: Register Webhook, Authentication. */
@Component
final class TokopediaAccountRules implements AccountRules {

    /** An integer in every body and path; a leading zero would come back without it. */
    private static final Pattern FS_ID = Pattern.compile("[1-9][0-9]{0,17}");

    private static final Pattern FIELD = Pattern.compile("[a-z0-9]+(_[a-z0-9]+)*_url");
    private static final Pattern URL = Pattern.compile("https?://[^/?#\\s]+[^\\s]*");

    @Override
    public String marketplace() {
        return "tokopedia";
    }

    @Override
    public List<Mistake> mistakes(Account account) {
        List<Mistake> mistakes = new ArrayList<>();
        if (account.id() != null && !FS_ID.matcher(account.id()).matches()) {
            mistakes.add(new Mistake("id", "must be the fs_id, a whole number such as 13004"));
        }
        if (account.tokenAuth() != TokenAuth.BASIC) {
            mistakes.add(new Mistake("token-auth", "must be basic, or left out; Tokopedia knows no other"));
        }
        if (!account.warehouses().isEmpty()) {
            mistakes.add(new Mistake("warehouses", "must be left out; Tokopedia's registration has no warehouses"));
        }
        List<String> ownFields =
                account.events().stream().map(TokopediaAccountRules::field).toList();
        new TreeMap<>(account.carryOver()).forEach((field, url) -> {
            String key = "carry-over." + field;
            if (!FIELD.matcher(field).matches()) {
                mistakes.add(new Mistake(key, "must be a field of Tokopedia's registration, e.g. order_actions_url"));
            } else if (ownFields.contains(field)) {
                mistakes.add(new Mistake(key, "must be left out, or its event kind taken out of events"));
            }
            if (!URL.matcher(url).matches()) {
                mistakes.add(new Mistake(key, "must have a URL as its value, https://… or http://…"));
            }
        });
        return mistakes;
    }

    private static String field(String eventKind) {
        return eventKind.replace('-', '_') + "_url";
    }
}
