package io.pasar.registration;

import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.marketplace.Listing;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.marketplace.MarketplaceException;
import io.pasar.observation.Observations;
import io.pasar.observation.Observations.Observed;
import io.pasar.registration.RegistrationDetail.Desired;
import io.pasar.registration.RegistrationDetail.Finding;
import io.pasar.registration.RegistrationDetail.Listed;
import io.pasar.registration.RegistrationDetail.Recorded;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.RecordMetadata;

/** What other packages ask of registration. Safe for use by many threads. */
public class Registrations {

    /** How long {@link #outcome} knows a command after it was sent, or answered. */
    public static final int COMMANDS_KEPT_MINUTES = 60;

    /** How many commands {@link #outcome} knows at most. */
    public static final int COMMANDS_KEPT = 5000;

    private final Accounts accounts;
    private final PublicUrl publicUrl;
    private final MarketplaceCalls calls;
    private final RegistrationRecords records;
    private final RegistrationTopics topics;
    private final PendingOutcomes pending;
    private final Observations observations;
    private final Drains drains;
    private final EvidenceReview review;
    private final Duration reassertEvery;
    private final Clock clock;

    Registrations(
            Accounts accounts,
            PublicUrl publicUrl,
            MarketplaceCalls calls,
            RegistrationRecords records,
            RegistrationTopics topics,
            PendingOutcomes pending,
            Observations observations,
            Drains drains,
            EvidenceReview review,
            Duration reassertEvery,
            Clock clock) {
        this.accounts = accounts;
        this.publicUrl = publicUrl;
        this.calls = calls;
        this.records = records;
        this.topics = topics;
        this.pending = pending;
        this.observations = observations;
        this.drains = drains;
        this.review = review;
        this.reassertEvery = reassertEvery;
        this.clock = clock;
    }

    /** Where every configured account stands. Answers from memory: nobody is asked. */
    public List<RegistrationStatus> all() {
        return accounts.all().stream().map(this::status).toList();
    }

    /**
     * Everything about one account; asks the marketplace where it can be read. Empty for an unknown account.
     *
     * @throws RegistrationUnreadableException if the marketplace does not answer as it should
     */
    public Optional<RegistrationDetail> detail(String marketplace, String account) {
        return accounts.find(marketplace, account).map(this::detail);
    }

    /**
     * One account's webhooks; asks the marketplace where it can be read. Empty for an unknown account.
     *
     * @throws RegistrationUnreadableException if the marketplace does not answer as it should
     */
    public Optional<Webhooks> webhooks(String marketplace, String account) {
        return accounts.find(marketplace, account).map(found -> {
            Listing listed = listed(found);
            return Views.webhooks(listed, clock.instant(), sent(found));
        });
    }

    /** Which addresses webhooks came to, the current one first. Answers from memory: nobody is asked. */
    public List<AddressTraffic> addresses() {
        return drains.addresses();
    }

    /**
     * Asks for a plan or an apply through {@code pasar.commands}, so that one replica alone works on an account.
     * Blocks until Kafka has taken the command, a few seconds at most.
     *
     * @return the command's id and its outcome to come, which stays open for ever if no replica answers. Empty for an
     *     unknown account
     * @throws KafkaUnavailableException if Kafka does not take the command; nothing is done then
     */
    public Optional<Pending> request(Action action, String marketplace, String account) {
        return accounts.find(marketplace, account).map(found -> {
            Command command = Command.of(action, found, Trigger.REQUEST, null);
            CompletableFuture<Outcome> outcome = pending.await(command.id());
            try {
                RegistrationTopics.written(topics.send(command));
            } catch (RuntimeException e) {
                pending.forget(command.id());
                throw e;
            }
            return new Pending(command.id(), outcome);
        });
    }

    /**
     * What comes of a command that somebody asked for, whichever replica took it and whichever carries it out.
     *
     * @return open until it is answered. Empty for a command that is unknown or forgotten, see
     *     {@link #COMMANDS_KEPT_MINUTES} and {@link #COMMANDS_KEPT}; a replica knows only those sent or answered since
     *     its start
     * @throws KafkaUnavailableException if this replica cannot read answers yet
     */
    public Optional<CompletableFuture<Outcome>> outcome(String id) {
        return pending.find(id);
    }

    /**
     * Makes every account due for a check; {@code on-drift} decides whether it repairs. The request is a record that
     * outlives every replica; the checks come as fast as the rate limits let them. Blocks until Kafka has taken it.
     *
     * @param marketplace only of this marketplace; null for all
     * @return how many accounts are due by it
     * @throws KafkaUnavailableException if Kafka does not take it; one marketplace's may be taken then
     */
    public int reconcile(String marketplace) {
        List<Account> asked = accounts.all().stream()
                .filter(account -> marketplace == null || account.marketplace().equals(marketplace))
                .toList();
        List<Future<RecordMetadata>> sent = asked.stream()
                .map(Account::marketplace)
                .distinct()
                .map(one ->
                        topics.send(new Reconciliation(one, UUID.randomUUID().toString(), clock.instant())))
                .toList();
        sent.forEach(RegistrationTopics::written);
        return asked.size();
    }

