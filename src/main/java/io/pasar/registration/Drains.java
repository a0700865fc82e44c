package io.pasar.registration;

import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.account.Secret;
import io.pasar.observation.Observations;
import io.pasar.observation.Sightings;
import io.pasar.registration.AddressUse.Role;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Which old secrets and former addresses may go. A marketplace may send again what failed, signed as it was and to
 * where it was sent first, so neither may go before it has been quiet for
 * {@code drain-for}. What is not known counts as use: before observation began, or while the new one is not known to be
 * registered. Safe for use by many threads.
 */
final class Drains {

    /**
     * In all other states something else may be registered than what we last sent: a check that fails may hide a drift
     * that the one before it found.
     */
    private static final Set<State> SETTLED = Set.of(State.IN_SYNC, State.ASSERTED);

    private final Accounts accounts;
    private final PublicUrl publicUrl;
    private final RegistrationRecords records;
    private final Observations observations;
    private final Duration drainFor;
    private final Clock clock;

    Drains(
            Accounts accounts,
            PublicUrl publicUrl,
            RegistrationRecords records,
            Observations observations,
            Duration drainFor,
            Clock clock) {
        this.accounts = accounts;
        this.publicUrl = publicUrl;
        this.records = records;
        this.observations = observations;
        this.drainFor = drainFor;
        this.clock = clock;
    }

    /**
     * The account's secrets, in the order of the configuration.
     *
     * @param listedSecret fingerprint of the one that the marketplace lists; null where it does not show it
     */
    List<SecretUse> secrets(Account account, String listedSecret) {
        Sightings seen = observations.sightings(account);
        String registered = account.registeredSecret().fingerprint(account.marketplace(), account.id());
        boolean other = listedSecret != null && !listedSecret.equals(registered);
        Instant since = other ? null : secretSince(account, registered);
        List<SecretUse> uses = new ArrayList<>();
        for (Secret secret : new LinkedHashSet<>(account.webhookSecrets())) {
            String fingerprint = secret.fingerprint(account.marketplace(), account.id());
            Instant lastUsedAt = seen.secrets().get(fingerprint);
            boolean first = fingerprint.equals(registered);
            boolean removable = !first
                    && since != null
                    && seen.observedSince() != null
                    && isQuiet(since, seen.observedSince(), lastUsedAt);
            SecretUse.Role role = first ? SecretUse.Role.REGISTERED : SecretUse.Role.ACCEPTED;
            uses.add(new SecretUse(fingerprint, role, lastUsedAt, removable));
        }
        return List.copyOf(uses);
    }

    /** The configured addresses, the current one first, then all others together. */
    List<AddressUse> addresses(Account account) {
        Sightings seen = observations.sightings(account);
        Registered registered = registered(account);
        Instant elsewhere = seen.addresses().get(PublicUrl.OTHER);
        List<AddressUse> uses = new ArrayList<>();
        for (URI url : publicUrl.all()) {
            Instant lastUsedAt = seen.addresses().get(url.toString());
            boolean drained = isFormer(url)
                    && registered.atCurrent
                    && seen.observedSince() != null
                    && isQuiet(seen.observedSince(), registered.movedAt, lastUsedAt, elsewhere);
            uses.add(new AddressUse(url.toString(), isFormer(url) ? Role.FORMER : Role.CURRENT, lastUsedAt, drained));
        }
        uses.add(new AddressUse(null, Role.OTHER, elsewhere, false));
        return List.copyOf(uses);
    }

    /** The same over all accounts. */
    List<AddressTraffic> addresses() {
        List<Account> all = accounts.all();
        List<Sightings> seen = all.stream().map(observations::sightings).toList();
        List<String> unregistered = new ArrayList<>();
        List<Instant> moved = new ArrayList<>();
        for (Account account : all) {
            Registered registered = registered(account);
            if (!registered.atCurrent) {
                unregistered.add(account.key());
            } else if (registered.movedAt != null) {
                moved.add(registered.movedAt);
            }
        }
        // The earliest: of an account that was added later there was nothing to be seen before
        Instant observedSince = seen.stream()
                .map(Sightings::observedSince)
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(null);
        Instant elsewhere = lastUsedAt(seen, PublicUrl.OTHER);
        List<AddressTraffic> traffic = new ArrayList<>();
        for (URI url : publicUrl.all()) {
            Instant lastUsedAt = lastUsedAt(seen, url.toString());
            String reason = isFormer(url)
                    ? inUse(unregistered, observedSince, Sightings.latest(moved), lastUsedAt, elsewhere)
                    : null;
            boolean drained = isFormer(url) && reason == null;
            traffic.add(new AddressTraffic(
                    url.toString(),
                    isFormer(url) ? Role.FORMER : Role.CURRENT,
                    lastUsedAt,
                    users(seen, url.toString()),
                    drained,
                    reason));
        }
        traffic.add(new AddressTraffic(null, Role.OTHER, elsewhere, users(seen, PublicUrl.OTHER), false, null));
        return List.copyOf(traffic);
    }

