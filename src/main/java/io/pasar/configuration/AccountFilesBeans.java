package io.pasar.configuration;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.pasar.account.Accounts;
import io.pasar.inbound.QuarantineRate;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.TopicProvisioner;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.registration.Registrations;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What follows the accounts while the gateway runs: their topics, and all that keeps something of each. */
@Configuration(proxyBeanMethods = false)
class AccountFilesBeans {

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
