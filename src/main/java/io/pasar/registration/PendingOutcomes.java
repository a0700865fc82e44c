package io.pasar.registration;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.kafka.TopicTail;
import io.pasar.kafka.Topics;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who wait here for an answer that any replica may write to {@code pasar.registration-events}. */
final class PendingOutcomes implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(PendingOutcomes.class);

    private static final ObjectReader ANSWER =
            RegistrationTopics.JSON.readerFor(Outcome.class).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /** Nobody waits this long; without an end, commands that nobody answers would fill the memory. */
    private static final long FORGOTTEN_AFTER_MINUTES = 10;

    private final TopicTail tail;
    private final Map<String, CompletableFuture<Outcome>> pending = new ConcurrentHashMap<>();

    PendingOutcomes(KafkaClients clients) {
        tail = new TopicTail(clients, Topics.REGISTRATION_EVENTS, TopicTail.Start.END, this::read);
    }

    void start() {
        tail.start();
    }

    /**
     * To be called before the command is sent.
     *
     * @throws KafkaUnavailableException if answers cannot be read yet
     */
    CompletableFuture<Outcome> await(String id) {
        if (!tail.caughtUp().isDone()) {
            throw new KafkaUnavailableException("Answers to commands cannot be read yet");
        }
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        pending.put(id, outcome);
        outcome.orTimeout(FORGOTTEN_AFTER_MINUTES, TimeUnit.MINUTES)
                .whenComplete((answer, failure) -> pending.remove(id));
        return outcome;
    }

    /** The command could not be sent. */
    void forget(String id) {
        pending.remove(id);
    }

    @Override
    public void close() {
        tail.close();
    }

    private void read(ConsumerRecord<byte[], byte[]> found) {
        if (pending.isEmpty() || found.value() == null) {
            return;
        }
        try {
            Outcome outcome = ANSWER.readValue(found.value());
            CompletableFuture<Outcome> waiting = outcome.id() == null ? null : pending.get(outcome.id());
            if (waiting != null) {
                // What they do then is none of the tail's business
                waiting.completeAsync(() -> outcome);
            }
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("offset", found.offset()).log("Not an event of ours");
        }
    }
}
