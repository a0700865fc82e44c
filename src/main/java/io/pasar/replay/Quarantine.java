package io.pasar.replay;

import io.pasar.inbound.Redelivery;
import io.pasar.inbound.Redelivery.Original;
import io.pasar.inbound.Redelivery.Outcome;
import io.pasar.kafka.TopicReader;
import io.pasar.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** What is in quarantine, and its release when its secret was mended. Safe for use by many threads. */
public final class Quarantine {

    private static final Duration SENT_WITHIN = Duration.ofSeconds(10);

    private final TopicReader topics;
    private final Redelivery redelivery;

    Quarantine(TopicReader topics, Redelivery redelivery) {
        this.topics = topics;
        this.redelivery = redelivery;
    }

    /**
     * Which deliveries; null leaves a limit out.
     *
     * @param from the earliest time at which one was received
     * @param until the first time that is too late
     */
    public record Chosen(String marketplace, String account, String eventKind, Instant from, Instant until) {

        private boolean takes(Delivery found) {
            Original original = found.original();
            return is(marketplace, original.marketplace())
                    && is(account, original.account())
                    && is(eventKind, original.eventKind())
                    && (from == null || !original.receivedAt().isBefore(from))
                    && (until == null || original.receivedAt().isBefore(until));
        }

        private static boolean is(String wanted, String found) {
            return wanted == null || wanted.equals(found);
        }
    }

    /** @param reason why it was rejected */
    public record Delivery(int partition, long offset, String reason, Original original) {}

    /** What came of one. */
    public record Tried(Delivery delivery, Outcome outcome) {}

    /**
     * The newest, newest last.
     *
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer
     */
    public List<Delivery> list(Chosen chosen, int most) {
        return topics
                .last(Topics.QUARANTINE, most, found -> {
                    Delivery delivery = delivery(found);
                    return delivery != null && chosen.takes(delivery);
                })
                .stream()
                .map(Quarantine::delivery)
                .toList();
    }

    /**
     * Verifies the newest again, oldest first, with the secrets of now, and publishes those that are right as if they
     * came now, with the time at which they were received. All stay in quarantine: whoever releases one twice publishes
     * it twice, with the same {@code ce_id}.
     *
     * @param checkOnly whether to publish nothing
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer
     */
    public List<Tried> release(Chosen chosen, int most, boolean checkOnly) throws InterruptedException {
        List<Tried> tried = new ArrayList<>();
        for (Delivery delivery : list(chosen, most)) {
            tried.add(new Tried(delivery, send(delivery.original(), checkOnly)));
        }
        return tried;
    }

    private Outcome send(Original original, boolean checkOnly) throws InterruptedException {
        try {
            return redelivery.send(original, checkOnly).get(SENT_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return Outcome.FAILED;
        }
    }

    /** Null for what no gateway has put there. */
    private static Delivery delivery(ConsumerRecord<byte[], byte[]> found) {
        String marketplace = header(found, "pasar_marketplace");
        String account = header(found, "pasar_account");
        String eventKind = header(found, "pasar_event_kind");
        String receivedAt = header(found, "pasar_received_at");
        if (marketplace == null
                || account == null
                || eventKind == null
                || receivedAt == null
                || found.value() == null) {
            return null;
        }
        try {
            Original original = new Original(
                    marketplace,
                    account,
                    eventKind,
                    Instant.parse(receivedAt),
                    asReceived(found, "content-type"),
                    asReceived(found, "pasar_signature"),
                    found.value());
            return new Delivery(found.partition(), found.offset(), header(found, "pasar_reason"), original);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> found, String name) {
        Header header = found.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** As HTTP's bytes were read when it came. */
    private static String asReceived(ConsumerRecord<byte[], byte[]> found, String name) {
        Header header = found.headers().lastHeader(name);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.ISO_8859_1);
    }
}
