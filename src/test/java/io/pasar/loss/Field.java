package io.pasar.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.loss.Checker.Kind;
import io.pasar.loss.Checker.Violation;
import io.pasar.loss.Webhook.Seller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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

/** The delivered jar and a broker in processes of their own, and links to both that can be cut. */
final class Field implements AutoCloseable {

    /** Below the test's directory, for a gateway with routes of its own. */
    static final String ROUTES = "gateway/routes";

    static final String QUARANTINE = "pasar.quarantine";

    private static final Path JAR = Path.of("target", "pasar.jar").toAbsolutePath();
    private static final Duration SOON = Duration.ofSeconds(180);
    private static final String TOKEN = "token-of-the-loss-test";

    final Ledger ledger = new Ledger();
    final List<Seller> sellers = IntStream.range(0, 6)
            .mapToObj(i -> i % 2 == 0 ? Seller.tiki("p" + i, secret(i)) : Seller.tokopedia("1300" + i, secret(i)))
            .toList();
    final Victim broker;
    final Victim gateway;
    final Link toBroker;
    final Link toGateway;
    final Senders senders;
    private final Path directory;
    private final int ingestPort = freePort();
    private final int brokerPort = freePort();

    Field(Path directory, List<String> jvmOptions, List<String> settings) throws IOException {
        this.directory = directory;
        toBroker = new Link(brokerPort);
        toGateway = new Link(ingestPort);
        broker = new Victim(brokerCommand(directory), directory, directory.resolve("broker.log"));
        gateway = new Victim(
                gatewayCommand(jvmOptions, settings), directory.resolve("gateway"), directory.resolve("gateway.log"));
        Files.createDirectories(directory.resolve("gateway"));
        Files.writeString(directory.resolve("gateway/application.yaml"), accounts());
        senders = new Senders(ledger, toGateway.port());
    }

    void start() throws IOException {
        startBroker();
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
        broker.start();
        awaitListening(broker, brokerPort);
    }

    void awaitAccepted(long more) {
        long enough = ledger.accepted() + more;
        await().atMost(SOON).until(() -> ledger.accepted() >= enough);
    }

    /** What is wrong in the end. Waits for what is still on its way, as long as that is all that is wrong. */
    List<Violation> violations(Duration within) throws IOException {
        List<Violation> violations = new ArrayList<>();
        try (TopicsRead topics = new TopicsRead("127.0.0.1:" + toBroker.port(), topics())) {
            await().atMost(within).pollInterval(Duration.ofSeconds(1)).until(() -> {
                violations.clear();
                violations.addAll(Checker.check(ledger, topics.toTheEnd(), QUARANTINE));
                return violations.isEmpty() || violations.stream().anyMatch(one -> one.kind() != Kind.LOST);
            });
        } catch (ConditionTimeoutException lost) {
            // They are told below
        }
        List<String> secrets = Stream.concat(
                        sellers.stream().map(Seller::secret), Stream.of(TOKEN, "client-secret-of-"))
                .toList();
        violations.addAll(Checker.checkLog(gateway.log(), secrets));
        return violations;
    }

    @Override
    public void close() throws IOException {
        senders.close();
        gateway.close();
        broker.close();
        toGateway.close();
        toBroker.close();
    }

    private List<String> topics() {
        return Stream.concat(sellers.stream().map(Seller::topic), Stream.of(QUARANTINE))
                .distinct()
                .toList();
    }

    private List<String> brokerCommand(Path directory) {
        return List.of(
                java(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BrokerMain.class.getName(),
                directory.resolve("broker").toString(),
                String.valueOf(brokerPort),
                String.valueOf(toBroker.port()));
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
                "--pasar.public-url=https://gw.example",
                "--pasar.ingest.port=" + ingestPort,
                "--pasar.ingest.address=127.0.0.1",
                "--pasar.kafka.bootstrap-servers=127.0.0.1:" + toBroker.port(),
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

    private static void awaitListening(Victim victim, int port) {
        await().atMost(SOON).until(() -> {
            assertThat(victim.isAlive()).as("it is alive").isTrue();
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

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
