package io.pasar.registration;

import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.kafka.KafkaUnavailableException;
import io.pasar.marketplace.Listing;
import io.pasar.marketplace.MarketplaceCalls;
import io.pasar.marketplace.MarketplaceException;
import io.pasar.marketplace.MarketplaceException.Kind;
import io.pasar.marketplace.Patience;
import io.pasar.marketplace.Registered;
import io.pasar.marketplace.RegistrationRequest;
import io.pasar.registration.Outcome.Failure;
import io.pasar.registration.Plan.Change;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The steps of {@code commands.camel.yaml} and {@code registration.camel.yaml}: read, plan, apply, read back, record.
 * Safe for use by many threads; that no two work on one account is the consumer group's doing.
 */
final class Runs {

    private static final Logger LOGGER = LoggerFactory.getLogger(Runs.class);

    /** Well below the time after which the consumer group takes a consumer for dead (max.poll.interval.ms). */
    private static final Duration RECORDS_READ_WITHIN = Duration.ofMinutes(1);

    private static final String REQUEST = "request_id ";

    private final Accounts accounts;
    private final PublicUrl publicUrl;
    private final MarketplaceCalls calls;
    private final RegistrationRecords records;
    private final RegistrationTopics topics;
    private final RegistrationConfiguration configuration;
    private final EvidenceReview review;
    private final Backoff backoff;
    private final RegistrationMetrics metrics;
    private final RunLog log = new RunLog();
    private final Clock clock;

