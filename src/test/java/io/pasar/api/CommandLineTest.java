package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pasar.cli.Invocation;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.registration.Action;
import io.pasar.registration.Outcome;
import io.pasar.registration.Plan;
import io.pasar.registration.Plan.Change;
import io.pasar.registration.RegistrationStatus;
import io.pasar.registration.RegistrationUnreadableException;
import io.pasar.registration.Registrations.Pending;
import io.pasar.registration.State;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.context.TestPropertySource;

/** The command line against the API. */
@TestPropertySource(properties = "apply-wait=500ms")
class CommandLineTest extends OverHttp {

    private static final Plan NOTHING = new Plan(List.of(), List.of());
    private static final Outcome.Failure REJECTED =
            new Outcome.Failure("rejected", 400, "INVALID_URL", "url is not reachable", "r-7", 30L);

    @BeforeEach
    void twoAccounts() {
        when(registrations.all()).thenReturn(List.of(Fixtures.TOKOPEDIA, Fixtures.TIKI));
        outcomeIs(Action.PLAN, Fixtures.TOKOPEDIA, State.DRIFTED, Fixtures.DETAIL.plan());
        outcomeIs(Action.PLAN, Fixtures.TIKI, State.ASSERTED, NOTHING);
        outcomeIs(Action.APPLY, Fixtures.TOKOPEDIA, State.IN_SYNC, Fixtures.DETAIL.plan());
        outcomeIs(Action.APPLY, Fixtures.TIKI, State.ASSERTED, NOTHING);
    }

