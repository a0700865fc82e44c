package io.pasar;

import io.pasar.account.Accounts;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.TopicProvisioner;
import io.pasar.kafka.Topics;
import io.pasar.observation.Observations;
import io.pasar.observation.SharedObservations;
import java.time.Clock;
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

    @Bean(initMethod = "start")
    SharedObservations sharedObservations(
            KafkaClients clients, Accounts accounts, Observations observations, Clock clock) {
        return new SharedObservations(clients, accounts, observations, clock);
    }

    @Bean
    TopicProvisioner topicProvisioner(KafkaClients clients, KafkaConfiguration configuration, Accounts accounts) {
        Set<String> eventTopics = accounts.all().stream()
                .flatMap(account -> account.events().stream().map(kind -> Topics.of(account.marketplace(), kind)))
                .collect(Collectors.toSet());
        return new TopicProvisioner(clients, configuration.topics(), eventTopics);
    }
}
