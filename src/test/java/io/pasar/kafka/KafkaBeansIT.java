package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.util.concurrent.SynchronousExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

@ExtendWith(OutputCaptureExtension.class)
class KafkaBeansIT {

    private static final String WARNING = "which has no replica";

    @TempDir
    Path dataDir;

    @Test
    void runsItsOwnBrokerWhereNoneIsConfiguredAndWarnsInProduction(CapturedOutput output) {
        try (ConfigurableApplicationContext context = start(Embedded.class, "production")) {
            EmbeddedBroker broker = context.getBean(EmbeddedBroker.class);
            KafkaClients clients = context.getBean(KafkaClients.class);

            assertThat(clients.bootstrapServers()).isEqualTo(broker.bootstrapServers());
            assertThat(Files.exists(dataDir.resolve("kafka/meta.properties"))).isTrue();
            await().untilAsserted(() -> assertThat(context.getBean(HealthEndpoint.class)
                            .healthForPath("kafka")
                            .getStatus())
                    .isEqualTo(Status.UP));
            assertThat(output).contains(WARNING).contains("PASAR_KAFKA_BOOTSTRAP_SERVERS");
        }
    }

    @Test
    void doesNotWarnInTheSandbox(CapturedOutput output) {
        try (ConfigurableApplicationContext context = start(Embedded.class, "sandbox")) {
            assertThat(context.getBean(EmbeddedBroker.class).port()).isPositive();
            assertThat(output).doesNotContain(WARNING);
        }
    }

    @Test
    void runsNoBrokerWhereOneIsConfigured() {
        try (ConfigurableApplicationContext context = start(Configured.class, "production")) {
            assertThat(context.getBean(KafkaClients.class).bootstrapServers()).isEqualTo("kafka.invalid:9092");
            assertThat(dataDir.resolve("kafka")).doesNotExist();
        }
    }

    @Test
    void givesCamelItsClientsAndLeavesSpringItsExecutor() {
        try (ConfigurableApplicationContext context = start(Configured.class, "production")) {
            KafkaComponent kafka = context.getBean(CamelContext.class).getComponent("kafka", KafkaComponent.class);

            assertThat(kafka.getKafkaClientFactory()).isSameAs(context.getBean(KafkaClients.class));
            assertThat(kafka.getConfiguration().getValueSerializer()).endsWith("ByteArraySerializer");
            assertThat(kafka.getConfiguration().isPreValidateHostAndPort()).isFalse();
            assertThat(context.getBean(CamelContext.class).getRegistry().lookupByName("inlineExecutor"))
                    .isInstanceOf(SynchronousExecutorService.class);
            assertThat(context.containsBean("applicationTaskExecutor")).isTrue();
        }
    }

    private ConfigurableApplicationContext start(Class<?> application, String profile) {
        return new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .profiles(profile)
                .properties(Map.of(
                        "spring.config.name",
                        "none",
                        "pasar.data-dir",
                        dataDir.toString(),
                        "spring.main.banner-mode",
                        "off"))
                .run("--camel.main.routes-include-pattern=classpath:no-routes/*.yaml");
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(KafkaBeans.class)
    static class Embedded {

        @Bean
        KafkaConfiguration kafkaConfiguration() {
            return KafkaSettings.with(Map.of());
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(KafkaBeans.class)
    static class Configured {

        @Bean
        KafkaConfiguration kafkaConfiguration() {
            return KafkaSettings.with("kafka.invalid:9092", Map.of());
        }
    }
}
