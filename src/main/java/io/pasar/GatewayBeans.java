package io.pasar;

import io.pasar.account.Accounts;
import io.pasar.configuration.PasarConfiguration;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.Topics;
import io.pasar.marketplace.RateLimits;
import io.pasar.observation.Observations;
import io.pasar.observation.SharedObservations;
import java.time.Clock;
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
}
