package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.SettableClock;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.kafka.TopicProvisioner;
import io.pasar.kafka.TopicReader;
import io.pasar.marketplace.RouteFiles;
import io.pasar.marketplace.StandIn;
import io.pasar.marketplace.StandIn.Received;
import io.pasar.marketplace.StandIn.Reply;
import io.pasar.observation.Observations;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.component.timer.TimerEndpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.util.unit.DataSize;

/** The registration part of a gateway: the route files, a real broker, real HTTP, and a clock that stands still. */
@SpringBootTest(
        classes = RegistrationPartTest.Beans.class,
        webEnvironment = WebEnvironment.NONE,
        properties = {
            "camel.main.routes-collector-enabled=false",
            // The spool is not here
            "management.endpoint.health.validate-group-membership=false",
            // Long enough for a machine that is busy: the clock stands still, so nothing is tried again by itself
            "camel.component.http.response-timeout=5000",
            "camel.component.http.so-timeout=5000"
        })
// Its broker must not outlive its directory
@DirtiesContext
abstract class RegistrationPartTest {

    static final String[] ROUTES = {
        "marketplaces/tiki.camel.yaml",
        "marketplaces/tokopedia.camel.yaml",
        "registration.camel.yaml",
        "commands.camel.yaml",
        "schedule.camel.yaml"
    };

    /** For all tests of this process: it ends with them. */
    static final StandIn MARKETPLACE = new StandIn();

    static final ObjectMapper JSON = new ObjectMapper();
    static final Duration SOON = Duration.ofSeconds(60);
    static final String TIKI_REGISTER = "POST /business/v1/register-webhooks";
    static final Reply TIKI_TOOK_IT =
            StandIn.json(200, "{\"success\":true,\"meta_data\":{\"request_id\":\"97b2702c775f57c565b5a3c6f01052a1\"}}");

    private static final AtomicInteger IDS = new AtomicInteger(10000);

    @TempDir
    static Path dataDir;

    final String id = String.valueOf(IDS.incrementAndGet());
    final String list = "GET /v1/fs/" + id;
    final String register = "POST /v1/fs/" + id + "/register";
    final AtomicReference<ObjectNode> stored = new AtomicReference<>(JSON.createObjectNode());

    @Autowired
    CamelContext context;

    @Autowired
    Accounts accounts;

    @Autowired
    Registrations registrations;

    @Autowired
    TopicReader topics;

    @Autowired
    KafkaClients clients;

    @Autowired
    MeterRegistry meters;

