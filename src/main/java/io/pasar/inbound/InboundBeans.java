package io.pasar.inbound;

import io.micrometer.core.instrument.MeterRegistry;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.observation.Observations;
import java.time.Clock;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.spi.CamelContextCustomizer;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The names under which route files find the steps of the inbound flow. */
@Configuration(proxyBeanMethods = false)
class InboundBeans {

    private static final int QUARANTINE_THREADS = 8;

    @Bean
    AllowedHeaders allowedHeaders() {
        return new AllowedHeaders();
    }

    @Bean
    IngestMetrics ingestMetrics(MeterRegistry registry) {
        return new IngestMetrics(registry);
    }

    @Bean
    Recipients recipients(Accounts accounts, IngestMetrics metrics) {
        return new Recipients(accounts, metrics);
    }

    @Bean
    Addresses addresses(PublicUrl publicUrl, IngestConfiguration configuration) {
        return new Addresses(publicUrl, configuration);
    }

    /** Camel's platform-http component looks its engine up by this name. */
    @Bean(name = "platform-http-engine", destroyMethod = "stop")
    IngestEngine ingestEngine(
            IngestConfiguration configuration,
            AllowedHeaders allowedHeaders,
            Recipients recipients,
            Addresses addresses,
            IngestMetrics metrics) {
        return new IngestEngine(configuration, allowedHeaders, recipients::want, addresses, metrics);
    }

    @Bean
    IngestHealthIndicator ingestHealthIndicator(IngestEngine engine) {
        return new IngestHealthIndicator(engine.certificate());
    }

    /** Not by a {@code CamelContextConfiguration}: with one Camel makes several events of each step of each delivery. */
    @Bean
    CamelContextCustomizer ingestOpensLast(IngestEngine engine) {
        return context -> {
            try {
                context.addStartupListener(engine);
            } catch (Exception e) {
                throw new IllegalStateException("Camel takes no start-up listener", e);
            }
        };
    }

    @Bean
    IngestStop ingestStop(IngestEngine engine, ApplicationContext context) {
        return new IngestStop(engine, context);
    }

    @Bean
    DeliveryComponent delivery(Recipients recipients, IngestMetrics metrics, Clock clock) {
        return new DeliveryComponent(recipients, metrics, clock);
    }

    @Bean
    VerifyComponent verify(
            AllowedHeaders allowedHeaders, PublicUrl publicUrl, Observations observations, IngestMetrics metrics) {
        return new VerifyComponent(allowedHeaders, publicUrl, observations, metrics);
    }

    @Bean
    IdentifyComponent identify() {
        return new IdentifyComponent();
    }

    @Bean
    EventHeaders eventHeaders() {
        return new EventHeaders();
    }

    @Bean
    QuarantineHeaders quarantineHeaders() {
        return new QuarantineHeaders();
    }

    @Bean
    Published countPublished(IngestMetrics metrics) {
        return new Published(metrics);
    }

    @Bean
    NotPublished countNotPublished(IngestMetrics metrics) {
        return new NotPublished(metrics);
    }

    @Bean
    QuarantineRate quarantineRate(
            @Qualifier("quarantinePool") ThreadPoolExecutor quarantinePool,
            IngestConfiguration configuration,
            IngestMetrics metrics) {
        return new QuarantineRate(quarantinePool, configuration.maxBody(), metrics);
    }

    /**
     * Camel's own pool would have the event loop wait for Kafka once it is full. By name only: as a candidate it would
     * take the place of Spring's own task executor.
     */
    @Bean(defaultCandidate = false)
    ThreadPoolExecutor quarantinePool() {
        return new ThreadPoolExecutor(
                QUARANTINE_THREADS, QUARANTINE_THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "quarantine");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    @Bean
    QuarantineRelease quarantineRelease(IngestEngine engine, Recipients recipients) {
        return new QuarantineRelease(engine, recipients);
    }
}
