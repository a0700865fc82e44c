package io.pasar.configuration;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.boot.system.ApplicationHome;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Tells Camel where the route files are, before its auto-configuration looks; any other source of the key wins. */
final class RouteFilesEnvironmentPostProcessor implements EnvironmentPostProcessor {

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        String pattern = RouteFiles.pattern(new ApplicationHome(getClass()));
        environment
                .getPropertySources()
                .addLast(new MapPropertySource("routeFiles", Map.of(RouteFiles.PATTERN, pattern)));
    }
}
