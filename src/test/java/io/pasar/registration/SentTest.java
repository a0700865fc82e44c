package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.account.Account.OnDrift;
import io.pasar.account.Account.TokenAuth;
import io.pasar.account.PublicUrl;
import io.pasar.marketplace.TestAccounts;
import java.net.URI;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SentTest {

    private static final Instant FIRST = Instant.parse("2031-02-03T04:05:06Z");
    private static final Instant THEN = FIRST.plusSeconds(3600);
    private static final PublicUrl HERE = new PublicUrl(URI.create("https://gw.example"));
    private static final PublicUrl THERE = new PublicUrl(URI.create("https://new.example/pasar"));

    private final Sent before = Sent.of(desired(HERE, "the-secret", "order"), FIRST, null);

    @Test
    void remembersSinceWhenTheSecretIsThere() {
        // When
        Sent again = Sent.of(desired(HERE, "the-secret", "order", "stock"), THEN, null)
                .inPlaceOf(before);
        Sent rotated = Sent.of(desired(HERE, "another", "order"), THEN, null).inPlaceOf(before);

        // Then
        assertThat(again.secretSince()).isEqualTo(FIRST);
        assertThat(rotated.secretSince()).isEqualTo(THEN);
        assertThat(rotated.movedAt()).isNull();
    }

    @Test
    void remembersWhenItMovedToAnotherAddress() {
        // When
        Sent moved = Sent.of(desired(THERE, "the-secret", "order", "stock"), THEN, null)
                .inPlaceOf(before);
        Sent again = Sent.of(desired(THERE, "the-secret", "order"), THEN.plusSeconds(9), null)
                .inPlaceOf(moved);

        // Then
        assertThat(before.movedAt()).isNull();
        assertThat(moved.movedAt()).isEqualTo(THEN);
        assertThat(moved.secretSince()).isEqualTo(FIRST);
        assertThat(again.movedAt()).isEqualTo(THEN);
    }

    @Test
    void takesWhatItDoesNotKnowForAChange() {
        // When
        Sent sent = Sent.of(desired(HERE, "the-secret", "order"), THEN, null);
        Sent old =
                new Sent(FIRST, sent.webhooks(), sent.carryOver(), sent.warehouses(), sent.secret(), null, null, null);

        // Then
        assertThat(sent.inPlaceOf(null).movedAt()).isEqualTo(THEN);
        assertThat(sent.inPlaceOf(old).secretSince()).isEqualTo(FIRST);
    }

    private static DesiredRegistration desired(PublicUrl publicUrl, String secret, String... events) {
        return DesiredRegistration.of(
                TestAccounts.tiki("p77", TokenAuth.BASIC, OnDrift.REPAIR, secret, events), publicUrl);
    }
}