    Runs(
            Accounts accounts,
            PublicUrl publicUrl,
            MarketplaceCalls calls,
            RegistrationRecords records,
            RegistrationTopics topics,
            RegistrationConfiguration configuration,
            EvidenceReview review,
            Backoff backoff,
            RegistrationMetrics metrics,
            Clock clock) {
        this.accounts = accounts;
        this.publicUrl = publicUrl;
        this.calls = calls;
        this.records = records;
        this.topics = topics;
        this.configuration = configuration;
        this.review = review;
        this.backoff = backoff;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Makes a run of a command. Ends the route where there is nothing to run: what cannot be run is answered here, and
     * a check that is not due, or no longer, or that is no news any more, is passed over.
     */
    public void begin(Exchange exchange) {
        Message message = exchange.getMessage();
        Optional<Run> run =
                begun(message.getBody(byte[].class), message.getHeader(RegistrationTopics.TRIGGER, String.class));
        run.ifPresent(message::setBody);
        exchange.setRouteStop(run.isEmpty());
    }

    private Optional<Run> begun(byte[] json, String trigger) {
        Command command;
        try {
            command = Command.read(json, Trigger.named(trigger));
        } catch (BadCommandException e) {
            refuse(e);
            return Optional.empty();
        }
        Optional<Account> account = accounts.find(command.marketplace(), command.account());
        if (account.isEmpty()) {
            refuse(command, "unknown-account", "There is no such account");
            return Optional.empty();
        }
        if (command.trigger() == null) {
            takeOver(command);
            return Optional.empty();
        }
        if (!records.awaitRead(RECORDS_READ_WITHIN)) {
            refuse(command, "not-ready", "What was recorded has not been read yet; nothing was done");
            return Optional.empty();
        }
        Run run = run(command, account.get());
        boolean toBeDone =
                switch (command.trigger()) {
                    case TIMER, RECONCILE -> isDue(run);
                    case EVIDENCE ->
                        review.isNews(account.get(), run.before, command.suspicion(), clock.instant()) || isDue(run);
                    case REQUEST -> true;
                };
        return toBeDone ? Optional.of(run) : Optional.empty();
    }

    /**
     * Others choose their keys and their partitioners, so their commands may come to any replica. Sent on by us, they
     * meet the account's other commands in its partition, and no two replicas work on it.
     */
    private void takeOver(Command command) {
        topics.write(command.triggeredBy(Trigger.REQUEST));
    }

    private Run run(Command command, Account account) {
        // Looked up before the marketplace is read: what is asked for meanwhile is answered by another check
        String reconciliation = records.reconciliation(account.marketplace());
        AccountRecord before = records.find(account.key()).orElse(null);
        return new Run(command, account, DesiredRegistration.of(account, publicUrl), before, reconciliation);
    }

    private boolean isDue(Run run) {
        return Schedule.isDue(
                run.before, run.desired.digest(), run.reconciliation, clock.instant(), configuration.every());
    }

    /** Nothing where the marketplace cannot be read. */
    public void read(Run run) {
        if (calls.canList(run.account.marketplace())) {
            run.listed = calls.list(run.account, Patience.RUN);
            run.readAt = clock.instant();
        }
    }

    public void plan(Run run) {
        Instant now = clock.instant();
        run.evidence = run.evidence.with(
                Planner.blind(run.desired, run.listed, Views.secret(run.account, run.listed)),
                review.episodes(run.account, run.before, suspicion(run), now));
        boolean resend = run.isUncertain() || isAskedToResend(run) || review.isToResend(run.evidence, now);
        run.plan = planned(run, resend ? Duration.ZERO : configuration.reassertEvery());
        run.remaining = run.plan;
    }

    /** Who asks for an apply where nothing can be read may know that the registration was lost. */
    private boolean isAskedToResend(Run run) {
        return run.command.action() == Action.APPLY
                && run.command.trigger() == Trigger.REQUEST
                && !calls.canList(run.account.marketplace());
    }

    /** Only what the gateway tells itself: nobody who asks for a run adds to what is shown. */
    private static Suspicion suspicion(Run run) {
        return run.command.trigger() == Trigger.EVIDENCE ? run.command.suspicion() : null;
    }

    public void write(Run run) {
        Listing sentBack = Planner.withoutUnwanted(run.desired, run.listed, run.sent);
        Registered registered = calls.register(new RegistrationRequest(run.account, run.desired.webhooks(), sentBack));
        Sent sent = Sent.of(run.desired, clock.instant(), registered.requestId());
        run.sent = run.inPlaceOfWhatWas(sent);
        run.written = true;
        run.evidence =
                run.evidence.written(run.sent.sentAt(), run.desired.webhooks().keySet());
        log.registered(
                run, fields(run.plan, Plan.Action.SET, Plan.Action.CHANGE, Plan.Action.RESEND), registered.requestId());
    }

    /** What the marketplace took is not always what it lists then. */
    public void readBack(Run run) {
        read(run);
        run.remaining = planned(run, configuration.reassertEvery());
    }

    public void record(Run run) {
        State state = state(run);
        boolean ignored = run.written && state == State.DRIFTED;
        int attempts = ignored ? attempts(run) : 0;
        boolean uncertain = run.isUncertain() && !run.written && !run.plan.isEmpty();
        finish(
                run,
                isDoubtful(run, state) ? State.DRIFTED : state,
                state == State.DRIFTED ? reason(run) : doubts(run),
                attempts,
                uncertain,
                ignored ? backoff.after(attempts) : regular(),
                null);
    }

    /** What the marketplace lists tells drift; where nothing can be read, evidence does. */
    private boolean isDoubtful(Run run, State state) {
        return (state == State.ASSERTED || state == State.IN_SYNC)
                && (run.evidence.isDoubtful() || review.isTooOld(run.sent, run.evidence, clock.instant()));
    }

    private String doubts(Run run) {
        return review.reason(run.account, run.evidence, run.sent, clock.instant());
    }

    private Duration regular() {
        Duration every = configuration.every();
        Duration reassert = configuration.reassertEvery();
        // A check just before the time to send again would find nothing to do
        return reassert.compareTo(every) <= 0 ? reassert : backoff.regular(every);
    }

    /** What ended the run is recorded, and told to whoever asked for it. */
    public void fail(Exchange exchange) {
        Run run = exchange.getMessage().getBody(Run.class);
        Exception thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        if (thrown instanceof KafkaUnavailableException unavailable) {
            // Neither can this be recorded: the record stays as it was, and so the account stays due
            throw unavailable;
        }
        MarketplaceException failure = thrown instanceof MarketplaceException e ? e : unexpected(run, thrown);
        if (failure.kind() == Kind.POSTPONED && !run.written) {
            postpone(run, failure);
            return;
        }
        int attempts = attempts(run);
        boolean uncertain = !run.written && run.isUncertain() || failure.kind() == Kind.OUTCOME_UNKNOWN;
        String reason = (run.written ? "Registered, but not read back. " : "") + failure.getMessage();
        if (review.isTooOld(run.sent, run.evidence, clock.instant())) {
            reason += ". " + review.ageText(run.account, run.sent, true);
        }
        reason += forSupport(failure);
        State state = failure.kind() == Kind.GONE ? State.REFUSED : State.FAILING;
        finish(run, state, reason, attempts, uncertain, backoff.after(attempts, failure), failure);
    }

    /** What the marketplace's support asks for, in its own terms. */
    private static String forSupport(MarketplaceException failure) {
        String code = Objects.requireNonNullElse(failure.code(), "");
        String requestId = Objects.requireNonNullElse(failure.requestId(), "");
        String known = Stream.of(code, requestId.isEmpty() ? "" : REQUEST + requestId)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(", "));
        return known.isEmpty() ? "" : " (" + known + ")";
    }

