package io.pasar.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ClassPathResource;
import org.springframework.scheduling.TaskScheduler;

/** What is sent when, at the pace that the sandbox is shipped with; time is counted, not waited for. */
class CourierTest {

    private final TaskScheduler scheduler = mock();
    private final List<String> sent = new ArrayList<>();
    private Courier courier;
    private Runnable beat;
    private Duration period;

    @BeforeEach
    void start() throws IOException {
        courier = new Courier(shipped(), scheduler);
        when(scheduler.schedule(any(), any(Instant.class))).thenAnswer(call -> {
            call.<Runnable>getArgument(0).run();
            return null;
        });
        courier.start();
        ArgumentCaptor<Runnable> task = ArgumentCaptor.captor();
        ArgumentCaptor<Duration> between = ArgumentCaptor.captor();
        verify(scheduler).scheduleAtFixedRate(task.capture(), any(Instant.class), between.capture());
        beat = task.getValue();
        period = between.getValue();
    }

    @Test
    void sendsTheFirstOfEveryKindWithinSeconds() {
        // Given
        StandIn tiki = standIn("tiki");
        StandIn tokopedia = standIn("tokopedia");
        List.of("order", "stock", "aftersale").forEach(kind -> courier.enlist(tiki, "1", kind));
        TokopediaPayloads.EVENT_KINDS.forEach(kind -> courier.enlist(tokopedia, "2", kind));
        TokopediaPayloads.EVENT_KINDS.forEach(kind -> courier.enlist(tokopedia, "3", kind));

        // When
        passes(Duration.ofSeconds(3));

        // Then
        assertThat(sent.stream().distinct()).hasSize(16);
    }

    @Test
    void goesOnGently() {
        // Given
        StandIn tiki = standIn("tiki");
        courier.enlist(tiki, "1", "order");
        courier.enlist(tiki, "1", "stock");
        passes(Duration.ofSeconds(1));
        sent.clear();

        // When
        passes(Duration.ofSeconds(10));

        // Then
        assertThat(sent).hasSize(10).contains("tiki order", "tiki stock");
    }

    @Test
    void doesNotLetAKindWaitThatIsRegisteredLater() {
        // Given
        StandIn tiki = standIn("tiki");
        courier.enlist(tiki, "1", "order");
        passes(Duration.ofSeconds(2));
        sent.clear();

        // When
        courier.enlist(tiki, "1", "aftersale");
        passes(period);

        // Then
        assertThat(sent).contains("tiki aftersale");
    }

    private void passes(Duration time) {
        for (long beats = time.dividedBy(period); beats > 0; beats--) {
            beat.run();
        }
    }

    /** Everything is registered there, at a port where nobody listens. */
    private StandIn standIn(String name) {
        StandIn standIn = mock();
        when(standIn.name()).thenReturn(name);
        when(standIn.webhook(any(), any())).thenAnswer(call -> {
            String eventKind = call.getArgument(1);
            sent.add(name + " " + eventKind);
            return Optional.of(new Webhook(
                    name,
                    call.getArgument(0),
                    eventKind,
                    URI.create("http://127.0.0.1:1/"),
                    new byte[0],
                    "X-Signature",
                    null));
        });
        return standIn;
    }

    private static SandboxProperties shipped() throws IOException {
        return new Binder(ConfigurationPropertySources.from(new YamlPropertySourceLoader()
                        .load("shipped", new ClassPathResource("application-sandbox.yaml"))))
                .bindOrCreate("sandbox", SandboxProperties.class);
    }
}
