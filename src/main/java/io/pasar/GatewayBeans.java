package io.pasar;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.pasar.account.Accounts;
import io.pasar.inbound.QuarantineRate;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.TopicProvisioner;
import io.pasar.kafka.Topics;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.marketplace.RateLimits;
import io.pasar.observation.Observations;
import io.pasar.observation.SharedObservations;
import io.pasar.registration.Registrations;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.spi.CamelContextCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What joins packages that do not know each other. */
@Configuration(proxyBeanMethods = false)
class GatewayBeans {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    /** Camel does not look for a bean of this kind. */
    @Bean
    CamelContextCustomizer headerMaps() {
        return context -> context.getCamelContextExtension().setHeadersMapFactory(new HeaderMaps());
    }

    @Bean
    Observations observations(Clock clock) {
        return new Observations(clock);
    }

    @Bean(initMethod = "start")
    SharedObservations sharedObservations(
            KafkaClients clients, Accounts accounts, Observations observations, Clock clock) {
        return new SharedObservations(clients, accounts, observations, clock);
    }

    /** What a replica owns of the commands is its part of every rate limit: the parts of all add up to it. */
    @Bean
    RateLimits rateLimits(PasarConfiguration configuration, KafkaClients clients) {
        Map<String, Double> perSecond = configuration.marketplaces().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, marketplace -> marketplace.getValue().requestsPerSecond()));
        return new RateLimits(perSecond, clients.share(Topics.COMMANDS)::ownedOrOne);
    }

    @Bean
    TopicProvisioner topicProvisioner(KafkaClients clients, KafkaConfiguration configuration, Accounts accounts) {
        return new TopicProvisioner(clients, configuration.topics(), AccountWatch.topicsOf(accounts.all()));
    }

    @Bean
    AccountWatch accountWatch(
            AccountFiles files,
            Accounts accounts,
            TopicProvisioner topics,
            MarketplaceCalls calls,
            QuarantineRate quarantineRate) {
        return new AccountWatch(files, accounts, topics, List.of(calls::retain, quarantineRate::retain));
    }

    @Bean
    AccountFilesHealthIndicator accountFilesHealthIndicator(AccountFiles files, Registrations registrations) {
        return new AccountFilesHealthIndicator(files, registrations);
    }

    @Bean
    MeterBinder accountFilesMetrics(AccountFiles files) {
        return registry -> {
            Gauge.builder("pasar.accounts", files, all -> all.accounts().size())
                    .description("Accounts that are served")
                    .register(registry);
            Gauge.builder("pasar.accounts.files.broken", files, all -> all.broken()
                            .size())
                    .description("Account files that are not taken as they are; one more while the folder is not there")
                    .register(registry);
        };
    }
}