    /** Each try has a request id of its own, which is no news. */
    private static String withoutRequest(String reason) {
        int at = reason == null ? -1 : reason.lastIndexOf(REQUEST);
        return at < 0 ? reason : reason.substring(0, at);
    }

    /** Nothing was done: what is recorded stays, and an account that is due stays due. */
    private void postpone(Run run, MarketplaceException failure) {
        if (run.command.trigger() != Trigger.REQUEST) {
            LOGGER.atDebug()
                    .addKeyValue("marketplace", run.account.marketplace())
                    .addKeyValue("account", run.account.id())
                    .log("Check postponed");
            return;
        }
        topics.write(run.account.key(), event(run, standing(run), failure, clock.instant()));
    }

    private static RegistrationStatus standing(Run run) {
        return run.before != null
                ? run.before.status()
                : new RegistrationStatus(
                        run.account.marketplace(), run.account.id(), State.NEVER_REGISTERED, null, null, null, null);
    }

    private MarketplaceException unexpected(Run run, Exception thrown) {
        LOGGER.atError()
                .addKeyValue("marketplace", run.account.marketplace())
                .addKeyValue("account", run.account.id())
                .setCause(thrown)
                .log("A registration run failed for a reason that is ours");
        String text = "The gateway failed; its log says why";
        return new MarketplaceException(Kind.UNAVAILABLE, 0, null, text, null, null, thrown);
    }

