package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.account.Account;
import io.pasar.marketplace.TestAccounts;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class SharedClientsTest {

    private static final List<Account> SHARING = List.of(
            TestAccounts.tiki("p77", "order"),
            TestAccounts.tiki("p78", "order"),
            TestAccounts.at("readable", "1", "order"),
            TestAccounts.at("readable", "2", "order"),
            TestAccounts.at("other", "1", "order"));

    private final SharedClients sharedClients = new SharedClients();

    @Test
    void warnsOncePerChangeWhereNothingCanBeRead(CapturedOutput output) {
        // When
        sharedClients.look(SHARING, "readable"::equals);
        sharedClients.look(List.copyOf(SHARING), "readable"::equals);

        // Then
        assertThat(output)
                .containsOnlyOnce("Accounts share a client-id")
                .contains("accounts=\"tiki/p77, tiki/p78\"")
                .doesNotContain("tiki-client");
    }

    @Test
    void saysNothingWhereEachHasItsOwn(CapturedOutput output) {
        // When
        sharedClients.look(List.of(SHARING.get(0), SHARING.get(4)), "readable"::equals);

        // Then
        assertThat(output).doesNotContain("client-id");
    }
}
