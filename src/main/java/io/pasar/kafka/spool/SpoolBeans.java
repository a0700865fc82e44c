package io.pasar.kafka.spool;

import io.micrometer.core.instrument.MeterRegistry;
import io.pasar.kafka.KafkaClients;
import java.nio.file.Path;
import java.time.Clock;
import org.apache.camel.Predicate;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class SpoolBeans {

    @Bean
    SpoolMetrics spoolMetrics(MeterRegistry registry) {
        return new SpoolMetrics(registry);
    }

    @Bean
    Spool spool(
            // As text: Spring would look for a relative Path on the class path first
            @Value("${pasar.data-dir:data}") String dataDir,
            SpoolConfiguration configuration,
            KafkaClients clients,
            SpoolMetrics metrics,
            Clock clock) {
        return new Spool(Path.of(dataDir).resolve("spool"), configuration, clients, metrics, clock);
    }

    @Bean
    SpoolStep spoolStep(Spool spool, Clock clock) {
        return new SpoolStep(spool, clock);
    }

    /** For route files, as a predicate: Camel would copy the whole exchange to ask a bean's method. */
    @Bean
    Predicate spoolGoesFirst(SpoolStep spoolStep) {
        return spoolStep::goesFirst;
    }

    @Bean
    SpoolHealthIndicator spoolHealthIndicator(Spool spool) {
        return new SpoolHealthIndicator(spool);
    }
}