    @Test
    void plansForEveryAccount() {
        // When
        Invocation planned = run("plan");

        // Then
        assertThat(planned)
                .isEqualTo(new Invocation(
                        2,
                        """
                                tokopedia/13004: drifted, to change:
                                  FIELD            ACTION      FROM                                   TO
                                  order-status     change      https://other.example.com/status       https://hooks.example.com/webhooks/tokopedia/13004/order-status
                                  fulfillment_url  carry-over  https://other.example.com/fulfillment  (the same)
                                  warning: fulfillment_url is not ours and is signed with the same secret
                                tiki/41235121321: asserted, nothing to change

                                2 accounts: 1 to change, 1 as desired, 0 failed
                                """,
                        ""));
        verify(registrations, never()).request(Action.APPLY, "tokopedia", "13004");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--marketplace tiki", "--account 41235121321", "--marketplace tiki --account 41235121321"})
    void plansForTheChosenAccountOnly(String choice) {
        // When
        Invocation planned = run(("plan " + choice).split(" "));

        // Then
        assertThat(planned).isEqualTo(new Invocation(0, "tiki/41235121321: asserted, nothing to change\n", ""));
        verify(registrations, never()).request(any(), eq("tokopedia"), any());
    }

    @Test
    void applies() {
        // When
        Invocation applied = run("apply");

        // Then
        assertThat(applied.exitCode()).isZero();
        assertThat(applied.out())
                .startsWith("tokopedia/13004: in-sync, sent:\n  FIELD ")
                .contains("  order-status     change      ", "tiki/41235121321: asserted, nothing to change\n")
                .endsWith("2 accounts: 0 with something left to change, 2 as desired, 0 failed\n");
        assertThat(applied.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"RESEND, IN_SYNC", "RESEND, ASSERTED", "CARRY_OVER, IN_SYNC"})
    void countsAsNoChangeWhatIsOnlySentAgain(Plan.Action again, State state) {
        // Given
        Plan plan = new Plan(List.of(new Change("product-creation", again, "https://a", "https://a")), List.of());
        outcomeIs(Action.PLAN, Fixtures.TOKOPEDIA, state, plan);

        // When
        Invocation planned = run("plan", "--account", "13004");

        // Then
        assertThat(planned.exitCode()).isZero();
        assertThat(planned.out()).contains(", nothing to change; sent again as it is: product-creation\n  FIELD ");
    }

    @ParameterizedTest
    @CsvSource({
        "SET, IN_SYNC, , https://a",
        "CHANGE, IN_SYNC, https://a, https://b",
        "CHANGE, IN_SYNC, https://a,",
        "CARRY_OVER, IN_SYNC, , https://a",
        "RESEND, DRIFTED, https://a, https://a",
        "SET, NEVER_REGISTERED, , https://a",
    })
    void countsAsChangeWhatIsNotAsDesired(Plan.Action action, State state, String from, String to) {
        // Given
        Plan plan = new Plan(List.of(new Change("product-creation", action, from, to)), List.of());
        outcomeIs(Action.PLAN, Fixtures.TOKOPEDIA, state, plan);

        // When
        Invocation planned = run("plan", "--account", "13004");

        // Then
        assertThat(planned.exitCode()).isEqualTo(2);
        assertThat(planned.out()).contains(", to change:\n  FIELD ");
    }

    @ParameterizedTest
    @CsvSource({"DRIFTED, 2", "NEVER_REGISTERED, 2", "IN_SYNC, 0", "ASSERTED, 0"})
    void tellsByTheExitCodeWhetherSomethingIsLeftToChange(State state, int exitCode) {
        // Given
        outcomeIs(Action.APPLY, Fixtures.TOKOPEDIA, state, Fixtures.DETAIL.plan());

        // When
        Invocation applied = run("apply", "--account", "13004");

        // Then
        assertThat(applied.exitCode()).isEqualTo(exitCode);
        assertThat(applied.out().contains("something is left to change")).isEqualTo(exitCode == 2);
    }

    @Test
    void goesOnWhenOneAccountFails() {
        // Given
        outcomeIs(Action.APPLY, Fixtures.TOKOPEDIA, CompletableFuture.completedFuture(failed()));

        // When
        Invocation applied = run("apply");

        // Then
        assertThat(applied)
                .isEqualTo(
                        new Invocation(
                                1,
                                """
                                tiki/41235121321: asserted, nothing to change

                                2 accounts: 0 with something left to change, 1 as desired, 1 failed
                                """,
                                """
                                pasar: tokopedia/13004: The marketplace did not do what it was asked
                                pasar: tokopedia/13004: url is not reachable (code INVALID_URL, request r-7, to be tried again in 30 s)
                                """));
    }

    @Test
    void waitsForAnOutcomeThatTakesLong() {
        // Given
        outcomeIs(Action.APPLY, Fixtures.TIKI, new CompletableFuture<>());
        when(registrations.outcome("the-id"))
                .thenReturn(Optional.of(new CompletableFuture<>()))
                .thenThrow(new KafkaUnavailableException("away for a moment"))
                .thenReturn(Optional.of(CompletableFuture.completedFuture(Fixtures.DONE)));

        // When
        Invocation applied = run("apply", "--account", "41235121321");

        // Then
        assertThat(applied.exitCode()).isZero();
        assertThat(applied.out())
                .startsWith("tiki/41235121321: asserted, sent:\n")
                .contains("order  resend");
        assertThat(applied.err()).isEmpty();
    }

    @Test
    void tellsAFailureThatTookLong() {
        // Given
        outcomeIs(Action.APPLY, Fixtures.TIKI, new CompletableFuture<>());
        when(registrations.outcome("the-id")).thenReturn(Optional.of(CompletableFuture.completedFuture(failed())));

        // When
        Invocation applied = run("apply", "--account", "41235121321");

        // Then
        assertThat(applied.exitCode()).isEqualTo(1);
        assertThat(applied.err()).contains("url is not reachable");
    }

    @Test
    void waitsNoLongerThanItIsTold() {
        // Given
        outcomeIs(Action.APPLY, Fixtures.TIKI, new CompletableFuture<>());

        // When
        Invocation applied = run("apply", "--account", "41235121321", "--wait", "0");

        // Then
        assertThat(applied.exitCode()).isEqualTo(1);
        assertThat(applied.err()).contains("There is no outcome after 0 s", "as command the-id", "--wait");
    }

    @Test
    void saysThatTheGatewayHasForgotten() {
        // Given
        outcomeIs(Action.APPLY, Fixtures.TIKI, new CompletableFuture<>());
        when(registrations.outcome("the-id")).thenReturn(Optional.empty());

        // When
        Invocation applied = run("apply", "--account", "41235121321");

        // Then
        assertThat(applied.exitCode()).isEqualTo(1);
        assertThat(applied.err()).contains("There is no such command, or not any more");
    }

    @Test
    void showsWhereEveryRegistrationStands() {
        // When
        Invocation listed = run("list");

        // Then
        assertThat(listed)
                .isEqualTo(new Invocation(
                        0,
                        """
                                MARKETPLACE  ACCOUNT      STATE             SINCE                 LAST SENT             NEXT CHECK            REASON
                                tokopedia    13004        drifted           2026-01-31T09:30:00Z  2026-01-30T21:00:00Z  2026-01-31T09:45:00Z  order-status points elsewhere
                                tiki         41235121321  never-registered  -                     -                     -                     -
                                """,
                        ""));
    }

    @Test
    void showsWhatIsRegistered() {
        // Given
        when(registrations.detail("tokopedia", "13004")).thenReturn(Optional.of(Fixtures.DETAIL));

        // When
        Invocation listed = run("list", "--account", "13004");

        // Then
        assertThat(listed)
                .isEqualTo(new Invocation(
                        0,
                        """
                                tokopedia/13004: drifted
                                  order-status points elsewhere
                                  since 2026-01-31T09:30:00Z, next check 2026-01-31T09:45:00Z

                                  As the marketplace lists it, 2026-01-31T09:31:02Z
                                  FIELD            URL                                    LAST EVENT
                                  order-status     https://other.example.com/status       2026-01-31T08:12:45Z
                                  fulfillment_url  https://other.example.com/fulfillment  -

                                  SECRET            ROLE        LAST USED             MAY GO
                                  9f2c5e0d7b1a4c3f  registered  2026-01-31T08:12:45Z  no
                                  41d0a6b28c93e7f5  accepted    2026-01-30T20:58:13Z  yes

                                  ADDRESS                    ROLE     LAST USED             MAY GO
                                  https://hooks.example.com  current  2026-01-31T08:12:45Z  no
                                """,
                        ""));
    }

    @Test
    void showsThatNothingIsRegistered() {
        // Given
        when(registrations.detail("tiki", "41235121321")).thenReturn(Optional.of(Fixtures.BARE_DETAIL));

        // When
        Invocation listed = run("list", "--account", "41235121321");

        // Then
        assertThat(listed.exitCode()).isZero();
        assertThat(listed.out()).contains("Nothing was sent yet, and the marketplace cannot be read.");
    }

    @Test
    void saysThatTheMarketplaceCannotBeReadNow() {
        // Given
        when(registrations.detail("tokopedia", "13004"))
                .thenThrow(new RegistrationUnreadableException(
                        new Outcome.Failure("unavailable", 0, null, "Tokopedia cannot be reached", null, null), null));

        // When
        Invocation listed = run("list", "--account", "13004", "--json");

        // Then
        assertThat(listed.exitCode()).isEqualTo(1);
        assertThat(listed.err()).contains("tokopedia/13004: Tokopedia cannot be reached\n");
        assertThat(parsed(listed).at("/registrations/0/problem/answer/kind").asText())
                .isEqualTo("unavailable");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --account none                       | The gateway has no account 'none'                          | Those that it has are shown by list.
                    --marketplace none                   | A parameter of this call is wrong                          | 'marketplace' must be one of: tiki, tokopedia.
                    --account 13004 --marketplace tiki   | The gateway has no account '13004' at marketplace 'tiki'   | Those that it has are shown by list.
                    """)
    void knowsNoOtherAccount(String choice, String words, String advice) {
        // When
        Invocation planned = run(("plan " + choice).split(" "));

        // Then
        assertThat(planned).isEqualTo(new Invocation(1, "", "pasar: " + words + "\npasar: " + advice + "\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plan", "apply", "list"})
    void hasNothingToDoForAGatewayWithoutAccounts(String command) {
        // Given
        when(registrations.all()).thenReturn(List.of());

        // When
        Invocation none = run(command);

        // Then
        assertThat(none).isEqualTo(new Invocation(0, "", "pasar: the gateway has no accounts\n"));
    }

    @Test
    void saysThatTheTokenIsNotKnown() {
        // When
        Invocation refused = Invocation.of("a-token-of-somebody-else", "plan", "--url", url());

        // Then
        assertThat(refused)
                .isEqualTo(
                        new Invocation(
                                1,
                                "",
                                """
                                pasar: A token is needed
                                pasar: The gateway does not know this token. Set PASAR_API_TOKEN to one of its pasar.api.tokens.
                                """));
    }

    @Test
    void saysThatTheTokenMayOnlyRead() {
        // When
        Invocation refused = Invocation.of(ApiUnderTest.READ, "apply", "--url", url());

        // Then
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .startsWith("pasar: tokopedia/13004: This token may not do that\n")
                .contains(
                        "plan, apply, replay and release need a token whose role is write",
                        "pasar: the other accounts were not tried: 1")
                .doesNotContain(ApiUnderTest.READ, "tiki");
    }

    @Test
    void saysThatKafkaIsAway() {
        // Given
        when(registrations.request(any(), any(), any())).thenThrow(new KafkaUnavailableException("broker-7 is away"));

        // When
        Invocation away = run("plan");

        // Then
        assertThat(away.exitCode()).isEqualTo(1);
        assertThat(away.err())
                .startsWith("pasar: tokopedia/13004: Kafka does not answer\n")
                .contains("Try again shortly", "tiki/41235121321: Kafka does not answer");
    }

    @Test
    void writesOneJsonDocumentForMachines() throws Exception {
        // Given
        outcomeIs(Action.PLAN, Fixtures.TIKI, CompletableFuture.completedFuture(failed()));

        // When
        Invocation planned = run("plan", "--json");

        // Then
        assertThat(planned.exitCode()).isEqualTo(1);
        assertThat(planned.err()).contains("tiki/41235121321: url is not reachable");
        JsonNode document = parsed(planned);
        assertThat(document.fieldNames()).toIterable().containsExactly("registrations");
        JsonNode first = document.at("/registrations/0");
        assertThat(first.fieldNames())
                .toIterable()
                .containsExactly("marketplace", "account", "state", "plan", "requestId");
        assertThat(first.path("plan")).isEqualTo(json.valueToTree(Fixtures.DETAIL.plan()));
        JsonNode second = document.at("/registrations/1");
        assertThat(second.fieldNames()).toIterable().containsExactly("marketplace", "account", "problem");
        assertThat(second.at("/problem/type").asText()).isEqualTo("urn:pasar:problem:marketplace-failed");
        assertThat(second.at("/problem/answer/code").asText()).isEqualTo("INVALID_URL");
    }

    @Test
    void writesTheListAsTheApiHasIt() throws Exception {
        assertThat(parsed(run("list", "--json"))).isEqualTo(json.readTree(Examples.REGISTRATIONS));
    }

    @Test
    void writesTheDetailAsTheApiHasIt() throws Exception {
        // Given
        when(registrations.detail("tokopedia", "13004")).thenReturn(Optional.of(Fixtures.DETAIL));

        // When
        JsonNode document = parsed(run("list", "--json", "--account", "13004"));

        // Then
        assertThat(document.at("/registrations/0")).isEqualTo(json.readTree(Examples.REGISTRATION));
    }

    private Invocation run(String... arguments) {
        Invocation ran = Invocation.of(
                ApiUnderTest.WRITE,
                Stream.concat(Stream.of(arguments), Stream.of("--url", url())).toArray(String[]::new));
        assertThat(ran.out() + ran.err()).doesNotContain(ApiUnderTest.WRITE, "Exception", "\tat ");
        return ran;
    }

    /** With a mapper that accepts nothing behind the document. */
    private static JsonNode parsed(Invocation ran) {
        try {
            return new ObjectMapper()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readTree(ran.out());
        } catch (JsonProcessingException e) {
            throw new AssertionError("No JSON: " + ran.out(), e);
        }
    }

    private static Outcome failed() {
        return new Outcome("the-id", Fixtures.TIKI, null, null, REJECTED);
    }

    private void outcomeIs(Action action, RegistrationStatus account, State state, Plan plan) {
        RegistrationStatus after =
                new RegistrationStatus(account.marketplace(), account.account(), state, null, null, null, null);
        outcomeIs(action, account, CompletableFuture.completedFuture(new Outcome("the-id", after, plan, null, null)));
    }

    private void outcomeIs(Action action, RegistrationStatus account, CompletableFuture<Outcome> outcome) {
        when(registrations.request(action, account.marketplace(), account.account()))
                .thenReturn(Optional.of(new Pending("the-id", outcome)));
    }
}
