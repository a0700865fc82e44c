package io.pasar.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;

/** application-sandbox.yaml as a start from the project's folder reads it, application.yaml beside it included. */
class SandboxFileTest {

    @Test
    void winsOverApplicationYaml() {
        // When
        try (ConfigurableApplicationContext context = start("--spring.profiles.active=sandbox")) {
            Environment environment = context.getEnvironment();

            // Then
            assertThat(environment.getProperty("pasar.public-url")).isEqualTo("http://localhost:8080");
            assertThat(environment.getProperty("pasar.ingest.address")).isEqualTo("127.0.0.1");
            assertThat(environment.getProperty("pasar.marketplaces.tiki.api-url"))
                    .isEqualTo("http://localhost:8081/sandbox/tiki");
            assertThat(environment.getProperty("pasar.registration.every")).isEqualTo("15s");
            assertThat(Sellers.from(environment).all())
                    .extracting(Seller::toString)
                    .containsExactly("tiki/41235121321", "tiki/41235121322", "tokopedia/13004", "tokopedia/13005");
        }
    }

    @Test
    void followsThePortsOfTheEnvironment() {
        // When
        try (ConfigurableApplicationContext context =
                start("--spring.profiles.active=sandbox", "--pasar.ingest.port=18080", "--server.port=18081")) {

            // Then
            assertThat(context.getEnvironment().getProperty("pasar.public-url")).isEqualTo("http://localhost:18080");
            assertThat(context.getEnvironment().getProperty("pasar.marketplaces.tokopedia.token-url"))
                    .isEqualTo("http://localhost:18081/sandbox/tokopedia/token");
        }
    }

    @Test
    void keepsFieldNamesOfWhatIsAlreadyRegistered() {
        // When
        try (ConfigurableApplicationContext context = start("--spring.profiles.active=sandbox")) {
            SandboxProperties properties = Binder.get(context.getEnvironment())
                    .bind("sandbox", SandboxProperties.class)
                    .get();

            // Then
            assertThat(properties.alreadyRegistered())
                    .containsExactly(new SandboxProperties.AlreadyRegistered(
                            "13005",
                            Map.of(
                                    "chat_notification_url",
                                    "http://other-receiver.invalid/chat",
                                    "webhook_secret",
                                    "made-up-webhook-secret-2")));
        }
    }

    @Test
    void givesTikiOnlySecretsOfThirtyTwoCharacters() {
        // When
        try (ConfigurableApplicationContext context = start("--spring.profiles.active=sandbox")) {
            Environment environment = context.getEnvironment();

            // Then
            assertThat(List.of(0, 1))
                    .allSatisfy(i -> assertThat(environment.getProperty("pasar.accounts[" + i + "].webhook-secrets[0]"))
                            .hasSize(32));
        }
    }

    @Test
    void isSwitchedOnByNothingButThePluginThatRunsTheProject() throws Exception {
        // Given
        String pom = Files.readString(Path.of("pom.xml"));
        String ofThePlugin = XPathFactory.newInstance()
                .newXPath()
                .evaluate(
                        "/project/build/plugins/plugin[artifactId='spring-boot-maven-plugin']/configuration/profiles",
                        DocumentBuilderFactory.newInstance()
                                .newDocumentBuilder()
                                .parse("pom.xml"));

        // When
        try (ConfigurableApplicationContext context = start()) {

            // Then
            assertThat(ofThePlugin).isEqualToIgnoringWhitespace("sandbox");
            assertThat(pom).containsOnlyOnce("<profile>sandbox").doesNotContain("spring.profiles", "SPRING_PROFILES");
            assertThat(context.getEnvironment().acceptsProfiles(Profiles.of("sandbox")))
                    .isFalse();
        }
    }

    @Test
    void hasNoPartInAGatewayWithoutItsProfile() {
        // When
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(SandboxTest.Application.class)
                .web(WebApplicationType.NONE)
                .run()) {

            // Then
            assertThat(context.getBeanDefinitionNames())
                    .extracting(context::getType)
                    .filteredOn(type -> type.getPackageName().equals("io.pasar.sandbox"))
                    .containsExactly(SandboxTest.Application.class);
        }
    }

    private static ConfigurableApplicationContext start(String... arguments) {
        SpringApplication application = new SpringApplication(Object.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        return application.run(arguments);
    }
}
