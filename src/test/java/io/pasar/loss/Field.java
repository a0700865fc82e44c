package io.pasar.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.Ports;
import io.pasar.kafka.Topics;
import io.pasar.loss.Checker.Kind;
import io.pasar.loss.Checker.Violation;
import io.pasar.loss.Ledger.Answer;
import io.pasar.loss.Webhook.Seller;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.springframework.util.FileSystemUtils;

/** The delivered jar and one broker or several in processes of their own, and links to all that can be cut. */
final class Field implements AutoCloseable {

    /** Below the test's directory, for a gateway with routes of its own. */
    static final String ROUTES = "gateway/routes";

    private static final Path JAR = Path.of("target", "pasar.jar").toAbsolutePath();
    private static final Duration SOON = Duration.ofSeconds(180);
    private static final String TOKEN = "token-of-the-loss-test";

    final Ledger ledger = new Ledger();
    final List<Seller> sellers = IntStream.range(0, 6)
            .mapToObj(i -> i % 2 == 0 ? Seller.tiki("p" + i, secret(i)) : Seller.tokopedia("1300" + i, secret(i)))
            .toList();
    final Brokers brokers;

    /** The first of them. */
    final Victim broker;

    final Victim gateway;

    /** To the first of them. */
    final Link toBroker;

    final Link toGateway;
    final Senders senders;
    private final Path directory;
    private final int ingestPort = Ports.free();
    private Duration timesReceived = Duration.ZERO;

    /** With one broker. */
    Field(Path directory, List<String> jvmOptions, List<String> settings) throws IOException {
        this(directory, 1, jvmOptions, settings);
    }

    Field(Path directory, int brokers, List<String> jvmOptions, List<String> settings) throws IOException {
        this.directory = directory;
        this.brokers = new Brokers(directory, brokers);
        broker = this.brokers.process(0);
        toBroker = this.brokers.link(0);
        toGateway = new Link(ingestPort);
        gateway = new Victim(
                gatewayCommand(jvmOptions, settings), directory.resolve("gateway"), directory.resolve("gateway.log"));
        Files.createDirectories(directory.resolve("gateway"));
        Files.writeString(directory.resolve("gateway/application.yaml"), accounts());
        senders = new Senders(ledger, toGateway.port());
    }

    void start() throws IOException {
        brokers.start(IntStream.range(0, brokers.count()).boxed().toList());
        startGateway();
    }

    /** For senders that need no link. */
    int ingestPort() {
        return ingestPort;
    }

    /** Before the start: gives the gateway its own routes, with one place of them changed. */
    void breakRoute(String file, String pattern, String replacement) throws IOException {
        FileSystemUtils.copyRecursively(Path.of("routes"), directory.resolve(ROUTES));
        Path route = directory.resolve(ROUTES).resolve(file);
        String sound = Files.readString(route);
        String broken = sound.replaceAll(pattern, replacement);
        assertThat(broken).isNotEqualTo(sound);
        Files.writeString(route, broken);
    }

    /** After it was killed. */
    void startGateway() throws IOException {
        gateway.start();
        awaitListening(gateway, ingestPort);
    }

    /** After it was killed. */
    void startBroker() throws IOException {
        brokers.start(List.of(0));
    }

    void awaitAccepted(long more) {
        long enough = ledger.accepted() + more;
        await().atMost(SOON).until(() -> ledger.accepted() >= enough);
    }

    /** So many records of events more in Kafka, by itself or from the spool. */
    void awaitPublished(long more) {
        try (TopicsRead topics = new TopicsRead(brokers.bootstrapServers())) {
            long enough = topics.events() + more;
            await().atMost(SOON).until(() -> topics.events() >= enough);
        }
    }

    void awaitAnswers(int status, long more) {
        long enough = answers(status) + more;
        await().atMost(SOON).until(() -> answers(status) >= enough);
    }

    private long answers(int status) {
        return ledger.answers().stream()
                .filter(answer -> answer.status() == status)
                .count();
    }

