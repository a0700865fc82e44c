package io.pasar.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SecretTest {

    @Test
    void showsNothingOfItself() {
        assertThat(new Secret("made-up-secret")).hasToString("***");
        assertThat(List.of(new Secret("made-up-secret")).toString()).doesNotContain("made-up");
    }

    @Test
    void hasTheFingerprintThatOpenSslComputes() {
        assertThat(new Secret("made-up-secret").fingerprint("tiki", "p77"))
                .isEqualTo("6cee385d92586dd3577805b2a18bddc1d8be29562a5030c8311d35f902ae20bf");
    }

    @Test
    void hasAnotherFingerprintAtEveryAccount() {
        // Given
        Secret secret = new Secret("made-up-secret");

        // Then
        assertThat(List.of(
                        secret.fingerprint("tiki", "p77"),
                        secret.fingerprint("tiki", "p78"),
                        secret.fingerprint("tokopedia", "p77"),
                        new Secret("another").fingerprint("tiki", "p77")))
                .doesNotHaveDuplicates();
    }

    @Test
    void hasAFingerprintEvenWhenItIsEmpty() {
        assertThat(new Secret("").fingerprint("tiki", "p77")).hasSize(64);
    }
}
