package io.pasar.api;

import jakarta.servlet.DispatcherType;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/** Who may call what on the management port. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    @Bean
    BearerTokens bearerTokens(ApiConfiguration configuration) {
        return new BearerTokens(configuration.tokens());
    }

    /**
     * The paths that need no token. No token is even looked at here: a probe that sends an outdated one must not
     * restart the gateway, and the sandbox's callers send the tokens of the marketplaces it stands in for.
     */
    @Bean
    @Order(1)
    SecurityFilterChain openPaths(HttpSecurity http, ApiConfiguration configuration, Environment environment)
            throws Exception {
        List<String> open = new ArrayList<>(List.of("/actuator/health/liveness", "/actuator/health/readiness"));
        if (configuration.openMetrics()) {
            open.add("/actuator/prometheus");
        }
        if (environment.acceptsProfiles(Profiles.of("sandbox"))) {
            open.add("/sandbox/**");
        }
        return common(http)
                .securityMatcher(open.toArray(String[]::new))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    /** Everything else needs a token: a path that is added later is closed until somebody opens it above. */
    @Bean
    @Order(2)
    SecurityFilterChain closedPaths(HttpSecurity http, BearerTokens tokens, SecurityProblems problems)
            throws Exception {
        AuthenticationFilter bearer = new AuthenticationFilter(tokens, BearerTokens::presentedBy);
        bearer.setSuccessHandler((request, response, authentication) -> {});
        bearer.setFailureHandler(problems::unauthorized);
        return common(http)
                .addFilterBefore(bearer, AnonymousAuthenticationFilter.class)
                .exceptionHandling(handling -> handling.authenticationEntryPoint(problems::unauthorized)
                        .accessDeniedHandler(problems::forbidden))
                .authorizeHttpRequests(requests -> requests
                        // An error found outside a call is told by the error page, whoever asked
                        .dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        .requestMatchers(HttpMethod.GET)
                        .hasRole("READ")
                        .requestMatchers(HttpMethod.HEAD)
                        .hasRole("READ")
                        .requestMatchers(HttpMethod.OPTIONS)
                        .hasRole("READ")
                        .anyRequest()
                        .hasRole("WRITE"))
                .build();
    }

    /**
     * Lets strange methods through to be answered 405. Nothing is lost by it: what is not a reading method needs a
     * token that may write.
     */
    @Bean
    StrictHttpFirewall httpFirewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setUnsafeAllowAnyHttpMethod(true);
        return firewall;
    }

    @Bean
    RequestRejectedHandler requestRejectedHandler(SecurityProblems problems) {
        return problems::rejected;
    }

    private static HttpSecurity common(HttpSecurity http) throws Exception {
        return http.sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                // Nothing here is sent by a browser of itself: no cookie, no session, so nothing to forge
                .csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .headers(headers -> headers.contentSecurityPolicy(
                                policy -> policy.policyDirectives("default-src 'none'; frame-ancestors 'none'"))
                        .referrerPolicy(policy -> policy.policy(ReferrerPolicy.NO_REFERRER)));
    }
}
