package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.account.Account;
import io.pasar.account.PublicUrl;
import io.pasar.marketplace.TestAccounts;
import io.pasar.registration.Plan.Change;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.event.Level;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RunLogTest {

    private static final Instant NOW = Instant.parse("2031-02-03T04:05:06Z");

    private final RunLog log = new RunLog();

    @Test
    void aRepairIsNewsAndWhatIsOnlySentAgainIsNot(CapturedOutput output) {
        // When
        log.registered(run("repaired", Trigger.TIMER, Plan.Action.CHANGE, Plan.Action.RESEND), "order, secret", "r1");
        log.registered(run("again", Trigger.TIMER, Plan.Action.RESEND, Plan.Action.CARRY_OVER), "order, secret", "r2");
        log.registered(run("asked", Trigger.REQUEST, Plan.Action.RESEND), "order", "r3");

        // Then
        assertThat(output.getAll().lines().filter(line -> line.contains("Registered")))
                .satisfiesExactly(first -> assertThat(first).contains("repaired"), second -> assertThat(second)
                        .contains("asked"));
    }

    @Test
    void whatThereIsNotIsLeftOutAndAStateIsCalledAsTheApiCallsIt(CapturedOutput output) {
        // When
        log.state(run("p77", Trigger.TIMER), Level.INFO, State.IN_SYNC, null, NOW, "Registration has a new state");
        log.registered(run("p77", Trigger.REQUEST, Plan.Action.SET), "order", null);
        log.refused(null, null, "bad-command", "The command cannot be read: it is empty");

        // Then
        assertThat(output.getAll())
                .contains("state=\"in-sync\"")
                .contains("Registered")
                .contains("Command refused")
                .doesNotContain("\"null\"");
    }

    @Test
    void thousandsOfRefusedCommandsAreAFewLines(CapturedOutput output) {
        // When
        IntStream.range(0, 10_000).forEach(i -> log.refused(null, null, "bad-command", "It is no JSON"));

        // Then: more than ten only where this took longer than ten seconds
        assertThat(output.getAll().lines().filter(line -> line.contains("Command refused")))
                .hasSizeBetween(10, 100);
    }

    private static Run run(String account, Trigger trigger, Plan.Action... actions) {
        Account tiki = TestAccounts.tiki(account, "order");
        PublicUrl publicUrl = new PublicUrl(URI.create("https://gw.example"), List.of());
        Command command = new Command("c1", Action.APPLY, "tiki", account, trigger);
        Run run = new Run(command, tiki, DesiredRegistration.of(tiki, publicUrl), null, null);
        run.plan = new Plan(
                Arrays.stream(actions)
                        .map(action -> new Change("order", action, null, "https://gw.example"))
                        .toList(),
                List.of());
        return run;
    }
}
