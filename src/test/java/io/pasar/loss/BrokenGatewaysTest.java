package io.pasar.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.Ports;
import io.pasar.loss.Checker.Kind;
import io.pasar.loss.Checker.Violation;
import io.pasar.loss.ModelGateway.Disk;
import io.pasar.loss.ModelGateway.Event;
import io.pasar.loss.ModelGateway.Log;
import io.pasar.loss.Webhook.Seller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The loss test can fail: the same senders and the same checker convict every gateway that breaks a promise. */
@Timeout(120)
class BrokenGatewaysTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int LANES = 12;
    private static final int SOME = 200;

    private final List<Seller> sellers = List.of(
            Seller.tiki("p1", "0123456789abcdef0123456789abcdef"),
            Seller.tokopedia("13002", "secret-of-another-seller"));
    private final Log log = new Log();
    private final Disk disk = new Disk();
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final Ledger ledger = new Ledger();

    @Test
    void acquitsTheOneThatKeepsEveryPromise() throws Exception {
        assertThat(Checker.summary(violations(ModelGateway::new))).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("brokenGateways")
    void convictsOneThatIsBrokenOfThatAndNothingElse(String how, Gateway broken, Set<Kind> expected) throws Exception {
        assertThat(violations(broken).stream().map(Violation::kind).collect(Collectors.toSet()))
                .as(how)
                .isEqualTo(expected);
    }

    /** Of the routes that {@link ChaosIT} breaks: without this a changed route would show only there. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("io.pasar.loss.ChaosIT#brokenRoutes")
    void findsThePlaceWhereARouteIsToBeBroken(String how, String file, String step) throws IOException {
        assertThat(Files.readString(Path.of("routes", file + ".camel.yaml")))
                .as(how)
                .containsPattern(step);
    }

    static Stream<Arguments> brokenGateways() {
        return Stream.of(
                broken("acknowledges before the commit", AcknowledgesBeforeTheCommit::new, Kind.LOST),
                broken(
                        "answers 200 with an error in the body",
                        SaysYesToAFailure::new,
                        Kind.YES_TO_A_FAILURE,
                        Kind.LOST),
                broken(
                        "verifies what it has parsed",
                        VerifiesWhatItHasParsed::new,
                        Kind.UNVERIFIED,
                        Kind.YES_TO_A_FAILURE),
                broken("checks for repeats, then inserts", ChecksThenInserts::new, Kind.LOST),
                broken("loses order while draining", LosesOrderWhileDraining::new, Kind.OUT_OF_ORDER),
                broken("writes the body anew", WritesTheBodyAnew::new, Kind.ALTERED, Kind.LOST),
                broken("logs a secret", LogsASecret::new, Kind.SECRET_TOLD),
                broken("spools without a sync", SpoolsWithoutASync::new, Kind.LOST),
                broken("gives a repeat another id", GivesARepeatAnotherId::new, Kind.REPEAT_WITH_ANOTHER_ID));
    }

    private static Arguments broken(String how, Gateway gateway, Kind... expected) {
        return Arguments.of(how, gateway, Set.of(expected));
    }

    /** As the short form of the loss test: Kafka goes, the gateway is killed meanwhile, Kafka comes back. */
    private List<Violation> violations(Gateway kind) throws Exception {
        int port = Ports.free();
        ModelGateway gateway = kind.create(log, disk, sellers, lines).start(port);
        try (Link link = new Link(port);
                Senders senders = new Senders(ledger, link.port())) {
            senders.start(sellers, LANES, Duration.ofMillis(1), 1);
            awaitAnswers(SOME);
            link.cut();
            awaitAnswers(SOME);
            log.goAway(true);
            awaitAnswers(SOME);
            gateway.kill();
            gateway = kind.create(log, disk, sellers, lines).start(port);
            awaitAnswers(SOME);
            log.goAway(false);
            awaitAnswers(SOME);
            senders.finish(SOON);
            await().atMost(SOON).until(gateway::isDrained);
        } finally {
            gateway.kill();
        }
        List<Violation> violations = new ArrayList<>(Checker.check(ledger, log.records(), "quarantine"));
        violations.addAll(Checker.checkTold(
                "log", List.copyOf(lines), sellers.stream().map(Seller::secret).toList()));
        return violations;
    }

    // Answers, and not what was accepted: a broken one may accept nothing
    private void awaitAnswers(int more) {
        int enough = ledger.answers().size() + more;
        await().atMost(SOON).until(() -> ledger.answers().size() >= enough);
    }

    interface Gateway {
        ModelGateway create(Log log, Disk disk, List<Seller> sellers, List<String> lines);
    }

    /** Kafka's producer buffers; its callback is nobody's business here. */
    private static final class AcknowledgesBeforeTheCommit extends ModelGateway {

        private final BlockingQueue<Event> buffer = new LinkedBlockingQueue<>();

        AcknowledgesBeforeTheCommit(Log log, Disk disk, List<Seller> sellers, List<String> lines) {
            super(log, disk, sellers, lines);
        }

        @Override
        synchronized void take(Event event) {
            buffer.add(event);
            try {
                while (!buffer.isEmpty()) {
                    log.append(buffer.peek());
                    buffer.remove();
                }
            } catch (IOException away) {
                // The next event takes it along
            }
        }
    }

    private static final class SaysYesToAFailure extends ModelGateway {

        SaysYesToAFailure(Log log, Disk disk, List<Seller> sellers, List<String> lines) {
            super(log, disk, sellers, lines);
        }

        @Override
        void take(Event event) throws IOException {
            log.append(event);
        }

        @Override
        int statusOfAFailure() {
            return 200;
        }
    }

    private static final class VerifiesWhatItHasParsed extends ModelGateway {

        VerifiesWhatItHasParsed(Log log, Disk disk, List<Seller> sellers, List<String> lines) {
            super(log, disk, sellers, lines);
        }

        @Override
        boolean isProven(Seller seller, String signature, byte[] body) {
            return super.isProven(seller, signature, body) || super.isProven(seller, signature, Json.compact(body));
        }
    }

    /** Remembers an event before it is safe, so that the retry of one that failed is taken for a repeat. */
    private static final class ChecksThenInserts extends ModelGateway {

        private final Set<String> seen = ConcurrentHashMap.newKeySet();

        ChecksThenInserts(Log log, Disk disk, List<Seller> sellers, List<String> lines) {
            super(log, disk, sellers, lines);
        }

        @Override
        void take(Event event) throws IOException {
            if (seen.add(event.ceId())) {
                log.append(event);
            }
        }
    }

    private static final class LosesOrderWhileDraining extends ModelGateway {

        LosesOrderWhileDraining(Log log, Disk disk, List<Seller> sellers, List<String> lines) {
            super(log, disk, sellers, lines);
        }

        @Override
        boolean mustQueue(Event event) {
            return false;
        }
    }

    private static final class WritesTheBodyAnew extends ModelGateway {

        WritesTheBodyAnew(Log log, Disk disk, List<Seller> sellers, List<String> lines) {
            super(log, disk, sellers, lines);
        }

        @Override
        byte[] value(byte[] body) {
            return Json.compact(body);
        }
    }

    private static final class LogsASecret extends ModelGateway {

        LogsASecret(Log log, Disk disk, List<Seller> sellers, List<String> lines) {
            super(log, disk, sellers, lines);
        }

        @Override
        boolean isProven(Seller seller, String signature, byte[] body) {
            boolean proven = super.isProven(seller, signature, body);
            if (!proven) {
                lines.add("Wrong signature from " + seller);
            }
            return proven;
        }
    }

    /**
     * A kill alone would not show it, since what a process has written outlives it. The model's disk forgets as one does
     * whose machine has lost its power; that the real spool answers after the sync is shown where its files are.
     */
    private static final class SpoolsWithoutASync extends ModelGateway {

        SpoolsWithoutASync(Log log, Disk disk, List<Seller> sellers, List<String> lines) {
            super(log, disk, sellers, lines);
        }

        @Override
        void syncBeforeTheAnswer() {
            // The disk will do it some time
        }
    }

    private static final class GivesARepeatAnotherId extends ModelGateway {

        GivesARepeatAnotherId(Log log, Disk disk, List<Seller> sellers, List<String> lines) {
            super(log, disk, sellers, lines);
        }

        /** The answer to the first of them was lost, say. */
        @Override
        void take(Event event) throws IOException {
            super.take(event);
            super.take(new Event(event.topic(), event.key(), event.body(), event.ceId() + "-again"));
        }
    }
}
