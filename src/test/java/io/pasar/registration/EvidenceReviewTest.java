package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.SettableClock;
import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.Account.TokenAuth;
import io.pasar.account.PublicUrl;
import io.pasar.account.Secret;
import io.pasar.marketplace.TestAccounts;
import io.pasar.observation.Observations;
import io.pasar.registration.Episode.Kind;
import io.pasar.registration.RegistrationConfiguration.Thresholds;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class EvidenceReviewTest {

    private static final Secret SECRET = new Secret("made-up-secret");

    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final Duration REASSERT_EVERY = Duration.ofHours(6);
    private static final Duration HEARD_OF_WITHIN = Duration.ofMinutes(2);
    private static final List<String> ALL_BLIND = List.of("order", "stock", "secret");

    private final SettableClock clock = new SettableClock();
    private final Instant start = clock.instant();
    private final Observations observations = new Observations(clock);
    private final EvidenceReview review = new EvidenceReview(
            observations,
            new RegistrationConfiguration(
                    Duration.ofMinutes(15), REASSERT_EVERY, Duration.ofHours(4), new Thresholds(10, WINDOW)));
    private final Account account = TestAccounts.tiki("p77", "order", "stock");
    private final Account expectant =
            TestAccounts.expecting(TestAccounts.tiki("p77", "order", "stock"), Map.of("order", Duration.ofHours(1)));

    @Test
    void opensOneEpisodeForAStreakThatIsToldOverAndOver() {
        // Given
        List<Episode> first = review.episodes(account, record(), streak(18), clock.instant());

        // When
        clock.forward(WINDOW.minusSeconds(1));
        List<Episode> again = review.episodes(account, record(first), streak(30), clock.instant());
        clock.forward(Duration.ofSeconds(1));
        List<Episode> later = review.episodes(account, record(first), streak(31), clock.instant());

        // Then
        assertThat(first).containsExactly(new Episode(Kind.SIGNATURES, "order", start, 18, start, null));
        assertThat(again).isEqualTo(first);
        assertThat(later).containsExactly(new Episode(Kind.SIGNATURES, "order", start, 31, clock.instant(), null));
    }

    @Test
    void believesNoStreakThatItsOwnObservationsSpeakAgainst() {
        // When
        observations.verified("tiki", "p77", "order", SECRET, PublicUrl.OTHER);

        // Then
        assertThat(review.episodes(account, record(), streak(18), clock.instant()))
                .isEmpty();
    }

    @Test
    void believesNothingThatCannotBe() {
        // Given
        Instant now = clock.instant();
        clock.forward(REASSERT_EVERY.plusSeconds(1));

        // Then
        assertThat(List.of(
                        new Suspicion(null, 18, now, now),
                        new Suspicion("order", 18, null, now),
                        new Suspicion("order", 18, now, null),
                        new Suspicion("order", 9, now, clock.instant()),
                        new Suspicion("aftersale", 18, now, clock.instant()),
                        new Suspicion("order", 18, clock.instant(), now),
                        new Suspicion("order", 18, now, now),
                        new Suspicion("order", 18, now, clock.instant().plus(REASSERT_EVERY))))
                .allSatisfy(suspicion -> assertThat(review.episodes(account, record(), suspicion, clock.instant()))
                        .isEmpty());
    }

    @ParameterizedTest
    @EnumSource(
            value = State.class,
            mode = Mode.EXCLUDE,
            names = {"ASSERTED", "IN_SYNC", "DRIFTED"})
    void leavesAnAccountAloneThatHasOtherTroubles(State state) {
        // Given
        AccountRecord before = record(state, new Evidence(ALL_BLIND, null, null, null));
        clock.forward(Duration.ofHours(2));

        // Then
        assertThat(review.isNews(expectant, before, streak(18), clock.instant()))
                .isFalse();
        assertThat(review.isNews(expectant, null, streak(18), clock.instant())).isFalse();
    }

    @Test
    void endsAnEpisodeWithAVerifiedDelivery() {
        // Given
        List<Episode> open = review.episodes(account, record(), streak(18), clock.instant());
        clock.forward(Duration.ofSeconds(1));

        // When
        observations.verified("tiki", "p77", "stock", SECRET, PublicUrl.OTHER);
        List<Episode> stillOpen = review.episodes(account, record(open), null, clock.instant());
        observations.verified("tiki", "p77", "order", SECRET, PublicUrl.OTHER);

        // Then
        assertThat(stillOpen).isEqualTo(open);
        assertThat(review.episodes(account, record(open), null, clock.instant()))
                .isEmpty();
        assertThat(review.isNews(account, record(open), null, clock.instant())).isTrue();
    }

    @Test
    void endsAnEpisodeWhenNobodySignsWronglyAnyMore() {
        // Given
        List<Episode> open = review.episodes(account, record(), streak(18), clock.instant());

        // When
        clock.forward(REASSERT_EVERY);
        List<Episode> stillOpen = review.episodes(account, record(open), null, clock.instant());
        clock.forward(Duration.ofMillis(1));

        // Then
        assertThat(stillOpen).isEqualTo(open);
        assertThat(review.episodes(account, record(open), null, clock.instant()))
                .isEmpty();
    }

    @Test
    void countsSilenceFromTheStartOfTheGatewayOrTheRegistrationOrTheLastDelivery() {
        // Given
        Duration told = Duration.ofHours(1).plus(HEARD_OF_WITHIN);
        Evidence young = new Evidence(ALL_BLIND, Map.of("order", start.plus(Duration.ofMinutes(30))), null, List.of());

        // Then
        clock.forward(told.minusMillis(1));
        assertThat(silence(Evidence.NONE)).isEmpty();
        clock.forward(Duration.ofMillis(1));
        assertThat(silence(Evidence.NONE)).containsExactly(Episode.silence("order", start));
        assertThat(silence(young)).isEmpty();
        clock.forward(Duration.ofMinutes(30));
        assertThat(silence(young)).containsExactly(Episode.silence("order", start.plus(Duration.ofMinutes(30))));
        Instant verified = clock.instant();
        observations.verified("tiki", "p77", "order", SECRET, PublicUrl.OTHER);
        clock.forward(told.minusMillis(1));
        assertThat(silence(young)).isEmpty();
        clock.forward(Duration.ofMillis(1));
        assertThat(silence(young)).containsExactly(Episode.silence("order", verified));
    }

    @Test
    void isSilentAboutKindsThatNothingIsExpectedOf() {
        // When
        clock.forward(Duration.ofDays(30));

        // Then
        assertThat(review.episodes(account, record(), null, clock.instant())).isEmpty();
        assertThat(review.isNews(account, record(), null, clock.instant())).isFalse();
    }

    @Test
    void keepsSilenceOpenOverARestart() {
        // Given
        List<Episode> open = List.of(Episode.silence("order", start).resent(start));
        clock.forward(Duration.ofHours(1));
        EvidenceReview restarted = new EvidenceReview(
                new Observations(clock),
                new RegistrationConfiguration(
                        Duration.ofMinutes(15), REASSERT_EVERY, Duration.ofHours(4), new Thresholds(10, WINDOW)));

        // Then
        assertThat(restarted.episodes(expectant, record(open), null, clock.instant()))
                .isEqualTo(open);
        assertThat(restarted.isNews(expectant, record(open), null, clock.instant()))
                .isFalse();
    }

    @Test
    void endsSilenceWhenNothingIsExpectedAnyMore() {
        // Given
        List<Episode> open = List.of(Episode.silence("order", start));
        clock.forward(Duration.ofHours(1));

        // Then
        assertThat(review.episodes(account, record(open), null, clock.instant()))
                .isEmpty();
        assertThat(review.episodes(
                        TestAccounts.expecting(account, Map.of("order", Duration.ofHours(2))),
                        record(open),
                        null,
                        clock.instant()))
                .isEmpty();
    }

    @Test
    void sendsAgainOncePerEpisodeAndNotSoonerThanRegularWritesCome() {
        // Given
        Evidence open = new Evidence(ALL_BLIND, null, null, List.of(Episode.silence("order", start)));

        // When
        Evidence written = open.written(start, List.of("order"));
        Evidence another = written.with(ALL_BLIND, List.of(Episode.silence("stock", start)));

        // Then
        assertThat(review.isToResend(open, start)).isTrue();
        assertThat(review.isToResend(written, start.plus(Duration.ofDays(1)))).isFalse();
        assertThat(review.isToResend(another, start.plus(REASSERT_EVERY).minusMillis(1)))
                .isFalse();
        assertThat(review.isToResend(another, start.plus(REASSERT_EVERY))).isTrue();
    }

    @Test
    void takesAWriteForTheAnswerToEveryEventKindThatWasDoubtfulThen() {
        // Given
        Instant resentAt = start.plusSeconds(1);
        AccountRecord before = record(State.DRIFTED, new Evidence(ALL_BLIND, null, resentAt, null));
        clock.forward(Duration.ofSeconds(2));
        Suspicion later = new Suspicion("stock", 18, clock.instant(), clock.instant());

        // Then
        assertThat(review.episodes(account, before, streak(18), clock.instant()))
                .extracting(Episode::resentAt)
                .containsExactly(resentAt);
        assertThat(review.episodes(account, before, later, clock.instant()))
                .extracting(Episode::resentAt)
                .containsOnlyNulls();
    }

    @Test
    void sendsNothingAgainThatTheMarketplaceShows() {
        // Given
        Episode signatures = Episode.signatures(streak(18));
        Evidence shown =
                new Evidence(List.of("stock"), null, null, List.of(signatures, Episode.silence("order", start)));

        // Then
        assertThat(review.isToResend(shown, start)).isFalse();
        assertThat(shown.isDoubtful()).isFalse();
        assertThat(review.reason(expectant, shown, null, start))
                .contains("The marketplace lists our secret", "The marketplace lists our URL");
    }

    @Test
    void saysWhatHappenedWhatWasDoneAndWhatToDo() {
        // Given
        Episode signatures = Episode.signatures(streak(18)).resent(start.plusSeconds(60));
        Evidence evidence = new Evidence(ALL_BLIND, null, start, List.of(signatures, Episode.silence("order", start)));

        // Then
        assertThat(review.reason(expectant, evidence, null, start))
                .isEqualTo("18 or more deliveries of order in a row were signed with another secret, since 2031-02-03"
                        + " 04:05 UTC. The secret was sent again at 2031-02-03 04:06 UTC. If it goes on, compare the"
                        + " secret in the marketplace's console with the first of webhook-secrets; pasar.quarantine"
                        + " shows what came. No delivery of order since 2031-02-03 04:05 UTC; one is expected every 1h."
                        + " The registration was sent again not long ago, and will be once more. If it goes on, look in"
                        + " the marketplace's console whether webhooks are switched on, and whether this gateway can be"
                        + " reached.");
    }

    @Test
    void saysThatAnAssertionIsTooOldHalfAPeriodAfterItsTime() {
        // Given
        Account reported = TestAccounts.tiki("p77", TokenAuth.BASIC, OnDrift.REPORT, TestAccounts.TIKI_SECRET, "order");
        Sent sent = new Sent(start, Map.of(), Map.of(), List.of(), "f", null, start, null);
        Evidence blind = Evidence.NONE.with(ALL_BLIND, List.of());

        // Then
        Instant from = start.plus(Duration.ofHours(9));
        assertThat(review.isTooOld(sent, blind, from.minusMillis(1))).isFalse();
        assertThat(review.isTooOld(sent, blind, from)).isTrue();
        assertThat(review.isTooOld(sent, Evidence.NONE, from)).isFalse();
        assertThat(review.isTooOld(null, blind, from)).isFalse();
        assertThat(review.reason(reported, blind, sent, from))
                .isEqualTo("Last sent at 2031-02-03 04:05 UTC, to be sent every 6h. on-drift: report sends nothing by"
                        + " itself; ask for an apply.");
    }

    @Test
    void readsRecordsOfBefore() throws IOException {
        // When
        AccountRecord old = RegistrationTopics.JSON.readValue(
                """
                {"marketplace":"tiki","account":"p77","state":"asserted","reason":null,"since":"2031-02-03T04:05:06Z",
                 "checkedAt":"2031-02-03T04:05:06Z","nextCheckAt":"2031-02-03T04:20:06Z","attempts":0,
                 "uncertain":false,"desired":"d","sent":null}""",
                AccountRecord.class);
        AccountRecord written = record(List.of(Episode.signatures(streak(18)).resent(start)));
        String json = RegistrationTopics.JSON.writeValueAsString(written);

        // Then
        assertThat(Evidence.of(old)).isEqualTo(Evidence.NONE);
        assertThat(review.isNews(account, old, null, clock.instant())).isFalse();
        assertThat(RegistrationTopics.JSON.readValue(json, AccountRecord.class)).isEqualTo(written);
        assertThat(RegistrationTopics.JSON.valueToTree(streak(18)).fieldNames())
                .toIterable()
                .containsExactly("eventKind", "deliveries", "since", "lastAt");
    }

    private List<Episode> silence(Evidence evidence) {
        return review.episodes(expectant, record(State.ASSERTED, evidence), null, clock.instant());
    }

    private Suspicion streak(long deliveries) {
        return new Suspicion("order", deliveries, start, clock.instant());
    }

    private AccountRecord record() {
        return record(List.of());
    }

    private AccountRecord record(List<Episode> episodes) {
        return record(State.ASSERTED, new Evidence(ALL_BLIND, null, null, episodes));
    }

    private AccountRecord record(State state, Evidence evidence) {
        return new AccountRecord("tiki", "p77", state, null, start, start, start, 0, false, "d", null, evidence, null);
    }
}
