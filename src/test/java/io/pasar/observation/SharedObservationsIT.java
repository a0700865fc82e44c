package io.pasar.observation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.SettableClock;
import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.account.Secret;
import io.pasar.kafka.EmbeddedBroker;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.TopicProvisioner;
import io.pasar.kafka.TopicReader;
import io.pasar.kafka.Topics;
import io.pasar.marketplace.TestAccounts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** What was seen, over one real broker: by several replicas, and by one after another. */
class SharedObservationsIT {

    @TempDir
    static Path dataDir;

    private static final Instant NOW = Instant.parse("2031-02-03T04:05:06Z");
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration OFTEN = Duration.ofMillis(200);
    private static final Duration NEVER = Duration.ofDays(1);

    private static EmbeddedBroker broker;
    private static KafkaClients clients;
    private static int ids;

    private final Account account = TestAccounts.tiki("p" + ids++, "order", "stock");
    private final Secret secret = account.registeredSecret();
    private final String fingerprint = secret.fingerprint("tiki", account.id());
    private final List<Replica> replicas = new ArrayList<>();

    @BeforeAll
    static void startKafka() {
        broker = EmbeddedBroker.start(dataDir, 0);
        KafkaConfiguration.Topics topics =
                new KafkaConfiguration.Topics(2, (short) -1, Duration.ofDays(7), DataSize.ofMegabytes(2));
        clients = new KafkaClients(
                new KafkaConfiguration(
                        "", Map.of(), Duration.ofMillis(400), new KafkaConfiguration.Embedded(0), topics),
                broker.bootstrapServers());
        new TopicProvisioner(clients, topics, List.of()).provision(SOON);
    }

    @AfterAll
    static void stopKafka() {
        clients.close();
        broker.close();
    }

    @AfterEach
    void stop() {
        replicas.forEach(Replica::stop);
    }

