package io.pasar.bench;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The ceiling: what Vert.x, an HMAC and one producer can do when nothing else is done. No limits, no deadline, no
 * accounts, no identity, no headers on records, no metrics. The producer is set as Pasar's.
 */
final class BareVertx extends AbstractVerticle {

    /** System property: true for the transport and the options of Pasar's port in place of Vert.x' own. */
    static final String TUNED = "bench.tuned";

    private static final Buffer ANSWER = Buffer.buffer(Workload.ANSWER);
    private static final int ACCOUNT_SEGMENT = 3;

    private final int port;
    private final String topic;
    private final Producer<byte[], byte[]> producer;

    private BareVertx(int port, String topic, Producer<byte[], byte[]> producer) {
        this.port = port;
        this.topic = topic;
        this.producer = producer;
    }

    /** @param arguments port, bootstrap server, topic */
    public static void main(String[] arguments) {
        Producer<byte[], byte[]> producer = new KafkaProducer<>(Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                arguments[1],
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                2,
                ProducerConfig.BATCH_SIZE_CONFIG,
                64 * 1024,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                64L * 1024 * 1024,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class));
        int eventLoops = Runtime.getRuntime().availableProcessors();
        Vertx.vertx(new VertxOptions()
                        .setEventLoopPoolSize(eventLoops)
                        .setPreferNativeTransport(Boolean.getBoolean(TUNED)))
                .deployVerticle(
                        () -> new BareVertx(Integer.parseInt(arguments[0]), arguments[2], producer),
                        new DeploymentOptions().setInstances(eventLoops));
    }

    @Override
    public void start(Promise<Void> started) {
        boolean asVertxHasIt = !Boolean.getBoolean(TUNED);
        vertx.createHttpServer(new HttpServerOptions()
                        .setHttp2ClearTextEnabled(asVertxHasIt)
                        .setPerFrameWebSocketCompressionSupported(asVertxHasIt)
                        .setPerMessageWebSocketCompressionSupported(asVertxHasIt))
                .requestHandler(request -> request.body().onSuccess(body -> receive(request, body.getBytes())))
                .listen(port, "127.0.0.1")
                .<Void>mapEmpty()
                .onComplete(started);
    }

    private void receive(HttpServerRequest request, byte[] body) {
        if (request.method() != HttpMethod.POST || !Hmac.isRight(request.getHeader(Workload.SIGNATURE_HEADER), body)) {
            request.response().setStatusCode(401).end();
            return;
        }
        String account = request.path().split("/")[ACCOUNT_SEGMENT];
        Context context = vertx.getOrCreateContext();
        producer.send(
                new ProducerRecord<>(topic, Workload.key(account, body), body),
                (metadata, failure) -> context.runOnContext(onLoop -> answer(request, failure)));
    }

    private static void answer(HttpServerRequest request, Exception failure) {
        request.response()
                .putHeader("content-type", "application/json")
                .setStatusCode(failure == null ? 200 : 503)
                .end(failure == null ? ANSWER : Buffer.buffer());
    }
}
