package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** In a process of its own, since it ends one. */
class StopDeadlineTest {

    /** What it may take on a slow machine; without a deadline it never ends. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Test
    void endsTheProcessWhenItsStopHangs() throws Exception {
        // Given
        Process hanging = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Hanging.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(hanging.inputReader().lines().anyMatch("up"::equals)).isTrue();

            // When
            hanging.destroy();

            // Then
            assertThat(hanging.onExit()).succeedsWithin(PATIENCE);
            assertThat(hanging.exitValue()).isEqualTo(143);
        } finally {
            hanging.destroyForcibly();
        }
    }

    static final class Hanging {

        private Hanging() {}

        public static void main(String[] args) throws InterruptedException {
            new StopDeadline().install();
            Runtime.getRuntime().addShutdownHook(new Thread(Hanging::hang));
            System.out.println("up");
            hang();
        }

        private static void hang() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
