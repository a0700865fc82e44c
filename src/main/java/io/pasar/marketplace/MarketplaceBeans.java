package io.pasar.marketplace;

import java.time.Clock;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.Ordered;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the marketplaces' route files refer to by name, and the calls that they add up to. */
@Configuration(proxyBeanMethods = false)
class MarketplaceBeans {

    /** Answers are some kilobytes at most; this bounds the memory that one call can take. */
    private static final int LARGEST_ANSWER = 1024 * 1024;

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    @Bean
    ClientCredentials clientCredentials() {
        return new ClientCredentials();
    }

    @Bean
    MarketplaceCalls marketplaceCalls(
            CamelContext context, ProducerTemplate template, ObjectProvider<RateLimits> limits, Clock clock) {
        return new MarketplaceCalls(context, template, limits.getIfAvailable(RateLimits::none), clock);
    }

    @Bean("http-component")
    HttpComponent http() {
        return new BoundedHttpComponent();
    }

    @Bean("https-component")
    HttpComponent https() {
        return new BoundedHttpComponent();
    }

    /** For {@code http} and {@code https} alike: they are two components of one class. */
    @Bean
    ComponentCustomizer boundedAnswers() {
        BoundedAnswers bounded = new BoundedAnswers(LARGEST_ANSWER, ANSWER_WITHIN);
        // Last: Camel's starter first writes its own settings into the component
        return ComponentCustomizer.builder(HttpComponent.class)
                .withOrder(Ordered.LOWEST)
                .build(component -> component.setHttpClientConfigurer(bounded));
    }
}
