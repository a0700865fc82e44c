package io.pasar.configuration;

import io.pasar.account.Accounts;
import io.pasar.account.EventKinds;
import io.pasar.account.PublicUrl;
import io.pasar.api.ApiConfiguration;
import io.pasar.inbound.IngestConfiguration;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.spool.SpoolConfiguration;
import io.pasar.marketplace.AccountRules;
import io.pasar.registration.RegistrationConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/** The configuration as a whole and, for each package, its part. */
@Configuration(proxyBeanMethods = false)
class ConfigurationBeans {

    /** A mistake stops the start here: before any other bean is made, a port opened or Kafka started. */
    @Bean
    static BeanFactoryPostProcessor configurationFirst() {
        return beans -> beans.getBean(PasarConfiguration.class);
    }

    @Bean
    static RouteFiles routeFiles(ConfigurableEnvironment environment) {
        return RouteFiles.read(environment.getProperty(RouteFiles.PATTERN));
    }

    @Bean
    static ConfigurationLoader.Loaded loadedConfiguration(
            ConfigurableEnvironment environment, RouteFiles routes, ObjectProvider<AccountRules> rules) {
        return new ConfigurationLoader(environment, routes, rules.stream().toList()).load();
    }

    @Bean
    static PasarConfiguration pasarConfiguration(ConfigurationLoader.Loaded loaded) {
        return loaded.configuration();
    }

    @Bean
    AccountFiles accountFiles(ConfigurationLoader.Loaded loaded) {
        return loaded.files();
    }

    @Bean
    EventKinds eventKinds(RouteFiles routes) {
        return routes.eventKinds();
    }

    @Bean
    Accounts accounts(AccountFiles files) {
        return new Accounts(files.accounts());
    }

    @Bean
    PublicUrl publicUrl(PasarConfiguration configuration) {
        return new PublicUrl(configuration.publicUrl(), configuration.formerPublicUrls());
    }

    @Bean
    IngestConfiguration ingestConfiguration(PasarConfiguration configuration) {
        return configuration.ingest();
    }

    @Bean
    KafkaConfiguration kafkaConfiguration(PasarConfiguration configuration) {
        return configuration.kafka();
    }

    @Bean
    SpoolConfiguration spoolConfiguration(PasarConfiguration configuration) {
        return configuration.spool();
    }

    @Bean
    ApiConfiguration apiConfiguration(PasarConfiguration configuration) {
        return configuration.api();
    }

    @Bean
    RegistrationConfiguration registrationConfiguration(PasarConfiguration configuration) {
        return configuration.registration();
    }
}
