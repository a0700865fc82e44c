package io.pasar.bench;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.kafka.springboot.KafkaComponentAutoConfiguration;
import org.apache.camel.component.platform.http.springboot.PlatformHttpComponentAutoConfiguration;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpAutoConfiguration;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformWebMvcConfiguration;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;

/**
 * The route that Camel's documentation leads to: {@code platform-http} on Spring Boot's servlet container, a processor
 * that verifies, {@code kafka}. All defaults but the serializers, which would alter the bytes.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    ServletWebServerFactoryAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    WebMvcAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class,
    TaskExecutionAutoConfiguration.class,
    CamelAutoConfiguration.class,
    PlatformHttpComponentAutoConfiguration.class,
    SpringBootPlatformHttpAutoConfiguration.class,
    SpringBootPlatformWebMvcConfiguration.class,
    KafkaComponentAutoConfiguration.class
})
class NaiveCamel {

    /** @param arguments port, bootstrap server, topic */
    public static void main(String[] arguments) {
        new SpringApplicationBuilder(NaiveCamel.class)
                .properties(
                        "spring.config.name=none",
                        "server.address=127.0.0.1",
                        "server.port=" + arguments[0],
                        "camel.main.run-controller=true",
                        "camel.component.kafka.brokers=" + arguments[1],
                        "topic=" + arguments[2])
                .run();
    }

    @Bean
    RouteBuilder route(@Value("${topic}") String topic) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/webhooks/tiki/{account}/order?httpMethodRestrict=POST")
                        .convertBodyTo(byte[].class)
                        .process(NaiveCamel::verify)
                        .removeHeaders("*", KafkaConstants.KEY)
                        .to("kafka:" + topic + "?keySerializer=" + ByteArraySerializer.class.getName()
                                + "&valueSerializer=" + ByteArraySerializer.class.getName())
                        .setHeader(Exchange.CONTENT_TYPE, constant("application/json"))
                        .setBody(constant(Workload.ANSWER));
            }
        };
    }

    private static void verify(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        String signature = exchange.getMessage().getHeader(Workload.SIGNATURE_HEADER, String.class);
        if (!Hmac.isRight(signature, body)) {
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 401);
            exchange.getMessage().setBody(null);
            exchange.setRouteStop(true);
            return;
        }
        String account = exchange.getMessage().getHeader("account", String.class);
        exchange.getMessage().setHeader(KafkaConstants.KEY, Workload.key(account, body));
    }
}
