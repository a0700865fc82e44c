package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.pasar.SettableClock;
import io.pasar.account.Accounts;
import io.pasar.marketplace.TestAccounts;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChangesTest {

    private final Accounts accounts = new Accounts(List.of(TestAccounts.tiki("p77", "order")));
    private final RegistrationRecords records = mock(RegistrationRecords.class);
    private final SettableClock clock = new SettableClock();
    private final Changes changes = new Changes(accounts, records, clock);

    @Test
    void areThereAtTheFirstLookAndNotAtTheNext() {
        assertThat(changes.any()).isTrue();
        assertThat(changes.any()).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void areThereWhen(String what, Change change) {
        // Given
        changes.any();

        // When
        change.of(this);

        // Then
        assertThat(changes.any()).isTrue();
        assertThat(changes.any()).isFalse();
    }

    static Stream<Arguments> areThereWhen() {
        return Stream.of(
                arguments("accounts are replaced", test -> test.accounts.replace(test.accounts.all())),
                arguments("a record has come", test -> when(test.records.changes())
                        .thenReturn(1L)),
                arguments("all records are read", test -> when(test.records.areRead())
                        .thenReturn(true)),
                arguments("time has passed", test -> test.clock.forward(Duration.ofSeconds(15))),
                arguments("the clock was set back", test -> test.clock.forward(Duration.ofSeconds(-1))));
    }

    @Test
    void areNotThereForSomeSeconds() {
        // Given
        changes.any();

        // When
        clock.forward(Duration.ofSeconds(14));

        // Then
        assertThat(changes.any()).isFalse();
    }

    private static Arguments arguments(String what, Change change) {
        return Arguments.of(what, change);
    }

    private interface Change {
        void of(ChangesTest test);
    }
}
