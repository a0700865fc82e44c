package io.pasar.registration;

import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.observation.Streak;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step of {@code schedule.camel.yaml} that looks, on every replica, at what arrived there. What speaks for or against
 * a registration is told to the replica that works on the account; that one decides, once.
 */
final class EvidenceWatch {

    private static final Logger LOGGER = LoggerFactory.getLogger(EvidenceWatch.class);

    /** What is still news so long after it was told is told again. */
    private static final Duration TELL_AGAIN = Duration.ofMinutes(1);

    private final Accounts accounts;
    private final RegistrationRecords records;
    private final RegistrationTopics topics;
    private final EvidenceReview review;
    private final EvidenceMetrics metrics;
    private final Clock clock;

    private final Changes changes;
    private final Map<Subject, Told> told = new HashMap<>();

    /** Accounts that are looked at without a streak: with something open, or with webhooks that are to come. */
    private List<Account> watched = List.of();

    EvidenceWatch(
            Accounts accounts,
            RegistrationRecords records,
            RegistrationTopics topics,
            EvidenceReview review,
            EvidenceMetrics metrics,
            Clock clock) {
        this.accounts = accounts;
        this.records = records;
        this.topics = topics;
        this.review = review;
        this.metrics = metrics;
        this.clock = clock;
        this.changes = new Changes(accounts, records, clock);
    }

    public synchronized void look() {
        if (!records.areRead()) {
            return;
        }
        if (changes.any()) {
            metrics.update();
            watched = accounts.all().stream().filter(this::isToBeWatched).toList();
        }
        Instant now = clock.instant();
        told.values().removeIf(last -> !now.isBefore(last.at().plus(TELL_AGAIN)));
        List<Streak> all = review.streaks();
        Map<String, List<Streak>> streaks =
                all.stream().collect(Collectors.groupingBy(streak -> streak.marketplace() + "/" + streak.account()));
        Map<Subject, Future<RecordMetadata>> sent = new HashMap<>();
        for (Account account : watchedAndThoseWith(all)) {
            AccountRecord before = records.find(account.key()).orElse(null);
            for (Suspicion suspicion : suspicions(account, before, streaks)) {
                Subject subject = new Subject(account.key(), suspicion == null ? null : suspicion.eventKind());
                if (review.isNews(account, before, suspicion, now) && isToBeTold(subject, before)) {
                    sent.put(subject, topics.send(Command.of(Action.APPLY, account, Trigger.EVIDENCE, suspicion)));
                    told.put(subject, new Told(now, before.checkedAt()));
                }
            }
        }
        sent.forEach(this::written);
    }

    private List<Account> watchedAndThoseWith(List<Streak> streaks) {
        return Stream.concat(
                        watched.stream(),
                        streaks.stream()
                                .flatMap(streak -> accounts.find(streak.marketplace(), streak.account()).stream()))
                .distinct()
                .toList();
    }

    private boolean isToBeWatched(Account account) {
        return !account.expectEvery().isEmpty()
                || !Evidence.of(records.find(account.key()).orElse(null))
                        .episodes()
                        .isEmpty();
    }

    /** What to look at the account for: each of its streaks, or else, as null, what needs none; nothing for most. */
    private static List<Suspicion> suspicions(
            Account account, AccountRecord before, Map<String, List<Streak>> streaks) {
        List<Suspicion> suspicions = new ArrayList<>();
        streaks.getOrDefault(account.key(), List.of()).forEach(streak -> suspicions.add(Suspicion.of(streak)));
        boolean open = !Evidence.of(before).episodes().isEmpty();
        if (suspicions.isEmpty() && (open || !account.expectEvery().isEmpty())) {
            suspicions.add(null);
        }
        return suspicions;
    }

    private boolean isToBeTold(Subject subject, AccountRecord before) {
        Told last = told.get(subject);
        return last == null || !Objects.equals(last.checkedAt(), before.checkedAt());
    }

    private void written(Subject subject, Future<RecordMetadata> sent) {
        try {
            RegistrationTopics.written(sent);
        } catch (KafkaUnavailableException e) {
            told.remove(subject);
            LOGGER.atDebug().addKeyValue("reason", e.getMessage()).log("Evidence cannot be told; trying on");
        }
    }

    /** @param eventKind null where it is about no streak */
    private record Subject(String account, String eventKind) {}

    /** @param checkedAt of the record that it was news to */
    private record Told(Instant at, Instant checkedAt) {}
}