    /** Why a former address may not go yet; null if it may. */
    private String inUse(
            List<String> unregistered, Instant observedSince, Instant movedAt, Instant lastUsedAt, Instant elsewhere) {
        if (!records.areRead() || observedSince == null) {
            return "What is known has not been read from Kafka yet";
        }
        if (!unregistered.isEmpty()) {
            return "Not known to be registered at the current URL: " + unregistered.size() + " account(s), "
                    + unregistered.get(0) + " among them";
        }
        if (!isQuiet(lastUsedAt)) {
            return "It was used at " + lastUsedAt + ", which is not " + Periods.text(drainFor) + " ago";
        }
        if (!isQuiet(movedAt)) {
            return "The last account was registered at the current URL at " + movedAt + ", which is not "
                    + Periods.text(drainFor) + " ago";
        }
        if (!isQuiet(observedSince)) {
            return "What came before " + observedSince + " is not known, which is not " + drainFor + " ago";
        }
        if (!isQuiet(elsewhere)) {
            return "At " + elsewhere + " a webhook came for an address that is not configured, and may have been for"
                    + " this one: does a proxy change Host, and is it in pasar.ingest.trusted-proxies?";
        }
        return null;
    }

    /** Whether all of these are long ago; what is null never was. */
    private boolean isQuiet(Instant... uses) {
        Instant before = clock.instant().minus(drainFor);
        return Arrays.stream(uses).allMatch(use -> use == null || !use.isAfter(before));
    }

    private static Instant lastUsedAt(List<Sightings> seen, String address) {
        return Sightings.latest(seen.stream()
                .map(each -> each.addresses().get(address))
                .filter(Objects::nonNull)
                .toList());
    }

    private int users(List<Sightings> seen, String address) {
        return (int) seen.stream()
                .map(each -> each.addresses().get(address))
                .filter(at -> !isQuiet(at))
                .count();
    }

    private boolean isFormer(URI url) {
        return !url.equals(publicUrl.value());
    }

    /** Since when this secret is registered, for all we know; null if it is not known to be. */
    private Instant secretSince(Account account, String fingerprint) {
        AccountRecord known = settled(account);
        if (known == null) {
            return null;
        }
        Sent sent = known.sent();
        if (sent != null && fingerprint.equals(sent.secret())) {
            return sent.secretSince() == null ? sent.sentAt() : sent.secretSince();
        }
        return isListedAsDesired(known, account) ? known.since() : null;
    }

    private Registered registered(Account account) {
        AccountRecord known = settled(account);
        if (known == null) {
            return new Registered(false, null);
        }
        Sent sent = known.sent();
        String prefix = publicUrl.webhook(account, "");
        if (sent != null && sent.webhooks().values().stream().allMatch(url -> url.startsWith(prefix))) {
            return new Registered(true, sent.movedAt());
        }
        return new Registered(isListedAsDesired(known, account), known.since());
    }

    /** Null while what is registered may be something else than what is recorded. */
    private AccountRecord settled(Account account) {
        return records.find(account.key())
                .filter(known -> records.areRead() && !known.uncertain() && SETTLED.contains(known.state()))
                .orElse(null);
    }

    /** So it was found, without anything having been sent by us. */
    private boolean isListedAsDesired(AccountRecord known, Account account) {
        return known.state() == State.IN_SYNC
                && DesiredRegistration.of(account, publicUrl).digest().equals(known.desired());
    }

    /** @param movedAt when the last registration at another address was replaced; null if there was none */
    private record Registered(boolean atCurrent, Instant movedAt) {}
}
