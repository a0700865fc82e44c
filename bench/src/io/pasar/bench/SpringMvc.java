package io.pasar.bench;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.kafka.KafkaAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * What one would write by hand: a controller and a KafkaTemplate on Tomcat's defaults. Both ways that suggest themselves,
 * to wait for the acknowledgement and to answer when it comes; the better one counts. Only what it needs of Spring Boot
 * is switched on, so that the libraries of others on its class path cost it nothing.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    ServletWebServerFactoryAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    WebMvcAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class,
    TaskExecutionAutoConfiguration.class,
    KafkaAutoConfiguration.class
})
@RestController
class SpringMvc {

    static final String ASYNC = "/async";

    private static final String PATH = "/webhooks/tiki/{account}/order";

    private final KafkaTemplate<byte[], byte[]> kafka;
    private final String topic;

    SpringMvc(KafkaTemplate<byte[], byte[]> kafka, @Value("${topic}") String topic) {
        this.kafka = kafka;
        this.topic = topic;
    }

    /** @param arguments port, bootstrap server, topic */
    public static void main(String[] arguments) {
        new SpringApplicationBuilder(SpringMvc.class)
                .properties(
                        "spring.config.name=none",
                        "server.address=127.0.0.1",
                        "server.port=" + arguments[0],
                        "spring.kafka.bootstrap-servers=" + arguments[1],
                        "spring.kafka.producer.acks=all",
                        "spring.kafka.producer.key-serializer=" + ByteArraySerializer.class.getName(),
                        "spring.kafka.producer.value-serializer=" + ByteArraySerializer.class.getName(),
                        "topic=" + arguments[2])
                .run();
    }

    @PostMapping(PATH)
    ResponseEntity<String> blocking(
            @PathVariable("account") String account,
            @RequestHeader(Workload.SIGNATURE_HEADER) String signature,
            @RequestBody byte[] body)
            throws InterruptedException {
        if (!Hmac.isRight(signature, body)) {
            return ResponseEntity.status(401).build();
        }
        try {
            kafka.send(topic, Workload.key(account, body), body).get();
            return ok();
        } catch (ExecutionException e) {
            return ResponseEntity.status(503).build();
        }
    }

    @PostMapping(ASYNC + PATH)
    CompletableFuture<ResponseEntity<String>> async(
            @PathVariable("account") String account,
            @RequestHeader(Workload.SIGNATURE_HEADER) String signature,
            @RequestBody byte[] body) {
        if (!Hmac.isRight(signature, body)) {
            return CompletableFuture.completedFuture(ResponseEntity.status(401).build());
        }
        return kafka.send(topic, Workload.key(account, body), body)
                .handle((sent, failure) ->
                        failure == null ? ok() : ResponseEntity.status(503).build());
    }

    private static ResponseEntity<String> ok() {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(Workload.ANSWER);
    }
}
