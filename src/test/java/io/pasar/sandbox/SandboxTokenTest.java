package io.pasar.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class SandboxTokenTest {

    @Test
    void makesANewWriteTokenAtEveryStart() {
        // When
        StandardEnvironment first = start("sandbox", Map.of("pasar.api.tokens[0].token", ""));
        StandardEnvironment second = start("sandbox", Map.of());

        // Then
        assertThat(first.getProperty("pasar.api.tokens[0].token"))
                .hasSizeGreaterThan(20)
                .isEqualTo(first.getProperty(SandboxToken.GENERATED))
                .isNotEqualTo(second.getProperty("pasar.api.tokens[0].token"));
        assertThat(first.getProperty("pasar.api.tokens[0].name")).isEqualTo("sandbox");
        assertThat(first.getProperty("pasar.api.tokens[0].role")).isEqualTo("write");
    }

    @Test
    void leavesATokenThatIsGiven() {
        // When
        StandardEnvironment environment =
                start("sandbox", Map.of("pasar.api.tokens[0].token", "", "pasar.api.tokens[1].token", "given"));

        // Then
        assertThat(environment.getProperty("pasar.api.tokens[0].token")).isEmpty();
        assertThat(environment.getProperty(SandboxToken.GENERATED)).isNull();
    }

    @Test
    void makesNoneOutsideTheSandbox() {
        // When
        StandardEnvironment environment = start("production", Map.of("pasar.api.tokens[0].token", ""));

        // Then
        assertThat(environment.getProperty("pasar.api.tokens[0].token")).isEmpty();
    }

    private static StandardEnvironment start(String profile, Map<String, Object> properties) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.setActiveProfiles(profile);
        environment.getPropertySources().addFirst(new MapPropertySource("application.yaml", properties));
        new SandboxToken().postProcessEnvironment(environment, new SpringApplication());
        return environment;
    }
}
