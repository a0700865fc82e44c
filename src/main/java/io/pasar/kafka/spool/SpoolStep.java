package io.pasar.kafka.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * The spool as a step of a route. Takes a message that is ready for a {@code kafka:} step, and goes on, on the spool's
 * thread, when it is on the disk: what follows must not block.
 */
final class SpoolStep extends AsyncProcessorSupport {

    private final Spool spool;
    private final Clock clock;

    SpoolStep(Spool spool, Clock clock) {
        this.spool = spool;
        this.clock = clock;
    }

    /** Whether the message belongs into the spool without being tried at Kafka. */
    boolean goesFirst(Exchange exchange) {
        Message message = exchange.getMessage();
        return spool.goesFirst(topic(message), key(message));
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            spool.put(event(exchange.getMessage()), failure -> {
                if (failure != null) {
                    exchange.setException(failure);
                }
                callback.done(false);
            });
            return false;
        } catch (RuntimeException e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
    }

    /** The record that the {@code kafka:} step would make of it, at the time when the event was received. */
    private ProducerRecord<byte[], byte[]> event(Message message) {
        List<Header> headers = new ArrayList<>();
        message.getHeaders().forEach((name, value) -> {
            if (value instanceof byte[] bytes && !name.equals(KafkaConstants.KEY)) {
                headers.add(new RecordHeader(name, bytes));
            }
        });
        byte[] time = message.getHeader("ce_time", byte[].class);
        long timestamp = time == null
                ? clock.millis()
                : Instant.parse(new String(time, UTF_8)).toEpochMilli();
        return new ProducerRecord<>(
                topic(message), null, timestamp, key(message), message.getBody(byte[].class), headers);
    }

    private static String topic(Message message) {
        return message.getHeader(KafkaConstants.OVERRIDE_TOPIC, String.class);
    }

    private static byte[] key(Message message) {
        return message.getHeader(KafkaConstants.KEY, byte[].class);
    }
}