    @Test
    void whatWasSeenSurvivesARestart() {
        // Given
        Replica first = replica(NEVER);
        await().atMost(SOON).until(() -> first.seen().observedSince() != null);
        first.at(NOW.plusSeconds(60));
        first.observations.verified("tiki", account.id(), "order", secret, "https://gw.example");
        first.observations.rejected("tiki", account.id(), "stock", "wrong-signature");

        // When
        first.stop();
        Replica second = replica(NEVER);
        second.at(NOW.plusSeconds(3600));

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(second.seen())
                .isEqualTo(new Sightings(
                        NOW,
                        Map.of(
                                "order", new Sightings.EventKind(NOW.plusSeconds(60), null),
                                "stock", new Sightings.EventKind(null, NOW.plusSeconds(60))),
                        Map.of(fingerprint, NOW.plusSeconds(60)),
                        Map.of("https://gw.example", NOW.plusSeconds(60)))));
        assertThat(second.observations.of("tiki", account.id(), "order").lastVerifiedAt())
                .isEqualTo(NOW.plusSeconds(60));
        assertThat(second.observations.of("tiki", account.id(), "order").verified())
                .isZero();
    }

    @Test
    void veryManyAccountsAreWrittenAFewAtATimeButAllAtTheEnd() {
        // Given
        List<Account> many = IntStream.range(0, 120)
                .mapToObj(i -> TestAccounts.tiki("m" + i, "order"))
                .toList();
        Replica replica = new Replica(account, many, NEVER);
        replicas.add(replica);

        // When
        await().atMost(SOON).until(() -> !records(many.get(0)).isEmpty());

        // Then
        assertThat(records(many.get(119))).isEmpty();

        // When
        replica.stop();

        // Then
        await().atMost(SOON).until(() -> !records(many.get(119)).isEmpty());
    }

    @Test
    void replicasKnowWhatEachOfThemHasSeen() {
        // Given
        Replica one = replica(OFTEN);
        Replica other = replica(OFTEN);

        // When
        one.observations.verified("tiki", account.id(), "order", secret, "https://gw.example");
        other.observations.verified(
                "tiki", account.id(), "stock", account.webhookSecrets().get(1), "other");

        // Then
        for (Replica each : replicas) {
            await().atMost(SOON).untilAsserted(() -> {
                assertThat(each.seen().eventKinds()).containsOnlyKeys("order", "stock");
                assertThat(each.seen().secrets()).hasSize(2);
                assertThat(each.seen().addresses()).containsOnlyKeys("https://gw.example", "other");
            });
        }
    }

    @Test
    void whatAnotherReplicaOverwroteIsWrittenAgain() throws Exception {
        // Given
        Replica replica = replica(OFTEN);
        replica.observations.verified("tiki", account.id(), "order", secret, "https://gw.example");
        await().atMost(SOON).until(() -> lastRecord().contains(fingerprint));

        // When
        try (Producer<byte[], byte[]> producer = clients.producer(Map.of())) {
            producer.send(new ProducerRecord<>(
                            Topics.OBSERVATIONS,
                            account.key().getBytes(UTF_8),
                            "{\"addresses\":{\"https://old.example\":\"2031-02-03T00:00:00Z\"},\"new-in-1.1\":1}"
                                    .getBytes(UTF_8)))
                    .get(10, TimeUnit.SECONDS);
        }

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(lastRecord()).contains(fingerprint, "https://old.example"));
    }

    @Test
    void aRecordThatCannotBeReadIsReplaced() throws Exception {
        // Given
        try (Producer<byte[], byte[]> producer = clients.producer(Map.of())) {
            for (String key : List.of(account.key(), "no-account")) {
                producer.send(new ProducerRecord<>(Topics.OBSERVATIONS, key.getBytes(UTF_8), "{".getBytes(UTF_8)))
                        .get(10, TimeUnit.SECONDS);
            }
        }

        // When
        replica(OFTEN);

        // Then
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(lastRecord()).contains("\"observedSince\":\"2031-02-03T04:05:06Z\""));
    }

    @Test
    void writesABusyAccountOnceInAWhileAndItsLastSightingAllTheSame() {
        // Given
        Replica replica = replica(OFTEN);
        replica.observations.verified("tiki", account.id(), "order", secret, "other");
        await().atMost(SOON).until(() -> lastRecord().contains(fingerprint));

        // When
        replica.at(NOW.plusSeconds(5));
        replica.observations.verified("tiki", account.id(), "order", secret, "other");
        Account another = TestAccounts.tiki("q" + account.id(), "order");
        replica.accounts.replace(List.of(account, another));
        await().atMost(SOON).until(() -> !records(another).isEmpty());

        // Then
        assertThat(records(account)).noneMatch(each -> each.contains("2031-02-03T04:05:11Z"));

        // When
        replica.at(NOW.plusSeconds(65));

        // Then
        await().atMost(SOON).until(() -> lastRecord().contains("2031-02-03T04:05:11Z"));
    }

    private Replica replica(Duration flushEvery) {
        Replica replica = new Replica(account, List.of(account), flushEvery);
        replicas.add(replica);
        return replica;
    }

    private String lastRecord() {
        List<String> records = records(account);
        return records.isEmpty() ? "" : records.get(records.size() - 1);
    }

    /** In the order in which they were written: all of them are in one partition. */
    private static List<String> records(Account account) {
        return new TopicReader(clients, SOON)
                .last(Topics.OBSERVATIONS, 1000).stream()
                        .filter(found -> new String(found.key(), UTF_8).equals(account.key()))
                        .map(ConsumerRecord::value)
                        .map(value -> new String(value, UTF_8))
                        .toList();
    }

    private static final class Replica {

        private final SettableClock clock = new SettableClock();
        private final Account account;
        private final Accounts accounts;
        private final Observations observations;
        private final SharedObservations shared;
        private boolean stopped;

        private Replica(Account account, List<Account> all, Duration flushEvery) {
            at(NOW);
            this.account = account;
            this.accounts = new Accounts(all);
            this.observations = new Observations(clock);
            this.shared = new SharedObservations(clients, accounts, observations, clock, flushEvery);
            shared.start();
        }

        private void at(Instant now) {
            clock.set(now);
        }

        private Sightings seen() {
            return observations.sightings(account);
        }

        private void stop() {
            if (!stopped) {
                shared.close();
            }
            stopped = true;
        }
    }
}
