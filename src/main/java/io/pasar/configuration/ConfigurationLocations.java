package io.pasar.configuration;

import java.io.File;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.boot.system.ApplicationHome;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Makes a profile's file win over application.yaml wherever the two lie. By Spring Boot's default an application.yaml
 * in the working directory beats every file in the jar, also those of a profile: {@code mvn spring-boot:run} would read
 * the project's application.yaml as the last word and start the sandbox with production's addresses. Places joined by
 * semicolons are one group, in which all profile files come after all plain ones.
 *
 * <p>The folder of the jar is a place too, below the working directory, which need not be the same: a service manager
 * may start the gateway anywhere.
 */
final class ConfigurationLocations implements EnvironmentPostProcessor, Ordered {

    private static final String ONE_GROUP = "optional:classpath:/;optional:classpath:/config/;optional:%s;"
            + "optional:file:./;optional:file:./config/;optional:file:./config/*/";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        File home = new ApplicationHome(getClass()).getDir();
        // A comma or a semicolon would end the place
        String besideJar = home.toURI().toString().replace(",", "%2C").replace(";", "%3B");
        // The last source, so that a location given by a user still counts
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(
                        "configuration locations", Map.of("spring.config.location", ONE_GROUP.formatted(besideJar))));
    }

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER - 1;
    }
}
