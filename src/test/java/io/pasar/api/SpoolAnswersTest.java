package io.pasar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.pasar.kafka.spool.SpoolUnavailableException;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

class SpoolAnswersTest extends OverHttp {

    @Test
    void showsWhatWaitsAndWhatIsSetAside() throws Exception {
        // Given
        when(spool.status()).thenReturn(Fixtures.SPOOL);

        // When
        HttpResponse<String> answer = call("GET", "/api/spool", ApiUnderTest.READ);

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(body(answer)).isEqualTo(json.readTree(Examples.SPOOL));
    }

    @Test
    void triesAgainWhatIsSetAside() throws Exception {
        // Given
        when(spool.retrySetAside()).thenReturn(CompletableFuture.completedFuture(3L));

        // When
        HttpResponse<String> answer = call("POST", "/api/spool/set-aside/retry", ApiUnderTest.WRITE);

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"retried\":3}");
        verify(spool).retrySetAside();
    }

    @Test
    void saysThatASpoolThatFailsTriesNothing() throws Exception {
        // Given
        when(spool.retrySetAside())
                .thenReturn(CompletableFuture.failedFuture(Mockito.mock(SpoolUnavailableException.class)));

        // Then
        assertProblem(call("POST", "/api/spool/set-aside/retry", ApiUnderTest.WRITE), Problem.SPOOL_UNAVAILABLE);
    }
}
