package io.pasar.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pasar.api.ApiConfiguration.Role;
import io.pasar.api.ApiConfiguration.Token;
import io.pasar.registration.Registrations;
import java.time.Duration;
import java.util.List;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.core.env.Environment;

/**
 * The management port with this package on it and nothing behind it. No {@code @Configuration}, or tests of the whole
 * application would find it in their scan.
 */
@EnableAutoConfiguration(exclude = CamelAutoConfiguration.class)
@ComponentScan(
        basePackageClasses = ApiConfiguration.class,
        excludeFilters = {
            @ComponentScan.Filter(type = FilterType.ASSIGNABLE_TYPE, classes = RegistrationController.class),
            @ComponentScan.Filter(type = FilterType.ANNOTATION, classes = TestConfiguration.class)
        })
class ApiUnderTest {

    static final String READ = "a-token-that-may-read";
    static final String WRITE = "a-token-that-may-write";

    /** Long enough to tell a thread that waits from one that does not; others sit it out and set a shorter one. */
    static final Duration APPLY_WAIT = Duration.ofMinutes(1);

    @Bean
    ApiConfiguration apiConfiguration() {
        return new ApiConfiguration(
                List.of(
                        new Token("reader", Role.READ, READ),
                        new Token("writer", Role.WRITE, WRITE),
                        new Token("nobody", Role.WRITE, "")),
                false);
    }

    @Bean
    RegistrationController registrationController(
            Registrations registrations, ObjectMapper json, Environment environment) {
        return new RegistrationController(
                registrations, json, environment.getProperty("apply-wait", Duration.class, APPLY_WAIT));
    }
}
