package io.pasar.registration;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.kafka.TopicTail;
import io.pasar.kafka.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who wait here for an answer that any replica may write to {@code pasar.registration-events}. Commands are
 * followed too: so every replica knows what has been asked for, and need not have been the one that was asked.
 */
final class PendingOutcomes implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(PendingOutcomes.class);

    private static final ObjectReader TREE = RegistrationTopics.JSON.readerFor(JsonNode.class);
    private static final ObjectReader ANSWER =
            RegistrationTopics.JSON.readerFor(Outcome.class).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final TopicTail commands;
    private final TopicTail answers;
    private final RecentCommands recent = new RecentCommands(
            Duration.ofMinutes(Registrations.COMMANDS_KEPT_MINUTES), Registrations.COMMANDS_KEPT, System::nanoTime);

    PendingOutcomes(KafkaClients clients) {
        commands = new TopicTail(clients, Topics.COMMANDS, TopicTail.Start.END, this::readCommand);
        answers = new TopicTail(clients, Topics.REGISTRATION_EVENTS, TopicTail.Start.END, this::readAnswer);
    }

    void start() {
        commands.start();
        answers.start();
    }

    /**
     * To be called before the command is sent.
     *
     * @throws KafkaUnavailableException if answers cannot be read yet
     */
    CompletableFuture<Outcome> await(String id) {
        requireAnswers();
        return recent.sent(id);
    }

    /**
     * Empty for a command that is unknown or forgotten.
     *
     * @throws KafkaUnavailableException if answers cannot be read yet
     */
    Optional<CompletableFuture<Outcome>> find(String id) {
        requireAnswers();
        return recent.find(id);
    }

    /** The command could not be sent. */
    void forget(String id) {
        recent.forget(id);
    }

    @Override
    public void close() {
        commands.close();
        answers.close();
    }

    private void requireAnswers() {
        if (!answers.caughtUp().isDone()) {
            throw new KafkaUnavailableException("Answers to commands cannot be read yet");
        }
    }

    /** Nobody waits for what a timer asks for. */
    private void readCommand(ConsumerRecord<byte[], byte[]> found) {
        if (RegistrationTopics.trigger(found.headers()) != Trigger.REQUEST) {
            return;
        }
        try {
            recent.sent(Command.read(found.value(), Trigger.REQUEST).id());
        } catch (BadCommandException e) {
            LOGGER.atDebug().addKeyValue("offset", found.offset()).log("Not a command of ours");
        }
    }

    private void readAnswer(ConsumerRecord<byte[], byte[]> found) {
        if (found.value() == null) {
            return;
        }
        try {
            JsonNode event = TREE.readTree(found.value());
            String id = event.path("id").asText(null);
            boolean requested = event.path("trigger").asText().equals("request");
            if (id != null && (requested || recent.knows(id))) {
                recent.answered(id, ANSWER.readValue(event));
            }
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("offset", found.offset()).log("Not an event of ours");
        }
    }
}
