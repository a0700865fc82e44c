package io.pasar;

import io.pasar.account.Accounts;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.TopicProvisioner;
import io.pasar.kafka.Topics;
import io.pasar.marketplace.RateLimits;
import io.pasar.observation.Observations;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What joins packages that do not know each other. */
@Configuration(proxyBeanMethods = false)
class GatewayBeans {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Observations observations(Clock clock) {
        return new Observations(clock);
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
        Set<String> eventTopics = accounts.all().stream()
                .flatMap(account -> account.events().stream().map(kind -> Topics.of(account.marketplace(), kind)))
                .collect(Collectors.toSet());
        return new TopicProvisioner(clients, configuration.topics(), eventTopics);
    }
}
