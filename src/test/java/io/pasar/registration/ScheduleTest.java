package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.account.PublicUrl;
import io.pasar.marketplace.TestAccounts;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    private static final Duration EVERY = Duration.ofMinutes(15);
    private static final Instant NOW = Instant.parse("2031-02-03T04:05:06Z");
    private static final String DESIRED = desired("order");

    @Test
    void isDueWhenItWasNeverLookedAt() {
        assertThat(Schedule.isDue(null, DESIRED, null, NOW, EVERY)).isTrue();
    }

    @Test
    void isDueWhenItsTimeHasCome() {
        assertThat(isDue(State.IN_SYNC, NOW.minus(EVERY), NOW)).isTrue();
        assertThat(isDue(State.IN_SYNC, NOW.minus(EVERY).plusMillis(1), NOW.plusMillis(1)))
                .isFalse();
    }

    @Test
    void isDueWhenTheConfigurationAsksForSomethingElse() {
        assertThat(Schedule.isDue(
                        record(State.ASSERTED, NOW, NOW.plus(EVERY)), desired("order", "stock"), null, NOW, EVERY))
                .isTrue();
    }

    @Test
    void isDueWhenChecksAreToComeMoreOftenThanBefore() {
        assertThat(isDue(State.IN_SYNC, NOW.minus(EVERY), NOW.plus(Duration.ofHours(1))))
                .isTrue();
    }

    @Test
    void waitsAsLongAsTheMarketplaceAskedEvenIfThatIsLongerThanRegular() {
        assertThat(isDue(State.FAILING, NOW.minus(EVERY), NOW.plus(Duration.ofHours(1))))
                .isFalse();
    }

    @Test
    void isDueUntilItHasAnsweredTheLastRequestToCheckAll() {
        AccountRecord checked = record(State.FAILING, NOW, NOW.plus(EVERY));
        assertThat(Schedule.isDue(checked, DESIRED, "request-1", NOW, EVERY)).isTrue();
        assertThat(Schedule.isDue(reconciled(checked, "request-1"), DESIRED, "request-1", NOW, EVERY))
                .isFalse();
        assertThat(Schedule.isDue(reconciled(checked, "request-1"), DESIRED, "request-2", NOW, EVERY))
                .isTrue();
    }

    @Test
    void isDueWhenTheClockWasAheadAtTheLastCheck() {
        // Given
        Instant nextYear = NOW.plus(Duration.ofDays(365));

        // Then
        assertThat(isDue(State.IN_SYNC, nextYear, nextYear.plus(EVERY))).isTrue();
        assertThat(isDue(State.REFUSED, nextYear, nextYear.plus(EVERY))).isTrue();
        assertThat(isDue(State.IN_SYNC, NOW.plusSeconds(30), NOW.plus(EVERY))).isFalse();
    }

    private static AccountRecord reconciled(AccountRecord record, String reconciliation) {
        return new AccountRecord(
                record.marketplace(),
                record.account(),
                record.state(),
                record.reason(),
                record.since(),
                record.checkedAt(),
                record.nextCheckAt(),
                record.attempts(),
                record.uncertain(),
                record.desired(),
                record.sent(),
                record.evidence(),
                reconciliation);
    }

    private static boolean isDue(State state, Instant checkedAt, Instant nextCheckAt) {
        return Schedule.isDue(record(state, checkedAt, nextCheckAt), DESIRED, null, NOW, EVERY);
    }

    private static AccountRecord record(State state, Instant checkedAt, Instant nextCheckAt) {
        return new AccountRecord(
                "tiki", "p77", state, null, checkedAt, checkedAt, nextCheckAt, 0, false, DESIRED, null, null, null);
    }

    private static String desired(String... events) {
        return DesiredRegistration.of(TestAccounts.tiki("p77", events), new PublicUrl(URI.create("https://gw.example")))
                .digest();
    }
}
