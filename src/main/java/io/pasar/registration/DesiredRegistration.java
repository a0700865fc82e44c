package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pasar.account.Account;
import io.pasar.account.PublicUrl;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the configuration asks for. Immutable.
 *
 * @param webhooks every wanted event kind and its URL, in the order of the configuration
 * @param carryOver what else every write sends: the marketplace's field to its URL
 * @param secret fingerprint
 * @param urlPrefix what all of this account's URLs begin with; the event kind follows
 * @param formerPrefixes what they began with under former public URLs; nothing that is asked for, so not in the digest
 */
record DesiredRegistration(
        Map<String, String> webhooks,
        Map<String, String> carryOver,
        List<String> warehouses,
        String secret,
        String urlPrefix,
        @JsonIgnore List<String> formerPrefixes) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static DesiredRegistration of(Account account, PublicUrl publicUrl) {
        Map<String, String> webhooks = new LinkedHashMap<>();
        account.events().forEach(kind -> webhooks.put(kind, publicUrl.webhook(account, kind)));
        return new DesiredRegistration(
                webhooks,
                account.carryOver(),
                account.warehouses(),
                account.registeredSecret().fingerprint(account.marketplace(), account.id()),
                publicUrl.webhook(account, ""),
                publicUrl.webhooks(account, "").stream().skip(1).toList());
    }

    /** Whether this URL is the one that we register, would register, or registered once for this event kind. */
    boolean isOurs(String kind, String url) {
        return url.equals(urlPrefix + kind) || formerPrefixes.stream().anyMatch(prefix -> url.equals(prefix + kind));
    }

    /** Tells whether two configurations of an account ask for the same. */
    String digest() {
        try {
            byte[] json = JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json), 0, 16);
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("Texts can be hashed", e);
        }
    }
}
