package io.pasar.registration;

import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.kafka.TopicShare;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.registration.Look.Candidate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step of {@code schedule.camel.yaml}: asks for checks of what is due, as many as can be worked on soon. Each
 * replica asks for the accounts whose commands come to it, so that an account is asked for by one; that it may be asked
 * for twice, after a rebalance say, does no harm: whoever carries it out passes over what is no longer due.
 */
final class Schedule {

    private static final Logger LOGGER = LoggerFactory.getLogger(Schedule.class);

    /** An account that is still due so long after it was asked for is asked for again. */
    private static final Duration ASK_AGAIN = Duration.ofMinutes(1);

    /** What is normal between two replicas. */
    private static final Duration CLOCKS_DIFFER_BY = Duration.ofMinutes(5);

    private final Accounts accounts;
    private final PublicUrl publicUrl;
    private final MarketplaceCalls calls;
    private final RegistrationRecords records;
    private final RegistrationTopics topics;
    private final RegistrationMetrics metrics;
    private final NotConfigured notConfigured;
    private final TopicShare share;
    private final Duration every;
    private final Duration reassertEvery;
    private final Clock clock;

    private final Map<String, Asked> asked = new HashMap<>();
    private final Changes changes;
    private final Progress progress = new Progress();
    private final SharedClients sharedClients = new SharedClients();
    private List<Account> knownAccounts = List.of();
    private List<Known> known = List.of();
    private boolean kafkaAway;

    Schedule(
            Accounts accounts,
            PublicUrl publicUrl,
            MarketplaceCalls calls,
            RegistrationRecords records,
            RegistrationTopics topics,
            RegistrationMetrics metrics,
            NotConfigured notConfigured,
            TopicShare share,
            RegistrationConfiguration configuration,
            Clock clock) {
        this.accounts = accounts;
        this.publicUrl = publicUrl;
        this.calls = calls;
        this.records = records;
        this.topics = topics;
        this.metrics = metrics;
        this.notConfigured = notConfigured;
        this.share = share;
        this.every = configuration.every();
        this.reassertEvery = configuration.reassertEvery();
        this.clock = clock;
        this.changes = new Changes(accounts, records, clock);
    }

    /**
     * @param before null if the account was never looked at
     * @param desired digest of what the configuration asks for
     * @param reconciliation id of the last request to check all accounts; null if there was none
     */
    static boolean isDue(AccountRecord before, String desired, String reconciliation, Instant now, Duration every) {
        if (before == null || before.nextCheckAt() == null || !now.isBefore(before.nextCheckAt())) {
            return true;
        }
        boolean waiting = before.state() == State.FAILING || before.state() == State.REFUSED;
        // A configuration that asks for something else, or for a check more often, does not wait for the old time
        return !desired.equals(before.desired())
                || isToReconcile(before, reconciliation)
                || isAhead(before.checkedAt(), now)
                || !waiting && !now.isBefore(before.checkedAt().plus(every));
    }

    /** Written by a clock that was set back since: all times that follow from it are as wrong, maybe by years. */
    static boolean isAhead(Instant past, Instant now) {
        return past.isAfter(now.plus(CLOCKS_DIFFER_BY));
    }

    private static boolean isToReconcile(AccountRecord before, String reconciliation) {
        return reconciliation != null && !reconciliation.equals(before.reconciled());
    }

    public synchronized void askForDue() {
        boolean changed = changes.any();
        if (changed) {
            metrics.updateStates();
        }
        if (!records.areRead()) {
            return;
        }
        if (changed) {
            notConfigured.look();
        }
        Collection<Look> looks = look(clock.instant());
        metrics.updateProgress(looks);
        try {
            Map<String, Future<RecordMetadata>> sent = new HashMap<>();
            for (Look look : looks) {
                look.next(room(look)).forEach(candidate -> sent.put(candidate.key(), ask(candidate)));
                tellProgress(look);
            }
            sent.forEach(this::written);
            kafkaAway = false;
        } catch (KafkaUnavailableException e) {
            tellOnce(e);
        }
    }

