package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.kafka.TopicShare;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.marketplace.TestAccounts;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockito.ArgumentCaptor;

/** Until the recorded state has been read nobody knows what a write would undo. */
class NotReadYetTest {

    private final Accounts accounts = new Accounts(List.of(TestAccounts.tiki("p77", "order")));
    private final PublicUrl publicUrl = new PublicUrl(URI.create("https://gw.example"));
    private final RegistrationConfiguration configuration = new RegistrationConfiguration(
            Duration.ofMinutes(15),
            Duration.ofHours(6),
            Duration.ofHours(4),
            new RegistrationConfiguration.Thresholds(10, Duration.ofMinutes(10)));
    private final Clock clock = Clock.systemUTC();
    private final MarketplaceCalls calls = mock();
    private final RegistrationRecords records = mock();
    private final RegistrationTopics topics = mock();

    @ParameterizedTest
    @EnumSource
    void carriesOutNothing(Trigger trigger) {
        // Given
        Runs runs = new Runs(accounts, publicUrl, calls, records, topics, configuration, null, null, null, clock);
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage()
                .setBody("{\"id\":\"1\",\"action\":\"apply\",\"marketplace\":\"tiki\",\"account\":\"p77\"}"
                        .getBytes(StandardCharsets.UTF_8));
        exchange.getMessage().setHeader(RegistrationTopics.TRIGGER, trigger.name());

        // When
        runs.begin(exchange);

        // Then
        assertThat(exchange.isRouteStop()).isTrue();
        ArgumentCaptor<RegistrationEvent> event = ArgumentCaptor.captor();
        verify(topics).write(eq("tiki/p77"), event.capture());
        assertThat(event.getValue().outcome().failure().code()).isEqualTo("not-ready");
        verifyNoInteractions(calls);
    }

    @Test
    void asksForNoCheck() {
        // Given
        TopicShare share = mock();
        when(share.owns("tiki/p77")).thenReturn(true);
        when(share.ownedOrOne()).thenReturn(1.0);
        when(topics.send(any(Command.class))).thenReturn(CompletableFuture.completedFuture(null));
        Registrations registrations = mock();
        Schedule schedule = new Schedule(
                accounts,
                publicUrl,
                calls,
                records,
                topics,
                mock(RegistrationMetrics.class),
                new NotConfigured(new SimpleMeterRegistry(), registrations),
                share,
                configuration,
                clock);

        // When
        schedule.askForDue();

        // Then
        verifyNoInteractions(topics, calls);

        // When
        when(records.areRead()).thenReturn(true);
        schedule.askForDue();

        // Then
        verify(topics).send(any(Command.class));
    }
}
