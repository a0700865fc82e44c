package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class NotConfiguredTest {

    private static final String WARNING = "Accounts were registered and are configured nowhere";

    private final Registrations registrations = mock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final NotConfigured notConfigured = new NotConfigured(meters, registrations);

    @Test
    void warnsOncePerChangeAndNamesTheFirstFew(CapturedOutput output) {
        // Given
        when(registrations.notConfigured())
                .thenReturn(IntStream.range(10, 30)
                        .mapToObj(number -> "tiki/" + number)
                        .toList());

        // When
        notConfigured.look();
        notConfigured.look();

        // Then
        assertThat(output).containsOnlyOnce(WARNING).contains("count=\"20\"", "tiki/10", "tiki/19");
        assertThat(output).doesNotContain("tiki/20");
        assertThat(gauge()).isEqualTo(20);
    }

    @Test
    void saysWhenItIsOver(CapturedOutput output) {
        // Given
        when(registrations.notConfigured()).thenReturn(List.of("tiki/1")).thenReturn(List.of());

        // When
        notConfigured.look();
        notConfigured.look();

        // Then
        assertThat(output).contains(WARNING, "configured again, or forgotten");
        assertThat(gauge()).isZero();
    }

    @Test
    void saysNothingWhileNothingIsWrong(CapturedOutput output) {
        // Given
        when(registrations.notConfigured()).thenReturn(List.of());

        // When
        notConfigured.look();

        // Then
        assertThat(output).doesNotContain("configured");
        assertThat(gauge()).isZero();
    }

    private double gauge() {
        return meters.get("pasar.registration.not.configured").gauge().value();
    }
}