    private void finish(
            Run run,
            State state,
            String reason,
            int attempts,
            boolean uncertain,
            Duration wait,
            MarketplaceException failure) {
        AccountRecord before = run.before;
        Instant now = clock.instant();
        boolean same = before != null && before.state() == state;
        // Every attempt is an event; the log tells what is new
        boolean news = !same || !Objects.equals(withoutRequest(before.reason()), withoutRequest(reason));
        // Only an apply is a check: who looks at a plan neither puts the next check off nor hides a failure
        boolean check = run.command.action() == Action.APPLY;
        AccountRecord after = new AccountRecord(
                run.account.marketplace(),
                run.account.id(),
                state,
                reason,
                same ? before.since() : now,
                check ? now : before == null ? null : before.checkedAt(),
                check ? now.plus(wait) : before == null ? now : before.nextCheckAt(),
                check ? attempts : before == null ? 0 : before.attempts(),
                uncertain,
                check ? run.desired.digest() : before == null ? null : before.desired(),
                run.sent,
                run.evidence,
                check ? run.reconciliation : before == null ? null : before.reconciled());
        RegistrationEvent event = event(run, after.status(), failure, now);
        if (check && run.command.trigger() != Trigger.REQUEST) {
            // Nobody waits for the event and looks at the record then: the two are under way together
            Future<RecordMetadata> told = topics.send(run.account.key(), event);
            records.write(after);
            toldOrTellAgain(run.account.key(), event, told);
        } else {
            if (check) {
                records.write(after);
            }
            topics.write(run.account.key(), event);
        }
        if (check) {
            metrics.checked(run.account.marketplace(), state, System.nanoTime() - run.beganAt);
        }
        if (check && news) {
            log.state(
                    run,
                    failure == null ? Level.INFO : Level.WARN,
                    state,
                    reason,
                    after.nextCheckAt(),
                    same ? "Registration is where it was, for a new reason" : "Registration has a new state");
        }
    }

    private void toldOrTellAgain(String key, RegistrationEvent event, Future<RecordMetadata> told) {
        try {
            RegistrationTopics.written(told);
        } catch (KafkaUnavailableException e) {
            topics.write(key, event);
        }
    }

    private RegistrationEvent event(Run run, RegistrationStatus after, MarketplaceException failure, Instant now) {
        Failure told = failure == null ? null : Failure.of(failure);
        String requestId = run.written ? run.sent.requestId() : null;
        Webhooks webhooks = run.command.action() == Action.LIST && failure == null
                ? Views.webhooks(run.listed, run.readAt, run.sent)
                : null;
        Outcome outcome = new Outcome(run.command.id(), after, run.plan, requestId, told);
        return new RegistrationEvent(outcome, run.command.action(), run.command.trigger(), now, webhooks);
    }

    private void refuse(BadCommandException e) {
        boolean named = e.marketplace() != null && e.account() != null;
        log.refused(e.marketplace(), e.account(), "bad-command", e.getMessage());
        topics.write(
                named ? e.marketplace() + "/" + e.account() : null,
                new RegistrationEvent(
                        refused(e.id(), "bad-command", e.getMessage()), null, null, clock.instant(), null));
    }

    private void refuse(Command command, String code, String message) {
        log.refused(command.marketplace(), command.account(), code, message);
        Outcome outcome = refused(command.id(), code, message);
        topics.write(
                command.key(),
                new RegistrationEvent(outcome, command.action(), command.trigger(), clock.instant(), null));
    }

    private static Outcome refused(String id, String code, String message) {
        return new Outcome(id, null, null, null, new Failure("refused-command", 0, code, message, null, null));
    }

    private Plan planned(Run run, Duration reassertEvery) {
        return Planner.plan(
                run.desired,
                run.listed,
                Views.secret(run.account, run.listed),
                run.sent,
                clock.instant(),
                reassertEvery);
    }

    private static State state(Run run) {
        if (run.differs()) {
            return run.wasNeverRegistered() ? State.NEVER_REGISTERED : State.DRIFTED;
        }
        return run.listed == null ? State.ASSERTED : State.IN_SYNC;
    }

    private static String reason(Run run) {
        String differing = "Differs: " + fields(run.remaining, Plan.Action.SET, Plan.Action.CHANGE);
        if (run.written) {
            return "The marketplace took the registration, but lists something else. " + differing;
        }
        return run.account.onDrift() == OnDrift.REPORT ? differing + " (on-drift: report)" : differing;
    }

    private static String fields(Plan plan, Plan.Action... actions) {
        return plan.changes().stream()
                .filter(change -> List.of(actions).contains(change.action()))
                .map(Change::field)
                .collect(Collectors.joining(", "));
    }

    private static int attempts(Run run) {
        return run.before == null ? 1 : run.before.attempts() + 1;
    }
}