    /**
     * On a full disk from now on. A limit of any size would not do: what grows beyond it is only begun anew in the next file.
     *
     * @param spare bytes that a file may have all the same, so that a write can end in its middle
     */
    void fillDisk(int spare) throws IOException, InterruptedException {
        gateway.limitFiles(spare);
    }

    void emptyDisk() throws IOException, InterruptedException {
        gateway.limitFiles(-1);
    }

    /** What is wrong in the end. Waits for what is still on its way, as long as that is all that is wrong. */
    List<Violation> violations(Duration within) throws IOException {
        List<Violation> violations = new ArrayList<>();
        TopicsRead topics = new TopicsRead(brokers.bootstrapServers());
        try (topics) {
            await().atMost(within).pollInterval(Duration.ofSeconds(1)).until(() -> {
                topics.toTheEnd();
                violations.clear();
                violations.addAll(Checker.check(ledger, topics.deliveries(), Topics.QUARANTINE));
                return violations.isEmpty() || violations.stream().anyMatch(one -> one.kind() != Kind.LOST);
            });
        } catch (ConditionTimeoutException lost) {
            // They are told below
        }
        timesReceived = Duration.between(topics.earliest(), topics.latest());
        violations.addAll(told("log", gateway.log()));
        violations.addAll(told("other topics", topics.others()));
        violations.addAll(told(
                "answers",
                ledger.answers().stream().map(Answer::body).distinct().toList()));
        return violations;
    }

    /** From the first to the last time at which an event says it was received, as {@link #violations} has found it. */
    Duration timesReceived() {
        return timesReceived;
    }

    private List<Violation> told(String where, List<String> lines) {
        List<String> secrets = Stream.concat(
                        sellers.stream().map(Seller::secret), Stream.of(TOKEN, "client-secret-of-"))
                .toList();
        return Checker.checkTold(where, lines, secrets);
    }

    @Override
    public void close() throws IOException {
        senders.close();
        gateway.close();
        toGateway.close();
        brokers.close();
    }

    private List<String> gatewayCommand(List<String> jvmOptions, List<String> settings) {
        List<String> command = new ArrayList<>(List.of(java(), "-Xmx300m"));
        command.addAll(jvmOptions);
        command.addAll(List.of(
                "-jar",
                JAR.toString(),
                "--server.port=0",
                "--pasar.api.tokens[0].name=loss",
                "--pasar.api.tokens[0].role=read",
                "--pasar.api.tokens[0].token=" + TOKEN,
                // Nothing may be told at this level either
                "--logging.level.io.pasar=debug",
                "--pasar.public-url=https://gw.example",
                "--pasar.ingest.port=" + ingestPort,
                "--pasar.ingest.address=127.0.0.1",
                "--pasar.kafka.bootstrap-servers=" + brokers.bootstrapServers(),
                "--pasar.marketplaces.tiki.api-url=http://127.0.0.1:9",
                "--pasar.marketplaces.tiki.token-url=http://127.0.0.1:9/token",
                "--pasar.marketplaces.tokopedia.api-url=http://127.0.0.1:9",
                "--pasar.marketplaces.tokopedia.token-url=http://127.0.0.1:9/token"));
        command.addAll(settings);
        return command;
    }

    private String accounts() {
        return "pasar:\n  accounts:\n"
                + sellers.stream()
                        .map(seller ->
                                "    - {marketplace: %s, id: \"%s\", client-id: me, client-secret: client-secret-of-%s, webhook-secrets: [%s], events: [%s]%s}%n"
                                        .formatted(
                                                seller.marketplace(),
                                                seller.account(),
                                                seller.account(),
                                                seller.secret(),
                                                seller.eventKind(),
                                                seller.marketplace().equals("tiki") ? ", warehouses: [sgn3]" : ""))
                        .collect(Collectors.joining());
    }

    static void awaitListening(Victim victim, int port) {
        await().atMost(SOON).until(() -> {
            assertThat(victim.isAlive()).as(victim::lastLines).isTrue();
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    private static String secret(int seller) {
        return "secret-of-seller-%d-in-32-letters".formatted(seller).substring(0, 32);
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
