package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.marketplace.TestAccounts;
import io.pasar.registration.Look.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ProgressTest {

    private static final Instant NOW = Instant.parse("2031-02-03T04:05:06Z");

    private final Progress progress = new Progress();

    @Test
    void saysHowFarItIsAndHowLongTheRestTakes() {
        assertThat(Progress.line(look(NOW, 10_000, 5800), 5))
                .isEqualTo("Checked 4,200 of 10,000 accounts; at 5 requests/s the rest takes 19 min or more");
        assertThat(Progress.line(look(NOW, 10_000, 5800), 0)).isEqualTo("Checked 4,200 of 10,000 accounts");
    }

    @Test
    void tellsOnlyOfWhatIsBehindForLongAndThenThatItIsNoMore(CapturedOutput output) {
        // When
        IntStream.range(0, 70).forEach(i -> tell(look(NOW.plusSeconds(i), 1000, 900 - i)));
        tell(look(NOW.plusSeconds(70), 1000, 0));
        tell(look(NOW.plusSeconds(71), 1000, 0));

        // Then
        assertThat(output.getAll().lines().filter(line -> line.contains("Checked ")))
                .hasSize(2);
        assertThat(output.getAll().lines().filter(line -> line.contains("no longer behind")))
                .hasSize(1);
    }

    @Test
    void saysNothingOfWhatIsDoneSoon(CapturedOutput output) {
        // When
        tell(look(NOW, 1000, 900));
        tell(look(NOW.plusSeconds(20), 1000, 0));
        tell(look(NOW.plusSeconds(40), 1000, 900));

        // Then
        assertThat(output.getAll()).doesNotContain("Checked ").doesNotContain("behind");
    }

    @Test
    void warnsOnceWhenTheRateLimitIsTooLowForTheNumberOfAccounts(CapturedOutput output) {
        // When
        progress.tell(look(NOW, 10_000, 0), 5, Duration.ofMinutes(15), "pasar.registration.every");
        progress.tell(look(NOW, 10_000, 0), 5, Duration.ofMinutes(15), "pasar.registration.every");

        // Then
        assertThat(output.getAll())
                .containsOnlyOnce(
                        "10,000 accounts at 5 requests/s take 33 min, which is longer than pasar.registration.every (15 min)");
    }

    private void tell(Look look) {
        progress.tell(look, 0, Duration.ofMinutes(15), "pasar.registration.every");
    }

    private static Look look(Instant at, int accounts, int due) {
        Look look = new Look("tokopedia", at);
        IntStream.range(0, accounts).forEach(i -> look.count(null, i < due));
        IntStream.range(0, due)
                .forEach(i -> look.candidate(
                        new Candidate(TestAccounts.tokopedia("1", "order-status"), "key", null, false, Trigger.TIMER)));
        return look;
    }
}
