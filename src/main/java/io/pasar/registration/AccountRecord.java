package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;

/**
 * Everything that is remembered of one account's registration: a record's value in {@code pasar.registrations}, as
 * JSON. Immutable; holds secrets as fingerprints only.
 *
 * @param reason null when there is nothing to say
 * @param since when this state began
 * @param checkedAt when the account was last looked at
 * @param nextCheckAt when it is due again
 * @param attempts tries in a row that did not end as desired
 * @param uncertain whether a write may have been stored that we know no answer of
 * @param desired digest of what the configuration asked for then
 * @param sent null if nothing was ever sent successfully
 * @param evidence null in records that were written before it was kept
 * @param reconciled id of the {@link Reconciliation} that the last check has answered; null if there was none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record AccountRecord(
        String marketplace,
        String account,
        State state,
        String reason,
        Instant since,
        Instant checkedAt,
        Instant nextCheckAt,
        int attempts,
        boolean uncertain,
        String desired,
        Sent sent,
        Evidence evidence,
        String reconciled) {

    String key() {
        return marketplace + "/" + account;
    }

    /** Whether it is one of ours, for this account: whoever may write to the topic can write anything. */
    boolean isWhole(String key) {
        return key.equals(key())
                && state != null
                && since != null
                && checkedAt != null
                && nextCheckAt != null
                && attempts >= 0
                && (sent == null || sent.isWhole())
                && (evidence == null || evidence.isWhole());
    }

    /** Whether webhooks of it may come, as far as is known. One that was never taken, a misspelt id say, is not meant. */
    boolean isRegistered() {
        return sent != null || state == State.IN_SYNC || state == State.DRIFTED;
    }

    RegistrationStatus status() {
        return new RegistrationStatus(
                marketplace, account, state, reason, since, sent == null ? null : sent.sentAt(), nextCheckAt);
    }
}
