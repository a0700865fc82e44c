package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.account.Account;
import io.pasar.account.PublicUrl;
import io.pasar.marketplace.Listing;
import io.pasar.marketplace.TestAccounts;
import io.pasar.registration.Plan.Change;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunTest {

    private static final Instant FIRST = Instant.parse("2031-02-03T04:05:06Z");
    private static final Instant NOW = FIRST.plusSeconds(3600);
    private static final Listing SOMETHING = new Listing(Map.of(), Map.of(), null);

    private final Account account = TestAccounts.at("tokopedia", "13004", "order-status");
    private final DesiredRegistration desired =
            DesiredRegistration.of(account, new PublicUrl(URI.create("https://gw.example")));
    private final Sent before = Sent.of(desired, FIRST, null);

    @Test
    void whatWasListedInPlaceOfOursCountsAsRegisteredUntilNow() {
        // When
        Sent repaired =
                written(SOMETHING, new Change("order-status", Plan.Action.CHANGE, "https://old.example/x", "u"));
        Sent signedAnew = written(SOMETHING, new Change("secret", Plan.Action.CHANGE, "f1", "f2"));
        Sent filledIn = written(SOMETHING, new Change("order-status", Plan.Action.SET, null, "u"));
        Sent blind = written(null, new Change("order-status", Plan.Action.CHANGE, "https://old.example/x", "u"));

        // Then
        assertThat(repaired.movedAt()).isEqualTo(NOW);
        assertThat(repaired.secretSince()).isEqualTo(FIRST);
        assertThat(signedAnew.movedAt()).isNull();
        assertThat(signedAnew.secretSince()).isEqualTo(NOW);
        assertThat(List.of(filledIn, blind)).allSatisfy(sent -> {
            assertThat(sent.movedAt()).isNull();
            assertThat(sent.secretSince()).isEqualTo(FIRST);
        });
    }

    private Sent written(Listing listed, Change change) {
        Command command = new Command("id", Action.APPLY, "tokopedia", "13004", Trigger.TIMER);
        AccountRecord record = new AccountRecord(
                "tokopedia", "13004", State.IN_SYNC, null, FIRST, FIRST, FIRST, 0, false, null, before, null, null);
        Run run = new Run(command, account, desired, record, null);
        run.listed = listed;
        run.plan = new Plan(List.of(change), List.of());
        return run.inPlaceOfWhatWas(Sent.of(desired, NOW, null));
    }
}
