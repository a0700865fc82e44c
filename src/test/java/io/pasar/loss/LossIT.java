package io.pasar.loss;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is killed or cut meanwhile: what was answered 2xx is in Kafka, as it came and in order, and nothing else is. */
@Timeout(600)
class LossIT {

    private static final int LANES = 12;
    private static final int SOME = 300;

    @TempDir
    private Path directory;

    /** The short form of {@link ChaosIT}. */
    @Test
    void losesNothingWhenTheGatewayIsKilledWhileKafkaIsAway() throws Exception {
        // Room for a slow machine: how soon answers come is not asserted here
        SteppingClock clock = new SteppingClock(directory);
        try (Field field = new Field(
                directory,
                List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", clock.jvmOption()),
                List.of("--pasar.ingest.answer-within=5s"))) {
            // Given
            field.start();
            field.senders.start(field.sellers, LANES, Duration.ofMillis(2), 1);
            field.awaitAccepted(SOME);

            // When
            clock.set(Duration.ofHours(3));
            field.awaitAccepted(SOME);
            field.broker.kill();
            field.awaitAccepted(SOME);
            clock.set(Duration.ofHours(-5));
            field.awaitAccepted(SOME);
            field.gateway.kill();
            field.startGateway();
            field.awaitAccepted(SOME);
            field.startBroker();
            field.awaitAccepted(SOME);
            field.toGateway.cut();
            field.awaitAccepted(SOME);
            field.senders.finish(Duration.ofSeconds(120));

            // Then
            assertThat(Checker.summary(field.violations(Duration.ofMinutes(3)))).isEmpty();
            assertThat(field.timesReceived()).as("its clock was set").isGreaterThan(Duration.ofHours(7));
        }
    }
}
