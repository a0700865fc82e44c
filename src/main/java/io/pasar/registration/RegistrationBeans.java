package io.pasar.registration;

import io.micrometer.core.instrument.MeterRegistry;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.Topics;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.observation.Observations;
import java.time.Clock;
import java.util.Random;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What {@code commands}, {@code registration} and {@code schedule.camel.yaml} refer to by name, and the facade. */
@Configuration(proxyBeanMethods = false)
class RegistrationBeans {

    @Bean
    RegistrationTopics registrationTopics(KafkaClients clients) {
        return new RegistrationTopics(clients);
    }

    @Bean(initMethod = "start")
    RegistrationRecords registrationRecords(KafkaClients clients, RegistrationTopics topics) {
        return new RegistrationRecords(clients, topics);
    }

    @Bean(initMethod = "start")
    PendingOutcomes pendingOutcomes(KafkaClients clients) {
        return new PendingOutcomes(clients);
    }

    @Bean
    Registrations registrations(
            Accounts accounts,
            PublicUrl publicUrl,
            MarketplaceCalls calls,
            RegistrationRecords records,
            RegistrationTopics topics,
            PendingOutcomes pending,
            Observations observations,
            EvidenceReview review,
            RegistrationConfiguration configuration,
            Clock clock) {
        Drains drains = new Drains(accounts, publicUrl, records, observations, configuration.drainFor(), clock);
        return new Registrations(
                accounts,
                publicUrl,
                calls,
                records,
                topics,
                pending,
                observations,
                drains,
                review,
                configuration.reassertEvery(),
                clock);
    }

    @Bean
    Runs registrationRuns(
            Accounts accounts,
            PublicUrl publicUrl,
            MarketplaceCalls calls,
            RegistrationRecords records,
            RegistrationTopics topics,
            EvidenceReview review,
            RegistrationConfiguration configuration,
            RegistrationMetrics metrics,
            Clock clock) {
        Backoff backoff = new Backoff(configuration.every(), configuration.reassertEvery(), new Random());
        return new Runs(accounts, publicUrl, calls, records, topics, configuration, review, backoff, metrics, clock);
    }

    @Bean
    EvidenceReview evidenceReview(Observations observations, RegistrationConfiguration configuration) {
        return new EvidenceReview(observations, configuration);
    }

    @Bean
    EvidenceWatch registrationEvidence(
            Accounts accounts,
            RegistrationRecords records,
            RegistrationTopics topics,
            EvidenceReview review,
            MeterRegistry meters,
            Clock clock) {
        EvidenceMetrics metrics = new EvidenceMetrics(meters, accounts, records, review, clock);
        return new EvidenceWatch(accounts, records, topics, review, metrics, clock);
    }

    @Bean
    RegistrationMetrics registrationMetrics(MeterRegistry meters, Registrations registrations) {
        return new RegistrationMetrics(meters, registrations);
    }

    @Bean
    NotConfigured registrationNotConfigured(MeterRegistry meters, Registrations registrations) {
        return new NotConfigured(meters, registrations);
    }

    @Bean
    Schedule registrationSchedule(
            Accounts accounts,
            PublicUrl publicUrl,
            MarketplaceCalls calls,
            RegistrationRecords records,
            RegistrationTopics topics,
            RegistrationMetrics metrics,
            NotConfigured notConfigured,
            KafkaClients clients,
            RegistrationConfiguration configuration,
            Clock clock) {
        return new Schedule(
                accounts,
                publicUrl,
                calls,
                records,
                topics,
                metrics,
                notConfigured,
                clients.share(Topics.COMMANDS),
                configuration,
                clock);
    }
}
