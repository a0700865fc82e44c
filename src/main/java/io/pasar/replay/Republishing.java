package io.pasar.replay;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.pasar.kafka.spool.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Publishes events again, to another topic: not the way of live events, which have a producer and a spool of their own. */
final class Republishing implements Duty {

    /** Header of a record that was published again: the id of the replay, the last one if there were several. */
    static final String REPLAYED = "pasar_replayed";

    private final Producer<byte[], byte[]> producer;
    private final Replay replay;
    private final RateLimiter limiter;
    private final AtomicReference<KafkaException> failure = new AtomicReference<>();

    Republishing(Producer<byte[], byte[]> producer, Replay replay, RateLimiter limiter) {
        this.producer = producer;
        this.replay = replay;
        this.limiter = limiter;
    }

    @Override
    public Result look(ConsumerRecord<byte[], byte[]> found) {
        return replay.request().selection().takes(found) ? Result.TAKEN : Result.LEFT;
    }

    @Override
    public Result carryOut(ConsumerRecord<byte[], byte[]> found) {
        Result result = look(found);
        if (result == Result.TAKEN) {
            RateLimiter.waitForPermission(limiter);
            send(found);
        }
        return result;
    }

    private void send(ConsumerRecord<byte[], byte[]> found) {
        Headers headers = new RecordHeaders(found.headers().toArray());
        headers.remove(REPLAYED).add(REPLAYED, replay.id().getBytes(StandardCharsets.UTF_8));
        // With a time of its own: with the old one, retention could delete it at once
        producer.send(
                new ProducerRecord<>(replay.request().to(), null, null, found.key(), found.value(), headers),
                (metadata, e) -> {
                    if (e != null) {
                        failure.compareAndSet(null, failed(found, e));
                    }
                });
    }

    private static KafkaException failed(ConsumerRecord<byte[], byte[]> found, Exception e) {
        if (Refusal.isForGood(e)) {
            return new RefusedRecordException(found.partition(), found.offset(), e);
        }
        return e instanceof KafkaException passing ? passing : new KafkaException(e);
    }

    @Override
    public void settle() {
        producer.flush();
        KafkaException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    /** Kafka will never take this record where it is to go. */
    static final class RefusedRecordException extends KafkaException {

        private RefusedRecordException(int partition, long offset, Exception cause) {
            // As a class alone: what Kafka says of a record may name its key
            super("partition %d, offset %d: %s"
                    .formatted(partition, offset, cause.getClass().getSimpleName()));
        }
    }
}