    @Autowired
    SettableClock clock;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry properties) {
        properties.add("pasar.data-dir", () -> dataDir.toString());
        properties.add("pasar.marketplaces.tiki.api-url", MARKETPLACE::url);
        properties.add("pasar.marketplaces.tiki.token-url", () -> MARKETPLACE.url() + "/token");
        properties.add("pasar.marketplaces.tokopedia.api-url", MARKETPLACE::url);
        properties.add("pasar.marketplaces.tokopedia.token-url", () -> MARKETPLACE.url() + "/token");
    }

    @BeforeEach
    void newMarketplace() throws Exception {
        MARKETPLACE.forget();
        Reply token = StandIn.json(200, "{\"access_token\":\"the-token\",\"expires_in\":2592000}");
        MARKETPLACE.on("POST /token", token).on("POST /token?grant_type=client_credentials", token);
        MARKETPLACE.on(TIKI_REGISTER, TIKI_TOOK_IT);
        MARKETPLACE.on(list, listsWhatIsStored()).on(register, storesWhatComes());
        if (context.getRoute("commands") == null) {
            RouteFiles.load(context, ROUTES);
            lookMoreOften("schedule");
            lookMoreOften("evidence");
        }
        // Until it can be asked for a run
        await().atMost(SOON)
                .ignoreExceptionsInstanceOf(KafkaUnavailableException.class)
                .until(() -> registrations.outcome("no-such").isEmpty());
    }

    /** What each test waits for would add up to a minute. */
    private void lookMoreOften(String route) throws Exception {
        context.getRouteController().stopRoute(route);
        ((TimerEndpoint) context.getRoute(route).getEndpoint()).setPeriod(100);
        context.getRouteController().startRoute(route);
    }

    Reply listsWhatIsStored() {
        return exchange -> {
            ObjectNode data = stored.get().deepCopy();
            data.put("fs_id", Integer.parseInt(id));
            data.remove("product_creation_url");
            StandIn.json(200, "{\"data\":" + data + ",\"status\":\"200 Ok\",\"error_message\":[]}")
                    .send(exchange);
        };
    }

    Reply storesWhatComes() {
        return exchange -> {
            stored.set(last(register));
            StandIn.json(200, "{\"data\":\"success\",\"status\":\"200 Ok\",\"error_message\":[]}")
                    .send(exchange);
        };
    }

    static ObjectNode last(String call) throws IOException {
        List<Received> received = MARKETPLACE.received(call);
        return (ObjectNode) JSON.readTree(received.get(received.size() - 1).body());
    }

    Outcome outcome(Action action, String marketplace) throws Exception {
        return registrations
                .request(action, marketplace, id)
                .orElseThrow()
                .outcome()
                .get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    RegistrationStatus status(String marketplace) {
        return registrations.all().stream()
                .filter(status -> status.marketplace().equals(marketplace))
                .findFirst()
                .orElseThrow();
    }

    RegistrationStatus awaitState(String marketplace, State state) {
        return await().atMost(SOON).until(() -> status(marketplace), status -> status.state() == state);
    }

    /** Each look moves the clock on, as far as the next try may be away. */
    void awaitRecovery(String marketplace, State state, Duration step) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            clock.forward(step);
            assertThat(status(marketplace).state()).isEqualTo(state);
        });
    }

    static JsonNode json(byte[] value) {
        try {
            return JSON.readTree(value);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Not marked as a configuration, so that the scan of another test does not find it. */
    @EnableAutoConfiguration
    @ComponentScan(
            basePackages = {"io.pasar.registration", "io.pasar.marketplace", "io.pasar.kafka"},
            // What other tests configure for themselves
            excludeFilters =
                    @Filter(
                            type = FilterType.REGEX,
                            pattern = {".*(IT|Test)\\$.*", ".*SpoolBeans"}))
    static class Beans {

        @Bean
        Clock clock() {
            return new SettableClock();
        }

        @Bean
        Accounts accounts() {
            return new Accounts(List.of());
        }

        @Bean
        PublicUrl publicUrl() {
            return new PublicUrl(URI.create("https://gw.example"));
        }

        @Bean
        Observations observations(Clock clock) {
            return new Observations(clock);
        }

        @Bean
        RegistrationConfiguration registrationConfiguration() {
            return new RegistrationConfiguration(
                    Duration.ofMinutes(15),
                    Duration.ofHours(6),
                    Duration.ofHours(4),
                    new RegistrationConfiguration.Thresholds(10, Duration.ofMinutes(10)));
        }

        @Bean
        KafkaConfiguration kafkaConfiguration() {
            return kafka(3);
        }

        static KafkaConfiguration kafka(int partitions) {
            return new KafkaConfiguration(
                    "",
                    Map.of(),
                    Duration.ofMillis(400),
                    new KafkaConfiguration.Embedded(0),
                    new KafkaConfiguration.Topics(partitions, (short) -1, Duration.ofDays(7), DataSize.ofMegabytes(2)));
        }

        @Bean
        TopicProvisioner topicProvisioner(KafkaClients clients, KafkaConfiguration configuration) {
            return new TopicProvisioner(clients, configuration.topics(), List.of());
        }

        @Bean
        MeterRegistry meterRegistry() {
            return new SimpleMeterRegistry();
        }
    }
}
