package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.PublicUrl;
import io.pasar.account.Secret;
import io.pasar.marketplace.Listing;
import io.pasar.marketplace.TestAccounts;
import io.pasar.registration.Plan.Action;
import io.pasar.registration.Plan.Change;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlannerTest {

    private static final PublicUrl PUBLIC_URL = new PublicUrl(URI.create("https://gw.example"));
    private static final Instant NOW = Instant.parse("2031-02-03T04:05:06Z");
    private static final Duration REASSERT = Duration.ofHours(6);
    private static final String TIKI_URL = "https://gw.example/webhooks/tiki/p77/";
    private static final String TOKOPEDIA_URL = "https://gw.example/webhooks/tokopedia/13004/";

    @Test
    void setsEverythingWhereNothingCanBeReadAndNothingWasSent() {
        // Given
        Account account = TestAccounts.tiki("p77", "order", "stock");

        // When
        Plan plan = plan(account, null, null);

        // Then
        assertThat(plan.changes())
                .containsExactly(
                        new Change("order", Action.SET, null, TIKI_URL + "order"),
                        new Change("stock", Action.SET, null, TIKI_URL + "stock"),
                        new Change("secret", Action.SET, null, fingerprint(account)),
                        new Change("warehouses", Action.SET, null, "sgn3,tbn1"));
    }

    @Test
    void hasNothingToDoWhereWhatWasSentIsStillDesired() {
        // Given
        Account account = TestAccounts.tiki("p77", "order");

        // When
        Plan plan = plan(account, null, sent(account, NOW.minus(Duration.ofHours(5))));

        // Then
        assertThat(plan.isEmpty()).isTrue();
    }

    @Test
    void sendsEverythingAgainWhenItIsTime() {
        // Given
        Account account = TestAccounts.tiki("p77", "order");

        // When
        Plan plan = plan(account, null, sent(account, NOW.minus(REASSERT)));

        // Then
        assertThat(plan.changes()).extracting(Change::field).containsExactly("order", "secret", "warehouses");
        assertThat(plan.changes()).extracting(Change::action).containsOnly(Action.RESEND);
    }

    @Test
    void namesWhatAChangeTakesWithItBecauseAWriteIsWhole() {
        // Given
        Sent before = sent(TestAccounts.tiki("p77", "order", "stock"), NOW);

        // When
        Plan plan = plan(TestAccounts.tiki("p77", "order", "aftersale"), null, before);

        // Then
        assertThat(plan.changes())
                .extracting(Change::field, Change::action)
                .containsExactlyInAnyOrder(
                        tuple("aftersale", Action.SET),
                        tuple("stock", Action.CHANGE),
                        tuple("order", Action.RESEND),
                        tuple("secret", Action.RESEND),
                        tuple("warehouses", Action.RESEND));
        assertThat(plan.changes()).contains(new Change("stock", Action.CHANGE, TIKI_URL + "stock", null));
    }

    @Test
    void warnsThatNobodyKnowsWhetherLeavingOutEndsWhatCannotBeRead() {
        // Given
        Sent before = sent(TestAccounts.tiki("p77", "order", "stock"), NOW);

        // When
        Plan plan = plan(TestAccounts.tiki("p77", "order"), null, before);

        // Then
        assertThat(plan.warnings()).singleElement().asString().contains("leaving out stock ends it");
    }

    @Test
    void showsAChangedSecretAsFingerprintsOnly() {
        // Given
        Account old = TestAccounts.tiki("p77", "order");
        Account changed = TestAccounts.tiki(
                "p77", Account.TokenAuth.BASIC, OnDrift.REPAIR, "xjYKaAFXDaS4qxeykux4WL1qMI0gzAcx", "order");

        // When
        Plan plan = plan(changed, null, sent(old, NOW));

        // Then
        assertThat(plan.changes())
                .contains(new Change("secret", Action.CHANGE, fingerprint(old), fingerprint(changed)));
        assertThat(plan.toString()).doesNotContain("jYKaAFXDaS4qxeykux4WL1qMI0gzAc");
    }

    @Test
    void hasNothingToDoWhereTheMarketplaceListsWhatIsDesired() {
        // Given
        Account account = TestAccounts.tokopedia("13004", "order-status");
        Listing listed = listing(Map.of("order-status", TOKOPEDIA_URL + "order-status"), Map.of(), account);

        // When
        Plan plan = plan(account, listed, null);

        // Then
        assertThat(plan.isEmpty()).isTrue();
        assertThat(plan.warnings()).isEmpty();
    }

    @Test
    void setsWhatIsBlankChangesWhatIsForeignAndCarriesTheRestOver() {
        // Given
        Account account = TestAccounts.tokopedia("13004", "order-status", "product-changes");
        Listing listed = new Listing(
                Map.of(
                        "order-status", "https://other.example/s",
                        "product-changes", "",
                        "chat-notification", "https://crm.example/c"),
                Map.of("new_thing_url", "https://crm.example/n", "version", 5),
                new Secret("theirs"));

        // When
        Plan plan = plan(account, listed, null);

        // Then
        String theirs = new Secret("theirs").fingerprint("tokopedia", "13004");
        assertThat(plan.changes())
                .containsExactlyInAnyOrder(
                        new Change(
                                "order-status",
                                Action.CHANGE,
                                "https://other.example/s",
                                TOKOPEDIA_URL + "order-status"),
                        new Change("product-changes", Action.SET, null, TOKOPEDIA_URL + "product-changes"),
                        new Change("secret", Action.CHANGE, theirs, fingerprint(account)),
                        new Change(
                                "chat-notification",
                                Action.CARRY_OVER,
                                "https://crm.example/c",
                                "https://crm.example/c"),
                        new Change(
                                "new_thing_url", Action.CARRY_OVER, "https://crm.example/n", "https://crm.example/n"));
    }

    @Test
    void warnsThatOneSecretServesOthersToo() {
        // Given
        Account account = TestAccounts.tokopedia("13004", "order-status");
        Listing listed = listing(Map.of("chat-notification", "https://crm.example/c"), Map.of(), account);

        // When
        Plan plan = plan(account, listed, null);

        // Then
        assertThat(plan.warnings())
                .anySatisfy(
                        warning -> assertThat(warning).contains("One secret").contains("chat-notification"));
    }

    @Test
    void warnsThatOneSecretServesOthersTooWhereItIsNotShown() {
        // Given
        Account account = TestAccounts.tokopedia("13004", "order-status");
        Listing listed = new Listing(Map.of("chat-notification", "https://crm.example/c"), Map.of(), null);

        // When
        Plan plan = plan(account, listed, null);

        // Then
        assertThat(plan.warnings()).anySatisfy(warning -> assertThat(warning).contains("One secret"));
    }

    @Test
    void warnsOfWhatAWriteBlanksThoughSomethingIsCarriedOver() {
        // Given
        Account account = TestAccounts.tokopedia(
                "13004", OnDrift.REPAIR, Map.of("product_edit_url", "https://erp.example/e"), "order-status");

        // When
        Plan plan = plan(account, listing(Map.of(), Map.of(), account), null);

        // Then
        assertThat(plan.warnings()).anySatisfy(warning -> assertThat(warning).contains("A write blanks"));
    }

    @Test
    void warnsOfWhatCannotBeSeen() {
        // Given
        Account account = TestAccounts.tokopedia("13004", "order-status", "product-creation");
        Listing listed = listing(Map.of("order-status", ""), Map.of(), account);

        // When
        Plan plan = plan(account, listed, null);

        // Then
        assertThat(plan.changes())
                .contains(new Change("product-creation", Action.SET, null, TOKOPEDIA_URL + "product-creation"));
        assertThat(plan.warnings())
                .anySatisfy(warning -> assertThat(warning).contains("does not list product-creation"))
                .anySatisfy(warning -> assertThat(warning).contains("carry-over"));
    }

    @Test
    void writesForBlindFieldsOnlyOnChangeOrWhenItIsTime() {
        // Given
        Account account = TestAccounts.tokopedia("13004", "order-status", "product-creation");
        Listing listed = listing(Map.of("order-status", TOKOPEDIA_URL + "order-status"), Map.of(), account);

        // When
        Plan quiet = plan(account, listed, sent(account, NOW.minus(Duration.ofHours(1))));
        Plan due = plan(account, listed, sent(account, NOW.minus(REASSERT)));

        // Then
        assertThat(quiet.isEmpty()).isTrue();
        assertThat(due.changes())
                .containsExactly(new Change(
                        "product-creation",
                        Action.RESEND,
                        TOKOPEDIA_URL + "product-creation",
                        TOKOPEDIA_URL + "product-creation"));
    }

    @Test
    void sendsAgainWhatWasSentWhileTheClockWasAhead() {
        // Given
        Account account = TestAccounts.tiki("p77", "order");

        // Then
        assertThat(plan(account, null, sent(account, NOW.plus(Duration.ofDays(365))))
                        .isEmpty())
                .isFalse();
        assertThat(plan(account, null, sent(account, NOW.plusSeconds(30))).isEmpty())
                .isTrue();
    }

    @Test
    void givesBackAFieldThatWasOursUnderAFormerPublicUrl() {
        // Given
        PublicUrl moved = new PublicUrl(URI.create("https://new.example"), List.of(PUBLIC_URL.value()));
        Account account = TestAccounts.tokopedia(
                "13004", OnDrift.REPAIR, Map.of("product_changes_url", "https://erp.example/p"), "order-status");
        DesiredRegistration desired = DesiredRegistration.of(account, moved);
        String former = TOKOPEDIA_URL + "product-changes";
        Listing listed = listing(Map.of(), Map.of("product_changes_url", former), account);

        // When
        Plan plan = Planner.plan(desired, listed, fingerprint(account), null, NOW, REASSERT);

        // Then
        assertThat(plan.changes())
                .contains(new Change("product_changes_url", Action.CHANGE, former, "https://erp.example/p"));
        assertThat(Planner.withoutUnwanted(desired, listed, null).other()).isEmpty();
    }

    @Test
    void carriesOverWhatTheAccountNames() {
        // Given
        Account account = TestAccounts.tokopedia(
                "13004", OnDrift.REPAIR, Map.of("product_edit_url", "https://erp.example/e"), "order-status");
        Listing listed = listing(Map.of("order-status", TOKOPEDIA_URL + "order-status"), Map.of(), account);

        // When
        Plan first = plan(account, listed, null);
        Plan then = plan(account, listed, sent(account, NOW));

        // Then
        assertThat(first.changes())
                .containsExactly(new Change("product_edit_url", Action.CARRY_OVER, null, "https://erp.example/e"));
        assertThat(then.isEmpty()).isTrue();
    }

    @Test
    void blanksOnlyTheUnwantedUrlsThatAreOurs() {
        // Given
        Account account = TestAccounts.tokopedia("13004", "order-status");
        DesiredRegistration desired = DesiredRegistration.of(account, PUBLIC_URL);
        Listing listed = listing(
                Map.of(
                        "order-status", TOKOPEDIA_URL + "order-status",
                        "product-changes", TOKOPEDIA_URL + "product-changes",
                        "order-cancellation", TOKOPEDIA_URL + "order-status",
                        "chat-notification", "https://crm.example/c"),
                Map.of(),
                account);

        // When
        Plan plan = plan(account, listed, null);
        Listing sentBack = Planner.withoutUnwanted(desired, listed, null);

        // Then
        assertThat(plan.changes())
                .contains(new Change("product-changes", Action.CHANGE, TOKOPEDIA_URL + "product-changes", null));
        assertThat(sentBack.webhooks())
                .containsEntry("product-changes", "")
                .containsEntry("order-cancellation", TOKOPEDIA_URL + "order-status")
                .containsEntry("chat-notification", "https://crm.example/c");
    }

    @Test
    void takesAUrlUnderAFormerPublicUrlForOurs() {
        // Given
        PublicUrl moved = new PublicUrl(URI.create("https://new.example/pasar"), List.of(PUBLIC_URL.value()));
        Account account = TestAccounts.tokopedia("13004", "order-status");
        DesiredRegistration desired = DesiredRegistration.of(account, moved);
        Listing listed = listing(
                Map.of(
                        "order-status", TOKOPEDIA_URL + "order-status",
                        "product-changes", TOKOPEDIA_URL + "product-changes",
                        "chat-notification", "https://crm.example/c"),
                Map.of(),
                account);

        // When
        Plan plan = Planner.plan(desired, listed, fingerprint(account), null, NOW, REASSERT);
        Listing sentBack = Planner.withoutUnwanted(desired, listed, null);

        // Then
        assertThat(plan.changes())
                .containsExactlyInAnyOrder(
                        new Change(
                                "order-status",
                                Action.CHANGE,
                                TOKOPEDIA_URL + "order-status",
                                "https://new.example/pasar/webhooks/tokopedia/13004/order-status"),
                        new Change("product-changes", Action.CHANGE, TOKOPEDIA_URL + "product-changes", null),
                        new Change(
                                "chat-notification",
                                Action.CARRY_OVER,
                                "https://crm.example/c",
                                "https://crm.example/c"));
        assertThat(sentBack.webhooks()).containsEntry("product-changes", "");
        assertThat(Planner.listsOurs(desired, listed)).isTrue();
    }

    @Test
    void asksForTheSameWhateverThePublicUrlWasBefore() {
        // Given
        Account account = TestAccounts.tiki("p77", "order");
        PublicUrl moved = new PublicUrl(PUBLIC_URL.value(), List.of(URI.create("https://old.example")));

        // Then
        assertThat(DesiredRegistration.of(account, moved).digest())
                .isEqualTo(DesiredRegistration.of(account, PUBLIC_URL).digest());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void isEmptyAfterItWasAppliedAndKeepsWhatIsForeign(int seed) {
        // Given
        Random random = new Random(seed);
        Account account = anyAccount(random);
        DesiredRegistration desired = DesiredRegistration.of(account, PUBLIC_URL);
        Listing before = anyListing(random, account);
        Sent sentBefore =
                random.nextBoolean() ? null : sent(anyAccount(random), NOW.minus(Duration.ofHours(random.nextInt(9))));

        // When
        Listing after = applied(desired, Planner.withoutUnwanted(desired, before, sentBefore), account);
        Plan plan = plan(account, after, sent(account, NOW));

        // Then
        assertThat(plan.changes()).isEmpty();
        before.webhooks().forEach((kind, url) -> {
            if (url.startsWith("https://other.example/") && !account.events().contains(kind)) {
                assertThat(after.webhooks()).containsEntry(kind, url);
            }
        });
    }

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    private static final List<String> SEEN =
            List.of("order-notification", "order-cancellation", "order-status", "chat-notification", "product-changes");

    private static Account anyAccount(Random random) {
        String[] kinds = Stream.concat(SEEN.stream(), Stream.of("product-creation", "product-edit"))
                .filter(kind -> random.nextBoolean())
                .toArray(String[]::new);
        Map<String, String> carryOver =
                random.nextBoolean() ? Map.of() : Map.of("order_actions_url", "https://other.example/a");
        return TestAccounts.tokopedia("13004", OnDrift.REPAIR, carryOver, kinds);
    }

    private static Listing anyListing(Random random, Account account) {
        Map<String, String> webhooks = new LinkedHashMap<>();
        for (String kind : SEEN) {
            webhooks.put(
                    kind,
                    switch (random.nextInt(3)) {
                        case 0 -> "";
                        case 1 -> TOKOPEDIA_URL + kind;
                        default -> "https://other.example/" + random.nextInt();
                    });
        }
        Secret secret = random.nextBoolean() ? account.registeredSecret() : new Secret("theirs");
        return new Listing(webhooks, Map.of("new_thing_url", "https://other.example/n"), secret);
    }

    /** A marketplace that stores what a write says and shows only what it can show. */
    private static Listing applied(DesiredRegistration desired, Listing sentBack, Account account) {
        Map<String, String> webhooks = new LinkedHashMap<>(sentBack.webhooks());
        desired.webhooks().forEach(webhooks::replace);
        return new Listing(webhooks, sentBack.other(), account.registeredSecret());
    }

    private static Plan plan(Account account, Listing listed, Sent sent) {
        return Planner.plan(
                DesiredRegistration.of(account, PUBLIC_URL),
                listed,
                Views.secret(account, listed),
                sent,
                NOW,
                REASSERT);
    }

    private static Sent sent(Account account, Instant at) {
        return Sent.of(DesiredRegistration.of(account, PUBLIC_URL), at, null);
    }

    private static Listing listing(Map<String, String> webhooks, Map<String, Object> other, Account account) {
        return new Listing(new HashMap<>(webhooks), other, account.registeredSecret());
    }

    private static String fingerprint(Account account) {
        return account.registeredSecret().fingerprint(account.marketplace(), account.id());
    }
}
