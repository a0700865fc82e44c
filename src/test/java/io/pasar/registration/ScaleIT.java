package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.OperatingSystemMXBean;
import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.marketplace.RouteFiles;
import io.pasar.marketplace.TestAccounts;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * Many accounts, the rate limit lifted: all are registered, then all are checked. A few hundred in every build; ten
 * thousand, with the time that they may take, in {@code mvn verify -Pscale}.
 */
@SpringBootTest(
        classes = ScaleIT.Beans.class,
        webEnvironment = WebEnvironment.NONE,
        properties = {
            "camel.main.routes-collector-enabled=false",
            // The spool is not here
            "management.endpoint.health.validate-group-membership=false",
            "logging.level.io.pasar.registration.RunLog=warn"
        })
// Its broker must not outlive its directory
@DirtiesContext
class ScaleIT {

    private static final Logger LOGGER = LoggerFactory.getLogger(ScaleIT.class);

    /** Set by the profile. */
    private static final int ACCOUNTS = Integer.getInteger("pasar.scale.accounts", 300);

    private static final int WITHIN_SECONDS = Integer.getInteger("pasar.scale.within-seconds", 300);

    @TempDir
    static Path dataDir;

    private static final ManyAccounts MARKETPLACE = new ManyAccounts();

    @Autowired
    private CamelContext context;

    @Autowired
    private Accounts accounts;

    @Autowired
    private Registrations registrations;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry properties) {
        properties.add("pasar.data-dir", () -> dataDir.toString());
        for (String marketplace : List.of("tiki", "tokopedia")) {
            properties.add("pasar.marketplaces." + marketplace + ".api-url", MARKETPLACE::url);
            properties.add("pasar.marketplaces." + marketplace + ".token-url", () -> MARKETPLACE.url() + "/token");
        }
    }

    @BeforeEach
    void load() throws Exception {
        RouteFiles.load(context, RegistrationPartTest.ROUTES);
    }

    @AfterAll
    static void close() {
        MARKETPLACE.close();
    }

    @Test
    void registersAndChecksAllAccountsInTime() {
        // Given
        List<Account> all = accountsOfBoth();

        // When
        accounts.replace(all);
        awaitAll("registered", () -> registrations.all().stream()
                .filter(status -> status.state() == State.IN_SYNC || status.state() == State.ASSERTED)
                .count());
        long heap = usedHeap();
        int registeredWith = MARKETPLACE.requests();
        List<RegistrationStatus> before = registrations.all();
        registrations.reconcile(null);
        awaitAll("checked", () -> changed(before));

        // Then
        LOGGER.info(
                "{} requests registered them, {} checked them; heap {} MB before the second pass and {} MB after it",
                registeredWith,
                MARKETPLACE.requests() - registeredWith,
                heap >> 20,
                usedHeap() >> 20);
        assertThat(registrations.all())
                .extracting(RegistrationStatus::state)
                .containsOnly(State.IN_SYNC, State.ASSERTED);
        assertThat(MARKETPLACE.overlaps()).isZero();
    }

    private void awaitAll(String what, Callable<Long> done) {
        long began = System.nanoTime();
        long cpuBefore = cpuNanos();
        await().atMost(Duration.ofSeconds(WITHIN_SECONDS))
                .pollInterval(Duration.ofMillis(250))
                .until(done, number -> number == ACCOUNTS);
        double seconds = (System.nanoTime() - began) / 1e9;
        LOGGER.info(String.format(
                Locale.ROOT,
                "%,d accounts %s in %.1f s: %.0f accounts/s, %.1f s of processor time",
                ACCOUNTS,
                what,
                seconds,
                ACCOUNTS / seconds,
                (cpuNanos() - cpuBefore) / 1e9));
    }

    private long changed(List<RegistrationStatus> before) {
        List<RegistrationStatus> now = registrations.all();
        return IntStream.range(0, now.size())
                .filter(i -> !now.get(i).nextCheckAt().equals(before.get(i).nextCheckAt()))
                .count();
    }

    private static List<Account> accountsOfBoth() {
        return Stream.concat(
                        IntStream.range(0, ACCOUNTS / 2).mapToObj(i -> TestAccounts.tiki("p" + i, "order", "stock")),
                        IntStream.range(ACCOUNTS / 2, ACCOUNTS)
                                .mapToObj(i ->
                                        TestAccounts.tokopedia("" + (100_000 + i), "order-status", "product-changes")))
                .toList();
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Not marked as a configuration, so that the scan of another test does not find it. */
    static class Beans extends RegistrationPartTest.Beans {

        @Bean
        @Override
        Clock clock() {
            return Clock.systemUTC();
        }

        @Bean
        @Override
        KafkaConfiguration kafkaConfiguration() {
            return kafka(6);
        }
    }
}
