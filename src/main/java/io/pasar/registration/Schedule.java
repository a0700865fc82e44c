package io.pasar.registration;

import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.kafka.KafkaUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step of {@code schedule.camel.yaml}: asks, on every replica, for a check of what is due. That it is asked for
 * more than once does no harm: whoever carries it out passes over what is no longer due.
 */
final class Schedule {

    private static final Logger LOGGER = LoggerFactory.getLogger(Schedule.class);

    /** An account that is still due so long after it was asked for is asked for again. */
    private static final Duration ASK_AGAIN = Duration.ofMinutes(1);

    private final Accounts accounts;
    private final PublicUrl publicUrl;
    private final RegistrationRecords records;
    private final RegistrationTopics topics;
    private final RegistrationMetrics metrics;
    private final Duration every;
    private final Clock clock;

    private final Map<String, Asked> asked = new HashMap<>();
    private final Map<String, Known> digests = new HashMap<>();
    private boolean kafkaAway;

    Schedule(
            Accounts accounts,
            PublicUrl publicUrl,
            RegistrationRecords records,
            RegistrationTopics topics,
            RegistrationMetrics metrics,
            Duration every,
            Clock clock) {
        this.accounts = accounts;
        this.publicUrl = publicUrl;
        this.records = records;
        this.topics = topics;
        this.metrics = metrics;
        this.every = every;
        this.clock = clock;
    }

    /**
     * @param before null if the account was never looked at
     * @param desired digest of what the configuration asks for
     */
    static boolean isDue(AccountRecord before, String desired, Instant now, Duration every) {
        if (before == null || before.nextCheckAt() == null || !now.isBefore(before.nextCheckAt())) {
            return true;
        }
        boolean waiting = before.state() == State.FAILING || before.state() == State.REFUSED;
        // A configuration that asks for something else, or for a check more often, does not wait for the old time
        return !desired.equals(before.desired())
                || !waiting && !now.isBefore(before.checkedAt().plus(every));
    }

    /** Called by one thread, the timer's. */
    public synchronized void askForDue() {
        metrics.update();
        if (!records.areRead()) {
            return;
        }
        try {
            Map<String, Future<RecordMetadata>> sent = new HashMap<>();
            for (Account account : accounts.all()) {
                if (isToBeAsked(account)) {
                    sent.put(account.key(), ask(account));
                }
            }
            sent.forEach(this::written);
            forgetOthers();
            kafkaAway = false;
        } catch (KafkaUnavailableException e) {
            tellOnce(e);
        }
    }

    private boolean isToBeAsked(Account account) {
        AccountRecord before = records.find(account.key()).orElse(null);
        Instant now = clock.instant();
        if (!isDue(before, digest(account), now, every)) {
            return false;
        }
        Asked last = asked.get(account.key());
        return last == null
                || !last.isAbout(before)
                || !now.isBefore(last.at().plus(ASK_AGAIN.compareTo(every) < 0 ? ASK_AGAIN : every));
    }

    private Future<RecordMetadata> ask(Account account) {
        Command command = new Command(
                UUID.randomUUID().toString(), Command.Action.APPLY, account.marketplace(), account.id(), Trigger.TIMER);
        Future<RecordMetadata> sent = topics.send(command);
        asked.put(account.key(), new Asked(clock.instant(), checkedAt(account)));
        if (sent.isDone()) {
            written(account.key(), sent);
        }
        return sent;
    }

    /** Worked out once per account and configuration: this is asked every second for every account. */
    private String digest(Account account) {
        Known known = digests.get(account.key());
        if (known == null || known.account() != account) {
            known = new Known(
                    account, DesiredRegistration.of(account, publicUrl).digest());
            digests.put(account.key(), known);
        }
        return known.digest();
    }

    private Instant checkedAt(Account account) {
        return records.find(account.key()).map(AccountRecord::checkedAt).orElse(null);
    }

    private void written(String key, Future<RecordMetadata> sent) {
        try {
            RegistrationTopics.written(sent);
        } catch (KafkaUnavailableException e) {
            asked.remove(key);
            throw e;
        }
    }

    private void forgetOthers() {
        Set<String> existing = accounts.all().stream().map(Account::key).collect(Collectors.toSet());
        asked.keySet().retainAll(existing);
        digests.keySet().retainAll(existing);
    }

    private void tellOnce(KafkaUnavailableException e) {
        if (!kafkaAway) {
            LOGGER.atWarn().addKeyValue("reason", e.getMessage()).log("Checks cannot be asked for; trying on");
        }
        kafkaAway = true;
    }

    /** @param checkedAt of the record that made the account due; null if there was none */
    private record Asked(Instant at, Instant checkedAt) {
        boolean isAbout(AccountRecord before) {
            return Objects.equals(checkedAt, before == null ? null : before.checkedAt());
        }
    }

    private record Known(Account account, String digest) {}
}
