package io.pasar.loss;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.loss.Checker.Kind;
import io.pasar.loss.Checker.Violation;
import io.pasar.loss.Ledger.Answer;
import io.pasar.loss.Webhook.Seller;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CheckerTest {

    private static final String YES = "{\"success\":true}";
    private static final String QUARANTINE = "pasar.quarantine";

    private final Seller seller = Seller.tiki("p1", "0123456789abcdef0123456789abcdef");
    private final Webhook first = Webhook.genuine(seller, "e", 1);
    private final Webhook second = Webhook.genuine(seller, "e", 2);
    private final Webhook forged = Webhook.forged(seller, "e", 3);
    private final Ledger ledger = new Ledger();

    @Test
    void hasNothingAgainstWhatWasSafelyHandedOver() {
        // Given
        answered(first, 503, "{\"success\":false}");
        answered(first, 200, YES);
        answered(second, 200, YES);
        answered(forged, 401, "{\"success\":false}");

        // Then
        assertThat(kinds(
                        at(0, first, "1"),
                        at(1, first, "1"),
                        at(2, second, "2"),
                        at(3, first, "1"),
                        new Stored(QUARANTINE, 0, 0, "tiki/p1", forged.bodyHash(), "")))
                .isEmpty();
    }

    @Test
    void missesWhatWasAnswered200AndIsNowhere() {
        // Given
        answered(first, 200, YES);
        answered(second, 200, YES);

        // Then
        assertThat(kinds(at(0, first, "1"))).containsExactly(Kind.LOST);
    }

    @Test
    void letsAnythingBecomeOfWhatWasNotAnswered200() {
        // Given
        answered(first, 503, "");
        ledger.sent(second);

        // Then
        assertThat(kinds(at(0, second, "2"))).isEmpty();
    }

    @Test
    void seesBytesThatNobodySent() {
        // Given
        answered(first, 200, YES);

        // Then
        assertThat(kinds(new Stored(first.topic(), 0, 0, first.key(), Webhook.hash(Json.compact(first.body())), "1")))
                .containsExactly(Kind.ALTERED, Kind.LOST);
    }

    @Test
    void seesAForgery() {
        // Given
        answered(forged, 200, YES);

        // Then
        assertThat(kinds(at(0, forged, "3"))).containsExactly(Kind.UNVERIFIED, Kind.YES_TO_A_FAILURE);
    }

    @Test
    void seesAGenuineEventInQuarantine() {
        // Given
        answered(first, 503, "");

        // Then
        assertThat(kinds(new Stored(QUARANTINE, 0, 0, "tiki/p1", first.bodyHash(), "")))
                .containsExactly(Kind.WRONGLY_QUARANTINED);
    }

    @Test
    void seesBytesInQuarantineThatNobodySent() {
        // Given
        answered(forged, 401, "");

        // Then
        assertThat(kinds(new Stored(QUARANTINE, 0, 0, "tiki/p1", Webhook.hash(Json.compact(forged.body())), "")))
                .containsExactly(Kind.ALTERED);
    }

    @Test
    void seesThatAGenuineEventIsRefused() {
        // Given
        answered(first, 401, "");
        answered(first, 200, YES);
        answered(second, 408, "");
        answered(second, 503, "");

        // Then
        assertThat(kinds(at(0, first, "1"))).containsExactly(Kind.WRONGLY_REFUSED);
    }

    @Test
    void seesThatAnEventOvertookAnEarlierOneOfItsKey() {
        // Given
        answered(first, 200, YES);
        answered(second, 200, YES);

        // Then
        assertThat(kinds(at(0, second, "2"), at(1, first, "1"), at(2, second, "2")))
                .containsExactly(Kind.OUT_OF_ORDER);
    }

    @Test
    void asksNoOrderOfWhatWasGivenUp() {
        // Given
        answered(first, 503, "");
        answered(second, 200, YES);

        // Then
        assertThat(kinds(at(0, second, "2"), at(1, first, "1"))).isEmpty();
    }

    @Test
    void wantsOneIdForAnEventAndItsRepeatsAlone() {
        // Given
        answered(first, 200, YES);
        answered(second, 200, YES);

        // Then
        assertThat(kinds(at(0, first, "1"), at(1, first, "other"), at(2, second, "2")))
                .containsExactly(Kind.REPEAT_WITH_ANOTHER_ID);
        assertThat(kinds(at(0, first, "1"), at(1, second, "1"))).containsExactly(Kind.ID_OF_ANOTHER_EVENT);
    }

    @Test
    void seesAnotherTopicKeyOrPartition() {
        // Given
        answered(first, 200, YES);
        answered(second, 200, YES);

        // Then
        assertThat(kinds(
                        new Stored("pasar.tiki.stock", 0, 0, first.key(), first.bodyHash(), "1"),
                        new Stored(first.topic(), 0, 0, "p1/other", second.bodyHash(), "2")))
                .containsExactly(Kind.MISPLACED, Kind.MISPLACED);
        assertThat(kinds(at(0, first, "1"), new Stored(first.topic(), 1, 7, first.key(), second.bodyHash(), "2")))
                .containsExactly(Kind.MISPLACED);
    }

    @Test
    void sees200ThatSaysThatItFailed() {
        // Given
        answered(first, 200, "{\"success\":false}");

        // Then
        assertThat(kinds(at(0, first, "1"))).containsExactly(Kind.YES_TO_A_FAILURE);
    }

    @Test
    void findsSecretsAndBodiesInWhatOthersMayRead() {
        // Given
        List<String> log = List.of("fine", "secret=" + seller.secret(), new String(first.body()));

        // Then
        assertThat(Checker.checkTold("log", log, List.of(seller.secret())))
                .containsExactly(new Violation(Kind.SECRET_TOLD, "log 2"), new Violation(Kind.PAYLOAD_TOLD, "log 3"));
    }

    private void answered(Webhook webhook, int status, String body) {
        ledger.sent(webhook);
        ledger.answered(new Answer(webhook, status, body, 0, Duration.ZERO));
    }

    private static Stored at(long offset, Webhook webhook, String ceId) {
        return new Stored(webhook.topic(), 0, offset, webhook.key(), webhook.bodyHash(), ceId);
    }

    private List<Kind> kinds(Stored... stored) {
        return Checker.check(ledger, Stream.of(stored).toList(), QUARANTINE).stream()
                .map(Violation::kind)
                .toList();
    }
}
