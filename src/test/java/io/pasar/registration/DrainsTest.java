package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.pasar.SettableClock;
import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.account.Secret;
import io.pasar.marketplace.TestAccounts;
import io.pasar.observation.Observations;
import io.pasar.observation.Sightings;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DrainsTest {

    private static final Instant NOW = Instant.parse("2031-02-03T04:05:06Z");
    private static final Duration DRAIN_FOR = Duration.ofHours(4);
    private static final Instant LONG_AGO = NOW.minus(Duration.ofDays(9));
    private static final Instant JUST_ENOUGH = NOW.minus(DRAIN_FOR);
    private static final Instant TOO_LATE = JUST_ENOUGH.plusMillis(1);

    private static final String CURRENT = "https://gw.example";
    private static final String FORMER = "https://old.example/pasar";
    private static final PublicUrl PUBLIC_URL = new PublicUrl(URI.create(CURRENT), List.of(URI.create(FORMER)));

    private final Account account = TestAccounts.tiki("p77", "order", "stock");
    private final Account another = TestAccounts.tiki("p78", "order");
    private final String added = fingerprint(account.webhookSecrets().get(0));
    private final String old = fingerprint(account.webhookSecrets().get(1));
    private final RegistrationRecords records = mock(RegistrationRecords.class);
    private final Observations observations = mock(Observations.class);
    private final SettableClock clock = new SettableClock();
    private final Accounts accounts = new Accounts(List.of(account));
    private final Drains drains = new Drains(accounts, PUBLIC_URL, records, observations, DRAIN_FOR, clock);

    @BeforeEach
    void everythingIsQuietAndRegistered() {
        clock.set(NOW);
        when(records.areRead()).thenReturn(true);
        when(records.find(any())).thenReturn(Optional.empty());
        recorded(account, State.ASSERTED, false, sent(added, CURRENT, LONG_AGO, LONG_AGO));
        seen(account, LONG_AGO, Map.of(), Map.of());
    }

    @Test
    void anOldSecretMayGoWhenItHasBeenQuietForLongEnough() {
        // Given
        seen(account, LONG_AGO, Map.of(added, NOW, old, JUST_ENOUGH), Map.of());

        // Then
        assertThat(drains.secrets(account, null))
                .containsExactly(
                        new SecretUse(added, SecretUse.Role.REGISTERED, NOW, false),
                        new SecretUse(old, SecretUse.Role.ACCEPTED, JUST_ENOUGH, true));

        // When
        seen(account, LONG_AGO, Map.of(old, TOO_LATE), Map.of());
        // Then
        assertThat(isOldSecretRemovable()).isFalse();
    }

    @Test
    void anOldSecretStaysUntilTheNewOneHasBeenRegisteredForLongEnough() {
        // When
        recorded(account, State.ASSERTED, false, sent(added, CURRENT, TOO_LATE, null));
        // Then
        assertThat(isOldSecretRemovable()).isFalse();

        // When
        recorded(account, State.ASSERTED, false, sent(added, CURRENT, JUST_ENOUGH, null));
        // Then
        assertThat(isOldSecretRemovable()).isTrue();
    }

    @Test
    void anOldSecretStaysWhileTheNewOneIsNotRegistered() {
        // When
        recorded(account, State.ASSERTED, false, sent(old, CURRENT, LONG_AGO, null));
        // Then
        assertThat(isOldSecretRemovable()).isFalse();

        // When
        recorded(account, State.ASSERTED, true, sent(added, CURRENT, LONG_AGO, null));
        // Then
        assertThat(isOldSecretRemovable()).as("a write may have been stored").isFalse();

        // When
        recorded(account, State.IN_SYNC, false, sent(added, CURRENT, LONG_AGO, null));
        // Then
        assertThat(drains.secrets(account, old).get(1).removable())
                .as("the marketplace lists the old one")
                .isFalse();
        assertThat(drains.secrets(account, added).get(1).removable()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void nothingMayGoWhereSomethingElseMayBeRegistered(State state) {
        // When
        recorded(account, state, false, sent(added, CURRENT, LONG_AGO, null));

        // Then
        boolean settled = state == State.IN_SYNC || state == State.ASSERTED;
        assertThat(isOldSecretRemovable()).isEqualTo(settled);
        assertThat(former().drained()).isEqualTo(settled);
    }

    @Test
    void whatWasListedAsDesiredWithoutBeingSentIsRegisteredToo() {
        // When
        recorded(account, State.IN_SYNC, false, null);
        // Then
        assertThat(isOldSecretRemovable()).isTrue();

        // When
        recorded(account, State.ASSERTED, false, null);
        // Then
        assertThat(isOldSecretRemovable()).isFalse();
    }

    @Test
    void whatCameBeforeObservationBeganCountsAsUse() {
        for (Instant unknown : new Instant[] {null, TOO_LATE}) {
            // When
            seen(account, unknown, Map.of(), Map.of());

            // Then
            assertThat(isOldSecretRemovable()).isFalse();
            assertThat(drains.addresses(account)).noneMatch(AddressUse::drained);
            assertThat(former().drained()).isFalse();
            assertThat(former().reason()).isNotBlank();
        }

        // When
        seen(account, JUST_ENOUGH, Map.of(), Map.of());
        // Then
        assertThat(isOldSecretRemovable()).isTrue();
        assertThat(former().drained()).isTrue();
    }

    @Test
    void nothingMayGoBeforeWhatWasRecordedHasBeenRead() {
        // When
        when(records.areRead()).thenReturn(false);

        // Then
        assertThat(isOldSecretRemovable()).isFalse();
        assertThat(drains.addresses(account)).noneMatch(AddressUse::drained);
        assertThat(former().drained()).isFalse();
    }

    @Test
    void aFormerAddressIsDrainedWhenItHasBeenQuietForLongEnough() {
        // Given
        seen(account, LONG_AGO, Map.of(), Map.of(CURRENT, NOW, FORMER, JUST_ENOUGH));

        // Then
        assertThat(drains.addresses(account))
                .containsExactly(
                        new AddressUse(CURRENT, AddressUse.Role.CURRENT, NOW, false),
                        new AddressUse(FORMER, AddressUse.Role.FORMER, JUST_ENOUGH, true),
                        new AddressUse(null, AddressUse.Role.OTHER, null, false));
        assertThat(drains.addresses())
                .containsExactly(
                        new AddressTraffic(CURRENT, AddressUse.Role.CURRENT, NOW, 1, false, null),
                        new AddressTraffic(FORMER, AddressUse.Role.FORMER, JUST_ENOUGH, 0, true, null),
                        new AddressTraffic(null, AddressUse.Role.OTHER, null, 0, false, null));

        // When
        seen(account, LONG_AGO, Map.of(), Map.of(FORMER, TOO_LATE));
        // Then
        assertThat(drains.addresses(account)).noneMatch(AddressUse::drained);
        assertThat(former().accounts()).isOne();
        assertThat(former().reason()).startsWith("It was used at " + TOO_LATE);
    }

    @Test
    void aFormerAddressWaitsForEveryAccount() {
        // Given
        accounts.replace(List.of(account, another));
        seen(another, LONG_AGO, Map.of(), Map.of(FORMER, NOW));
        recorded(another, State.ASSERTED, false, sent(another, added, FORMER, LONG_AGO, null));

        // Then
        assertThat(drains.addresses(account)).filteredOn(AddressUse::drained).hasSize(1);
        assertThat(drains.addresses(another)).noneMatch(AddressUse::drained);
        assertThat(former())
                .extracting(AddressTraffic::lastUsedAt, AddressTraffic::accounts, AddressTraffic::drained)
                .containsExactly(NOW, 1, false);
        assertThat(former().reason()).contains("1 account(s)", "tiki/p78");

        // When
        recorded(another, State.ASSERTED, false, sent(another, added, CURRENT, NOW, NOW));
        // Then
        assertThat(former().reason()).startsWith("It was used at");

        // When
        seen(another, LONG_AGO, Map.of(), Map.of());
        // Then
        assertThat(former().reason()).startsWith("The last account was registered at the current URL at " + NOW);
        assertThat(drains.addresses(another)).noneMatch(AddressUse::drained);

        // When
        recorded(another, State.ASSERTED, false, sent(another, added, CURRENT, NOW, JUST_ENOUGH));
        // Then
        assertThat(former().drained()).isTrue();
    }

    @Test
    void anAccountThatIsNewHoldsUpNoAddress() {
        // Given
        accounts.replace(List.of(account, another));
        seen(another, NOW, Map.of(), Map.of());
        recorded(another, State.ASSERTED, false, sent(another, added, CURRENT, NOW, null));

        // Then
        assertThat(former().drained()).isTrue();
    }

    @Test
    void whatCameForAnUnknownAddressMayHaveBeenForAFormerOne() {
        // When
        seen(account, LONG_AGO, Map.of(), Map.of(PublicUrl.OTHER, TOO_LATE));

        // Then
        assertThat(drains.addresses(account))
                .extracting(AddressUse::role, AddressUse::lastUsedAt, AddressUse::drained)
                .containsExactly(
                        tuple(AddressUse.Role.CURRENT, null, false),
                        tuple(AddressUse.Role.FORMER, null, false),
                        tuple(AddressUse.Role.OTHER, TOO_LATE, false));
        assertThat(former().reason()).contains("pasar.ingest.trusted-proxies");
    }

    private boolean isOldSecretRemovable() {
        return drains.secrets(account, null).get(1).removable();
    }

    private AddressTraffic former() {
        return drains.addresses().get(1);
    }

    private void seen(Account of, Instant since, Map<String, Instant> secrets, Map<String, Instant> addresses) {
        when(observations.sightings(of)).thenReturn(new Sightings(since, Map.of(), secrets, addresses));
    }

    private void recorded(Account of, State state, boolean uncertain, Sent sent) {
        String digest = DesiredRegistration.of(of, PUBLIC_URL).digest();
        AccountRecord value = new AccountRecord(
                of.marketplace(), of.id(), state, null, LONG_AGO, NOW, NOW, 0, uncertain, digest, sent, null, null);
        when(records.find(of.key())).thenReturn(Optional.of(value));
    }

    private Sent sent(String secret, String url, Instant secretSince, Instant movedAt) {
        return sent(account, secret, url, secretSince, movedAt);
    }

    private static Sent sent(Account of, String secret, String url, Instant secretSince, Instant movedAt) {
        return new Sent(
                NOW,
                Map.of("order", url + "/webhooks/" + of.key() + "/order"),
                Map.of(),
                List.of(),
                secret,
                null,
                secretSince,
                movedAt);
    }

    private static String fingerprint(Secret secret) {
        return secret.fingerprint("tiki", "p77");
    }
}