    /**
     * Accounts that were registered and are configured nowhere, as {@code marketplace/id}, in the order of these: their
     * webhooks are answered 404. Empty until what was recorded has been read.
     */
    public List<String> notConfigured() {
        return records.areRead()
                ? records.all()
                        .filter(AccountRecord::isRegistered)
                        .filter(record -> accounts.find(record.marketplace(), record.account())
                                .isEmpty())
                        .map(AccountRecord::key)
                        .sorted()
                        .toList()
                : List.of();
    }

    /** Whether this replica serves the account. */
    public boolean isConfigured(String marketplace, String account) {
        return accounts.find(marketplace, account).isPresent();
    }

    /**
     * Removes what is recorded of an account that was taken out of the configuration. Nothing changes at the
     * marketplace. Blocks for up to 35 s.
     *
     * @return what was recorded last; empty if nothing was
     * @throws IllegalStateException if the account is configured
     * @throws KafkaUnavailableException if Kafka does not take it, or what was recorded has not been read yet
     */
    public Optional<RegistrationStatus> forget(String marketplace, String account) {
        if (isConfigured(marketplace, account)) {
            throw new IllegalStateException("The account is configured");
        }
        if (!records.areRead()) {
            throw new KafkaUnavailableException("What was recorded has not been read from Kafka yet");
        }
        Optional<AccountRecord> known = records.find(marketplace + "/" + account);
        known.ifPresent(record -> records.forget(record.key()));
        return known.map(AccountRecord::status);
    }

    private RegistrationStatus status(Account account) {
        if (!records.areRead()) {
            String reason = "What was recorded has not been read from Kafka yet";
            return new RegistrationStatus(account.marketplace(), account.id(), State.UNKNOWN, reason, null, null, null);
        }
        return records.find(account.key())
                .map(record -> status(account, record))
                .orElseGet(() -> new RegistrationStatus(
                        account.marketplace(), account.id(), State.NEVER_REGISTERED, null, null, null, null));
    }

    /** Recorded states grow old, even while nobody carries out the checks that would say so. */
    private RegistrationStatus status(Account account, AccountRecord record) {
        Evidence evidence = Evidence.of(record);
        Instant now = clock.instant();
        boolean settled = record.state() == State.ASSERTED || record.state() == State.IN_SYNC;
        if (!settled || !review.isTooOld(record.sent(), evidence, now)) {
            return record.status();
        }
        return new RegistrationStatus(
                record.marketplace(),
                record.account(),
                State.DRIFTED,
                review.reason(account, evidence, record.sent(), now),
                review.tooOldFrom(record.sent(), evidence),
                record.sent().sentAt(),
                record.nextCheckAt());
    }

    private List<Finding> findings(Account account, Sent sent) {
        AccountRecord record = records.find(account.key()).orElse(null);
        Evidence evidence = Evidence.of(record);
        boolean waiting = record != null && (record.state() == State.FAILING || record.state() == State.REFUSED);
        List<Finding> findings = new ArrayList<>();
        for (Episode episode : evidence.episodes()) {
            findings.add(Finding.of(episode, review.text(account, evidence, episode)));
        }
        if (review.isTooOld(sent, evidence, clock.instant())) {
            findings.add(Finding.age(review.tooOldFrom(sent, evidence), review.ageText(account, sent, waiting)));
        }
        return List.copyOf(findings);
    }

    private RegistrationDetail detail(Account account) {
        DesiredRegistration desired = DesiredRegistration.of(account, publicUrl);
        Listing listed = listed(account);
        Instant now = clock.instant();
        Sent sent = sent(account);
        Map<String, Observed> observed = new LinkedHashMap<>();
        account.events()
                .forEach(kind -> observed.put(kind, observations.of(account.marketplace(), account.id(), kind)));
        return new RegistrationDetail(
                status(account),
                new Desired(desired.webhooks(), desired.warehouses(), desired.secret()),
                listed == null ? null : listed(account, listed, now),
                sent == null ? null : recorded(sent),
                observed,
                drains.secrets(account, Views.secret(account, listed)),
                drains.addresses(account),
                findings(account, sent),
                records.areRead() ? plan(account, desired, listed, sent, now) : null);
    }

    private Plan plan(Account account, DesiredRegistration desired, Listing listed, Sent sent, Instant now) {
        boolean uncertain =
                records.find(account.key()).map(AccountRecord::uncertain).orElse(false);
        return Planner.plan(
                desired, listed, Views.secret(account, listed), sent, now, uncertain ? Duration.ZERO : reassertEvery);
    }

    private Listing listed(Account account) {
        try {
            return calls.canList(account.marketplace()) ? calls.list(account) : null;
        } catch (MarketplaceException e) {
            throw RegistrationUnreadableException.of(e);
        }
    }

    private Sent sent(Account account) {
        return records.find(account.key()).map(AccountRecord::sent).orElse(null);
    }

    private static Listed listed(Account account, Listing listed, Instant readAt) {
        return new Listed(readAt, Views.registered(listed), Views.other(listed), Views.secret(account, listed));
    }

    private static Recorded recorded(Sent sent) {
        return new Recorded(sent.sentAt(), sent.webhooks(), sent.warehouses(), sent.secret(), sent.requestId());
    }

    /** @param outcome to come from whichever replica carries the command out; open for ever if none answers */
    public record Pending(String id, CompletableFuture<Outcome> outcome) {}
}
