package io.pasar.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.inbound.Deadlines.Deadline;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlinesTest {

    private final Vertx vertx = Vertx.vertx();
    private final Deadlines deadlines = new Deadlines(vertx, Duration.ofMillis(200));

    @AfterEach
    void close() {
        vertx.close();
    }

    @Test
    void isNotDelayedByOneBeforeItThatAddsItselfAgain() throws Exception {
        // Given
        CompletableFuture<Boolean> inTime = new CompletableFuture<>();

        // When
        vertx.runOnContext(now -> {
            deadlines.add(() -> deadlines.add(() -> {}));
            vertx.setTimer(100, later -> {
                deadlines.add(() -> inTime.complete(true));
                // From the same moment on, however late that is, and before the time of the one that was added again
                vertx.setTimer(250, end -> inTime.complete(false));
            });
        });

        // Then
        assertThat(inTime.get(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void runsNothingForOneThatIsMetAndGoesOnAfterOneThatFails() throws Exception {
        // Given
        CompletableFuture<Boolean> met = new CompletableFuture<>();
        CompletableFuture<Void> last = new CompletableFuture<>();

        // When
        vertx.runOnContext(now -> {
            Deadline deadline = deadlines.add(() -> met.complete(false));
            deadline.met();
            deadlines.add(() -> {
                throw new IllegalStateException("made up");
            });
            deadlines.add(() -> last.complete(null));
        });

        // Then
        last.get(60, TimeUnit.SECONDS);
        assertThat(met).isNotDone();
    }

    @Test
    void keepsNothingOfOneThatIsMet() throws Exception {
        // Given
        CompletableFuture<Integer> pending = new CompletableFuture<>();

        // When
        vertx.runOnContext(now -> {
            Deadline first = deadlines.add(() -> {});
            deadlines.add(() -> {});
            first.met();
            pending.complete(deadlines.pending());
        });

        // Then
        assertThat(pending.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    }
}
