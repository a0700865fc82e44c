package io.pasar.sandbox;

import java.util.List;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The sandbox put together. */
@Configuration(proxyBeanMethods = false)
@Profile("sandbox")
@EnableScheduling
@EnableConfigurationProperties(SandboxProperties.class)
class SandboxConfiguration {

    @Bean
    Sellers sandboxSellers(Environment environment) {
        return Sellers.from(environment);
    }

    @Bean
    Courier sandboxCourier(SandboxProperties properties, TaskScheduler scheduler) {
        return new Courier(properties, scheduler);
    }

    @Bean
    SandboxGuide sandboxGuide(Environment environment, Courier courier, List<StandIn> standIns) {
        return new SandboxGuide(environment, courier, standIns, System.out);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> sandboxConnectionDropper() {
        return server -> server.addEngineValves(new ConnectionDropper());
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> sandboxStart(
            TaskScheduler scheduler, Courier courier, SandboxGuide guide, List<StandIn> standIns) {
        return ready -> {
            standIns.forEach(standIn -> standIn.registered().forEach(standIn::enlist));
            courier.start();
            guide.start(scheduler);
        };
    }
}
