package io.pasar.kafka;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.camel.Ordered;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.camel.util.concurrent.SynchronousExecutorService;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;

@Configuration(proxyBeanMethods = false)
class KafkaBeans {

    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaBeans.class);

    private static final Duration READ_WITHIN = Duration.ofSeconds(5);

    /** Lazy: exists only where {@link #kafkaClients} asks for it. */
    @Bean
    @Lazy
    EmbeddedBroker embeddedBroker(
            KafkaConfiguration configuration,
            // As text: Spring would look for a relative Path on the class path first
            @Value("${pasar.data-dir:data}") String dataDir,
            Environment environment) {
        if (!environment.acceptsProfiles(Profiles.of("sandbox"))) {
            LOGGER.atWarn()
                    .log("Events go to the broker in this process, which has no replica: what its disk loses is lost."
                            + " For production set PASAR_KAFKA_BOOTSTRAP_SERVERS.");
        }
        return EmbeddedBroker.start(Path.of(dataDir), configuration.embedded().port());
    }

    @Bean
    KafkaClients kafkaClients(KafkaConfiguration configuration, ObjectProvider<EmbeddedBroker> broker) {
        return new KafkaClients(
                configuration,
                configuration.useEmbedded() ? broker.getObject().bootstrapServers() : configuration.bootstrapServers());
    }

    @Bean
    ComponentCustomizer kafkaComponentCustomizer(KafkaClients clients) {
        // Last: Camel's starter first writes its own defaults into the component
        return ComponentCustomizer.builder(KafkaComponent.class)
                .withOrder(Ordered.LOWEST)
                .build(component -> {
                    component.setKafkaClientFactory(clients);
                    component.setPollExceptionStrategy(new PollAgain());
                    org.apache.camel.component.kafka.KafkaConfiguration defaults = component.getConfiguration();
                    // Camel would turn bodies and keys into text and back otherwise
                    defaults.setKeySerializer(ByteArraySerializer.class.getName());
                    defaults.setValueSerializer(ByteArraySerializer.class.getName());
                    defaults.setKeyDeserializer(ByteArrayDeserializer.class.getName());
                    defaults.setValueDeserializer(ByteArrayDeserializer.class.getName());
                    // Would keep a route from starting while no bootstrap server resolves
                    defaults.setPreValidateHostAndPort(false);
                });
    }

    /**
     * For camel-kafka's {@code workerPool}: the route goes on, on Kafka's network thread, as soon as the acknowledgement
     * is there. So what follows a {@code kafka:} step must not block, or all acknowledgements wait. By name only: as a
     * candidate it would take the place of Spring's own task executor.
     */
    @Bean(defaultCandidate = false)
    SynchronousExecutorService inlineExecutor() {
        return new SynchronousExecutorService();
    }

    @Bean
    TopicReader topicReader(KafkaClients clients) {
        return new TopicReader(clients, READ_WITHIN);
    }

    @Bean
    KafkaHealthIndicator kafkaHealthIndicator(KafkaClients clients, ObjectProvider<TopicProvisioner> provisioner) {
        return new KafkaHealthIndicator(clients, provisioner.getIfAvailable());
    }
}