    private Collection<Look> look(Instant now) {
        Map<String, Look> looks = new LinkedHashMap<>();
        List<Account> all = accounts.all();
        if (all != knownAccounts) {
            learn(all);
        }
        for (Known each : known) {
            Look look = looks.computeIfAbsent(each.account().marketplace(), marketplace -> new Look(marketplace, now));
            look(each, look);
        }
        return looks.values();
    }

    private void look(Known configured, Look look) {
        Account account = configured.account();
        String key = configured.key();
        String desired = configured.digest();
        String reconciliation = records.reconciliation(account.marketplace());
        AccountRecord before = records.find(key).orElse(null);
        boolean due = isDue(before, desired, reconciliation, look.at(), every);
        look.count(before, due);
        Asked last = asked.get(key);
        if (last != null && due && last.isPending(before, look.at(), askAgain())) {
            look.outstanding(last.at());
            return;
        }
        if (last != null) {
            asked.remove(key);
            look.forgotten(!Objects.equals(last.before(), before));
        }
        if (due && share.owns(key)) {
            boolean reconcile = before != null && isToReconcile(before, reconciliation);
            boolean changed = before != null && !desired.equals(before.desired());
            Trigger trigger = reconcile ? Trigger.RECONCILE : Trigger.TIMER;
            look.candidate(new Candidate(account, key, before, changed, trigger));
        }
    }

    private Duration askAgain() {
        return ASK_AGAIN.compareTo(every) < 0 ? ASK_AGAIN : every;
    }

    private int room(Look look) {
        String marketplace = look.marketplace();
        return calls.isBusy(marketplace)
                ? 0
                : Window.room(look, calls.requestsPerSecond(marketplace) * share.ownedOrOne());
    }

    private Future<RecordMetadata> ask(Candidate candidate) {
        Future<RecordMetadata> sent =
                topics.send(Command.of(Action.APPLY, candidate.account(), candidate.trigger(), null));
        asked.put(candidate.key(), new Asked(clock.instant(), candidate.before()));
        if (sent.isDone()) {
            written(candidate.key(), sent);
        }
        return sent;
    }

    private void tellProgress(Look look) {
        // One of the replicas is enough
        if (share.ownsFirst()) {
            boolean readable = calls.canList(look.marketplace());
            progress.tell(
                    look,
                    calls.requestsPerSecond(look.marketplace()),
                    readable ? every : reassertEvery,
                    readable ? "pasar.registration.every" : "pasar.registration.reassert-every");
        }
    }

    /** Works out once per account and configuration what is asked every second for every account. */
    private void learn(List<Account> all) {
        Map<Account, Known> before = new IdentityHashMap<>();
        known.forEach(each -> before.put(each.account(), each));
        known = all.stream()
                .map(account -> before.containsKey(account) ? before.get(account) : Known.of(account, publicUrl))
                .toList();
        knownAccounts = all;
        sharedClients.look(all, calls::canList);
        asked.keySet().retainAll(known.stream().map(Known::key).collect(Collectors.toSet()));
    }

    private void written(String key, Future<RecordMetadata> sent) {
        try {
            RegistrationTopics.written(sent);
        } catch (KafkaUnavailableException e) {
            asked.remove(key);
            throw e;
        }
    }

    private void tellOnce(KafkaUnavailableException e) {
        if (!kafkaAway) {
            LOGGER.atWarn().addKeyValue("reason", e.getMessage()).log("Checks cannot be asked for; trying on");
        }
        kafkaAway = true;
    }

    /** @param before the record that made the account due; null if there was none */
    private record Asked(Instant at, AccountRecord before) {
        boolean isPending(AccountRecord now, Instant at, Duration askAgain) {
            return Objects.equals(before, now) && at.isBefore(at().plus(askAgain));
        }
    }

    private record Known(Account account, String key, String digest) {
        static Known of(Account account, PublicUrl publicUrl) {
            return new Known(
                    account,
                    account.key(),
                    DesiredRegistration.of(account, publicUrl).digest());
        }
    }
}
