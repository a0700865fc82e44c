package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.marketplace.TestAccounts;
import io.pasar.observation.Observations;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.util.unit.DataSize;

/** What the facade says while nobody listens where Kafka should be. */
@Timeout(120)
class KafkaAwayTest {

    private KafkaClients clients;
    private RegistrationTopics topics;
    private RegistrationRecords records;
    private PendingOutcomes pending;
    private Registrations registrations;

    @BeforeEach
    void pointAtNothing() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        String servers = "127.0.0.1:" + port;
        clients = new KafkaClients(
                new KafkaConfiguration(
                        servers,
                        Map.of(),
                        Duration.ofMillis(400),
                        new KafkaConfiguration.Embedded(0),
                        new KafkaConfiguration.Topics(3, (short) -1, Duration.ofDays(7), DataSize.ofMegabytes(2))),
                servers);
        topics = new RegistrationTopics(clients);
        records = new RegistrationRecords(clients, topics);
        pending = new PendingOutcomes(clients);
        records.start();
        pending.start();
        Clock clock = Clock.systemUTC();
        Accounts accounts = new Accounts(List.of(TestAccounts.tiki("p77", "order")));
        PublicUrl publicUrl =
                new PublicUrl(URI.create("https://gw.example"), List.of(URI.create("https://old.example")));
        Observations observations = new Observations(clock);
        registrations = new Registrations(
                accounts,
                publicUrl,
                null,
                records,
                topics,
                pending,
                observations,
                new Drains(accounts, publicUrl, records, observations, Duration.ofHours(4), clock),
                null,
                Duration.ofHours(6),
                clock);
    }

    @AfterEach
    void close() {
        pending.close();
        records.close();
        topics.close();
        clients.close();
    }

    @Test
    void knowsOfNoState() {
        assertThat(registrations.all()).extracting(RegistrationStatus::state).containsExactly(State.UNKNOWN);
    }

    @Test
    void saysOfNoAddressThatItMayGo() {
        assertThat(registrations.addresses())
                .extracting(AddressTraffic::drained)
                .containsExactly(false, false, false);
        assertThat(registrations.addresses().get(1).reason()).startsWith("What is known has not been read");
    }

    @Test
    void refusesARequestSoon() {
        assertThatThrownBy(() -> registrations.request(Action.APPLY, "tiki", "p77"))
                .isInstanceOf(KafkaUnavailableException.class);
    }

    @Test
    void refusesAReconciliationSoon() {
        assertThatThrownBy(() -> registrations.reconcile(null)).isInstanceOf(KafkaUnavailableException.class);
    }

    @Test
    void forgetsNothing() {
        assertThat(registrations.notConfigured()).isEmpty();
        assertThatThrownBy(() -> registrations.forget("tiki", "gone")).isInstanceOf(KafkaUnavailableException.class);
    }

    @Test
    void stillKnowsWhichAccountsThereAre() {
        assertThat(registrations.request(Action.PLAN, "tiki", "no-such")).isEmpty();
    }
}
