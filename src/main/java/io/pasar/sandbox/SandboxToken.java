package io.pasar.sandbox;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.Profiles;

/**
 * Gives the API a token that nobody else knows, new at every start, unless one was given: a sandbox needs no set-up
 * and still has no default password.
 */
final class SandboxToken implements EnvironmentPostProcessor, Ordered {

    /** The key under which the generated token can be read; absent when none was generated. */
    static final String GENERATED = "sandbox.generated-api-token";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (!environment.acceptsProfiles(Profiles.of("sandbox")) || tokenIsGiven(environment)) {
            return;
        }
        String token = random();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "sandbox API token",
                        Map.of(
                                "pasar.api.tokens[0].name",
                                "sandbox",
                                "pasar.api.tokens[0].role",
                                "write",
                                "pasar.api.tokens[0].token",
                                token,
                                GENERATED,
                                token)));
    }

    private static boolean tokenIsGiven(ConfigurableEnvironment environment) {
        for (int i = 0; ; i++) {
            String token = environment.getProperty("pasar.api.tokens[" + i + "].token");
            if (token == null) {
                return false;
            }
            if (!token.isBlank()) {
                return true;
            }
        }
    }

    private static String random() {
        byte[] bytes = new byte[18];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** After the configuration files, which say what the profiles and the tokens are. */
    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 1;
    }
}
