package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import io.pasar.registration.Action;
import io.pasar.registration.Outcome;
import io.pasar.registration.RegistrationUnreadableException;
import io.pasar.registration.Registrations.Pending;
import io.pasar.registration.State;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.TestPropertySource;

@TestPropertySource(properties = "apply-wait=500ms")
@ExtendWith(OutputCaptureExtension.class)
class RegistrationAnswersTest extends OverHttp {

    private static final String APPLY = "/api/registrations/tiki/41235121321/apply";
    private static final String COMMAND = "/api/commands/0b7c2e44-5d0c-4f43-8d5a-6a4d4a1c9a77";

    @Test
    void listsEveryRegistration() throws Exception {
        // Given
        when(registrations.all()).thenReturn(List.of(Fixtures.TOKOPEDIA, Fixtures.TIKI));

        // When
        HttpResponse<String> answer = call("GET", "/api/registrations", ApiUnderTest.READ);

        // Then
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.REGISTRATIONS));
    }

    @Test
    void tellsWhichAddressesAreUsed() throws Exception {
        // Given
        when(registrations.addresses()).thenReturn(Fixtures.ADDRESSES);

        // When
        HttpResponse<String> answer = call("GET", "/api/addresses", ApiUnderTest.READ);

        // Then
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.ADDRESSES));
    }

    @ParameterizedTest
    @CsvSource({
        "?marketplace=tiki, 41235121321",
        "?marketplace=tokopedia, 13004",
        "?state=drifted, 13004",
        "?state=never-registered, 41235121321",
        "?marketplace=tokopedia&state=drifted, 13004",
        "?marketplace=tiki&state=drifted, ''",
    })
    void listsThoseThatAreAskedFor(String query, String account) throws Exception {
        // Given
        when(registrations.all()).thenReturn(List.of(Fixtures.TOKOPEDIA, Fixtures.TIKI));

        // When
        HttpResponse<String> answer = call("GET", "/api/registrations" + query, ApiUnderTest.READ);

        // Then
        assertThat(body(answer).path("registrations").findValuesAsText("account"))
                .isEqualTo(account.isEmpty() ? List.of() : List.of(account));
    }

    @Test
    void listsNothingForAMarketplaceWithoutAccounts() throws Exception {
        // Given
        when(registrations.all()).thenReturn(List.of(Fixtures.TOKOPEDIA, Fixtures.TIKI));

        // When
        HttpResponse<String> answer = call("GET", "/api/registrations?marketplace=shopee", ApiUnderTest.READ);

        // Then
        assertProblem(answer, Problem.INVALID_PARAMETER);
        assertThat(body(answer).path("detail").asText()).isEqualTo("'marketplace' must be one of: tiki, tokopedia.");
    }

    @ParameterizedTest
    @EnumSource
    void knowsEveryStateByTheNameThatItShows(State state) throws Exception {
        // Given
        String name = json.valueToTree(state).asText();

        // When
        HttpResponse<String> answer = call("GET", "/api/registrations?state=" + name, ApiUnderTest.READ);

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void showsEverythingAboutOneAccount() throws Exception {
        // Given
        when(registrations.detail("tokopedia", "13004")).thenReturn(Optional.of(Fixtures.DETAIL));

        // When
        HttpResponse<String> answer = call("GET", "/api/registrations/tokopedia/13004", ApiUnderTest.READ);

        // Then
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.REGISTRATION));
    }

    @Test
    void showsTheWebhooksOfOneAccount() throws Exception {
        // Given
        when(registrations.webhooks("tokopedia", "13004")).thenReturn(Optional.of(Fixtures.WEBHOOKS));

        // When
        HttpResponse<String> answer = call("GET", "/api/registrations/tokopedia/13004/webhooks", ApiUnderTest.READ);

        // Then
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.WEBHOOKS));
    }

    @ParameterizedTest
    @CsvSource({"'', APPLY", "?dry-run=false, APPLY", "?dry-run=true, PLAN"})
    void appliesUnlessToldToPlan(String query, Action action) throws Exception {
        // Given
        outcomeIs(CompletableFuture.completedFuture(Fixtures.DONE));

        // When
        HttpResponse<String> answer = call("POST", APPLY + query, ApiUnderTest.WRITE);

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.APPLIED));
        verify(registrations).request(action, "tiki", "41235121321");
    }

    @Test
    void promisesTheOutcomeWhenItTakesLong() throws Exception {
        // Given
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        outcomeIs(outcome);

        // When
        HttpResponse<String> answer = call("POST", APPLY, ApiUnderTest.WRITE);

        // Then
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().allValues("Location")).containsExactly(COMMAND);
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.ACCEPTED));
        assertThat(outcome).as("others may wait for it too").isNotDone();
    }

    @Test
    void tellsThePromisedOutcomeAsTheApplyWouldHave() throws Exception {
        // Given
        when(registrations.outcome("0b7c2e44-5d0c-4f43-8d5a-6a4d4a1c9a77"))
                .thenReturn(Optional.of(CompletableFuture.completedFuture(Fixtures.DONE)));

        // When
        HttpResponse<String> answer = call("GET", COMMAND, ApiUnderTest.READ);

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.APPLIED));
    }

    @Test
    void promisesTheOutcomeAgainWhileThereIsNone() throws Exception {
        // Given
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        when(registrations.outcome(any())).thenReturn(Optional.of(outcome));

        // When
        HttpResponse<String> answer = call("GET", COMMAND, ApiUnderTest.READ);

        // Then
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().allValues("Location")).containsExactly(COMMAND);
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.ACCEPTED));
        assertThat(outcome).isNotDone();
    }

    @Test
    void tellsThePromisedFailureAsTheMarketplaceToldIt() throws Exception {
        // Given
        Outcome.Failure failure =
                new Outcome.Failure("rejected", 400, "INVALID_URL", "url is not reachable", "r-7", null);
        when(registrations.outcome(any()))
                .thenReturn(Optional.of(
                        CompletableFuture.completedFuture(new Outcome("id", Fixtures.TIKI, null, null, failure))));

        // When
        HttpResponse<String> answer = call("GET", COMMAND, ApiUnderTest.READ);

        // Then
        assertProblem(answer, Problem.MARKETPLACE_FAILED);
        assertThat(body(answer).at("/answer/code").asText()).isEqualTo("INVALID_URL");
    }

    @Test
    void knowsNoOtherCommand() throws Exception {
        // Given
        when(registrations.outcome(any())).thenReturn(Optional.empty());

        // When
        HttpResponse<String> answer = call("GET", "/api/commands/none", ApiUnderTest.READ);

        // Then
        assertProblem(answer, Problem.UNKNOWN_COMMAND);
    }

    @Test
    void forgetsAnAccountThatIsNotConfigured() throws Exception {
        // Given
        when(registrations.forget("tokopedia", "13004")).thenReturn(Optional.of(Fixtures.TOKOPEDIA));

        // When
        HttpResponse<String> answer = call("DELETE", "/api/registrations/tokopedia/13004", ApiUnderTest.WRITE);

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.FORGOTTEN));
    }

    @Test
    void forgetsNoAccountThatItNeverKnew() throws Exception {
        // When
        HttpResponse<String> answer = call("DELETE", "/api/registrations/tiki/none", ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.UNKNOWN_ACCOUNT);
        assertThat(body(answer).path("detail").asText())
                .isEqualTo("Nothing is recorded of account 'none' of marketplace 'tiki'.");
    }

    @Test
    void forgetsNoAccountThatIsConfigured() throws Exception {
        // Given
        when(registrations.isConfigured("tokopedia", "13004")).thenReturn(true);

        // When
        HttpResponse<String> answer = call("DELETE", "/api/registrations/tokopedia/13004", ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.STILL_CONFIGURED);
        verify(registrations, never()).forget(any(), any());
    }

    @ParameterizedTest
    @CsvSource({"'',", "?marketplace=tiki, tiki"})
    void queuesChecks(String query, String marketplace) throws Exception {
        // Given
        when(registrations.all()).thenReturn(List.of(Fixtures.TIKI, Fixtures.TOKOPEDIA));
        when(registrations.reconcile(marketplace)).thenReturn(2);

        // When
        HttpResponse<String> answer = call("POST", "/api/reconcile" + query, ApiUnderTest.WRITE);

        // Then
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.QUEUED));
        verify(registrations, times(1)).reconcile(marketplace);
    }

    @Test
    void queuesNothingForAMarketplaceWithoutAccounts() throws Exception {
        // Given
        when(registrations.all()).thenReturn(List.of(Fixtures.TOKOPEDIA, Fixtures.TIKI));

        // When
        HttpResponse<String> answer = call("POST", "/api/reconcile?marketplace=tokpedia", ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.INVALID_PARAMETER);
        assertThat(body(answer).path("detail").asText()).isEqualTo("'marketplace' must be one of: tiki, tokopedia.");
        verify(registrations, never()).reconcile(any());
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/registrations/tiki/none",
        "GET, /api/registrations/tiki/none/webhooks",
        "POST, /api/registrations/tiki/none/apply",
    })
    void knowsNoOtherAccount(String method, String path) throws Exception {
        // When
        HttpResponse<String> answer = call(method, path, ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.UNKNOWN_ACCOUNT);
        assertThat(body(answer).path("detail").asText())
                .isEqualTo("No account 'none' of marketplace 'tiki' is configured.");
    }

    @Test
    void passesOnWhatTheMarketplaceAnswered() throws Exception {
        // Given
        when(registrations.webhooks("tokopedia", "13004"))
                .thenThrow(new RegistrationUnreadableException(
                        new Outcome.Failure("rate-limited", 429, "too-many", "Tokopedia answered 429", "abc-1", 30L),
                        new IllegalStateException("only for the log")));

        // When
        HttpResponse<String> answer = call("GET", "/api/registrations/tokopedia/13004/webhooks", ApiUnderTest.READ);

        // Then
        assertProblem(answer, Problem.MARKETPLACE_FAILED);
        assertThat(body(answer).path("answer"))
                .isEqualTo(
                        json.readTree(
                                """
                                {
                                  "kind": "rate-limited",
                                  "status": 429,
                                  "code": "too-many",
                                  "message": "Tokopedia answered 429",
                                  "requestId": "abc-1",
                                  "retryAfterSeconds": 30
                                }"""));
        assertThat(answer.body()).doesNotContain("only for the log");
    }

    @Test
    void asksToTryAgainWhereTheRateLimitHasNoRoom() throws Exception {
        // Given
        when(registrations.webhooks("tokopedia", "13004"))
                .thenThrow(new RegistrationUnreadableException(
                        new Outcome.Failure("postponed", 0, null, "Reading: not asked", null, 6L), null));

        // When
        HttpResponse<String> answer = call("GET", "/api/registrations/tokopedia/13004/webhooks", ApiUnderTest.READ);

        // Then
        assertProblem(answer, Problem.MARKETPLACE_BUSY);
        assertThat(answer.headers().firstValue("Retry-After")).contains("6");
    }

    @ParameterizedTest
    @CsvSource({"unknown-account, UNKNOWN_ACCOUNT", "not-ready, NOT_READY", "bad-command, BAD_REQUEST"})
    void blamesNoMarketplaceForACommandThatWasNotCarriedOut(String code, Problem problem) throws Exception {
        // Given
        Outcome.Failure failure = new Outcome.Failure("refused-command", 0, code, "Refused", null, null);
        outcomeIs(CompletableFuture.completedFuture(new Outcome("id", null, null, null, failure)));

        // When
        HttpResponse<String> answer = call("POST", APPLY, ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, problem);
        assertThat(body(answer).has("answer")).isFalse();
        assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(problem == Problem.NOT_READY);
    }

    @Test
    void saysThatTheMarketplaceDidNotAnswerAtAll() throws Exception {
        // Given
        when(registrations.detail("tiki", "1"))
                .thenThrow(new RegistrationUnreadableException(
                        new Outcome.Failure("unavailable", 0, null, "Tiki cannot be reached", null, null), null));

        // When
        HttpResponse<String> answer = call("GET", "/api/registrations/tiki/1", ApiUnderTest.READ);

        // Then
        assertProblem(answer, Problem.MARKETPLACE_FAILED);
        JsonNode reply = body(answer).path("answer");
        assertThat(reply.path("kind").asText()).isEqualTo("unavailable");
        assertThat(reply.path("status").isNull()).isTrue();
    }

    @Test
    void tellsAFailedApplyAsTheMarketplaceToldIt() throws Exception {
        // Given
        Outcome.Failure failure =
                new Outcome.Failure("rejected", 400, "INVALID_URL", "url is not reachable", "r-7", null);
        outcomeIs(CompletableFuture.completedFuture(new Outcome("id", Fixtures.TIKI, null, null, failure)));

        // When
        HttpResponse<String> answer = call("POST", APPLY, ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.MARKETPLACE_FAILED);
        assertThat(body(answer).path("answer"))
                .isEqualTo(
                        json.readTree(
                                """
                                {
                                  "kind": "rejected",
                                  "status": 400,
                                  "code": "INVALID_URL",
                                  "message": "url is not reachable",
                                  "requestId": "r-7",
                                  "retryAfterSeconds": null
                                }"""));
    }

    @ParameterizedTest
    @ValueSource(strings = {APPLY, "/api/reconcile"})
    void asksToComeBackWhenKafkaIsAway(String path) throws Exception {
        // Given
        when(registrations.request(any(), any(), any())).thenThrow(new TimeoutException("broker-7 is away"));
        when(registrations.reconcile(any())).thenThrow(new TimeoutException("broker-7 is away"));

        // When
        HttpResponse<String> answer = call("POST", path, ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.KAFKA_UNAVAILABLE);
        assertThat(answer.headers().allValues("Retry-After")).containsExactly("5");
        assertThat(answer.body()).doesNotContain("broker-7");
    }

    @Test
    void asksToComeBackWhenKafkaGoesAwayLater() throws Exception {
        // Given
        outcomeIs(CompletableFuture.failedFuture(new CompletionException(new TimeoutException("broker-7 is away"))));

        // When
        HttpResponse<String> answer = call("POST", APPLY, ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.KAFKA_UNAVAILABLE);
    }

    @Test
    void keepsWhatWentWrongInTheLog(CapturedOutput output) throws Exception {
        // Given
        when(registrations.all()).thenThrow(new IllegalStateException("a detail of the inside"));

        // When
        HttpResponse<String> answer = call("GET", "/api/registrations", ApiUnderTest.READ);

        // Then
        assertProblem(answer, Problem.INTERNAL_ERROR);
        assertThat(body(answer).size()).isEqualTo(4);
        assertThat(output)
                .contains("ERROR")
                .contains("java.lang.IllegalStateException: a detail of the inside")
                .contains("\tat ");
    }

    @Test
    void says500ForAFailureThatComesLater() throws Exception {
        // Given
        outcomeIs(CompletableFuture.failedFuture(new IllegalStateException("a detail of the inside")));

        // When
        HttpResponse<String> answer = call("POST", APPLY, ApiUnderTest.WRITE);

        // Then
        assertProblem(answer, Problem.INTERNAL_ERROR);
        assertThat(answer.body()).doesNotContain("inside", "Exception");
    }

    private void outcomeIs(CompletableFuture<Outcome> outcome) {
        when(registrations.request(any(), any(), any()))
                .thenReturn(Optional.of(new Pending("0b7c2e44-5d0c-4f43-8d5a-6a4d4a1c9a77", outcome)));
    }
}
