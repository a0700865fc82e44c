package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spring.boot.CamelSpringBootInitializationException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;

class StartFailureAnalyzerTest {

    private final StartFailureAnalyzer analyzer = new StartFailureAnalyzer();

    @Test
    void tellsWhichRouteCannotBeMadeAndWhy() {
        // Given
        Exception failure = failureOf(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeId("wrong").to("identify:xml");
            }
        });

        // When
        FailureAnalysis analysis = analyzer.analyze(new IllegalStateException("Start failed", failure));

        // Then
        assertThat(analysis.getDescription())
                .startsWith("The route wrong cannot be made: ")
                .contains("identify");
    }

    @Test
    void tellsARouteFileThatCannotBeLoaded() {
        // Given
        IllegalArgumentException cause = new IllegalArgumentException("Cannot find RouteTemplate with id inbond");

        // When
        FailureAnalysis analysis = analyzer.analyze(new CamelSpringBootInitializationException(cause));

        // Then
        assertThat(analysis.getDescription())
                .isEqualTo("The routes cannot be loaded: Cannot find RouteTemplate with id inbond");
    }

    @Test
    void leavesWhatNobodyOutsideCanMendItsStackTrace() {
        assertThat(analyzer.analyze(new IllegalStateException(new NullPointerException())))
                .isNull();
        assertThat(analyzer.analyze(new IllegalArgumentException("not of a route")))
                .isNull();
    }

    private static Exception failureOf(RouteBuilder routes) {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.addRoutes(routes);
            camel.start();
            throw new AssertionError("The route was made");
        } catch (Exception e) {
            return e;
        }
    }
}
