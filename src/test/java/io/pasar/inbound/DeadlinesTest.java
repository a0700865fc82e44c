package io.pasar.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.inbound.Deadlines.Deadline;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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
        List<String> order = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> end = new CompletableFuture<>();

        // When
        vertx.runOnContext(now -> {
            deadlines.add(() -> deadlines.add(() -> end.complete(null)));
            vertx.setTimer(100, later -> deadlines.add(() -> order.add("due after 300 ms")));
            vertx.setTimer(350, later -> order.add("due after 350 ms"));
        });

        // Then
        end.get(10, TimeUnit.SECONDS);
        assertThat(order).containsExactly("due after 300 ms", "due after 350 ms");
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
        last.get(10, TimeUnit.SECONDS);
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
        assertThat(pending.get(10, TimeUnit.SECONDS)).isEqualTo(1);
    }
}
