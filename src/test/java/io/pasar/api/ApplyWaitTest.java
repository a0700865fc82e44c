package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.pasar.registration.Outcome;
import io.pasar.registration.Registrations.Pending;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** An apply that takes as long as anybody waits for it. */
class ApplyWaitTest extends OverHttp {

    @Test
    void holdsNoThreadWhileItWaits() throws Exception {
        // Given
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        when(registrations.request(any(), any(), any())).thenReturn(Optional.of(new Pending("id", outcome)));
        int moreThanThereAreThreads = 5;

        // When
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < moreThanThereAreThreads; i++) {
            answers.add(client().sendAsync(
                            request("/api/registrations/tiki/41235121321/apply", ApiUnderTest.WRITE)
                                    .POST(BodyPublishers.noBody())
                                    .build(),
                            BodyHandlers.ofString()));
        }

        // Then
        verify(
                        registrations,
                        timeout(ApiUnderTest.APPLY_WAIT.toMillis() * 3 / 4).times(moreThanThereAreThreads))
                .request(any(), any(), any());
        outcome.complete(Fixtures.DONE);
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.get().statusCode()).isEqualTo(200));
    }
}
