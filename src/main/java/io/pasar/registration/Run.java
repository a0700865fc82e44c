package io.pasar.registration;

import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.marketplace.Listing;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One command being carried out for one account: the body that goes through {@code registration.camel.yaml}, filled in
 * step by step. Not safe for use by many threads; one command has one.
 */
final class Run {

    final Command command;
    final Account account;
    final DesiredRegistration desired;

    /** Null if nothing was ever recorded. */
    final AccountRecord before;

    /** Id of the request to check all accounts that this run answers; null if there was none. */
    final String reconciliation;

    final long beganAt = System.nanoTime();

    /** When the marketplace was read; null where it cannot be, or was not yet. */
    Instant readAt;

    /** As read last; null where it cannot be read, or was not yet. */
    Listing listed;

    /** What this run does, or would do; null until it is worked out. */
    Plan plan;

    /** What is left to do, as read after the last write; the plan itself where nothing was written. */
    Plan remaining;

    /** What was last sent successfully, by this run or before it; null if nothing. */
    Sent sent;

    /** What is to be remembered of doubts; as recorded before until it is worked out. */
    Evidence evidence;

    /** Whether this run wrote something that the marketplace took. */
    boolean written;

    Run(Command command, Account account, DesiredRegistration desired, AccountRecord before, String reconciliation) {
        this.command = command;
        this.account = account;
        this.desired = desired;
        this.before = before;
        this.reconciliation = reconciliation;
        this.sent = before == null ? null : before.sent();
        this.evidence = Evidence.of(before);
    }

    /** The route that carries the command out is {@code direct:registration-<action>}. */
    public String getAction() {
        return command.action().name().toLowerCase(Locale.ROOT);
    }

    /**
     * Whether the plan is to be carried out. Of itself nothing is written where drift is only to be reported; but a
     * first registration is no drift, and neither is the end of a write whose answer was lost.
     */
    public boolean isWriting() {
        return !plan.isEmpty()
                && (command.trigger() == Trigger.REQUEST
                        || account.onDrift() == OnDrift.REPAIR
                        || wasNeverRegistered()
                        || isUncertain() && listed == null);
    }

    /** Deliveries of what was listed may still be sent again, as those of what we sent before. */
    Sent inPlaceOfWhatWas(Sent now) {
        Sent next = wasNeverRegistered() ? now : now.inPlaceOf(sent);
        return listed == null
                ? next
                : next.replacing(plan.changes().stream()
                        .filter(change -> change.action() == Plan.Action.CHANGE)
                        .map(Plan.Change::field)
                        .collect(Collectors.toSet()));
    }

    boolean wasNeverRegistered() {
        return sent == null && !Planner.listsOurs(desired, listed);
    }

    /** Whether a write may have been stored whose answer we do not know. */
    boolean isUncertain() {
        return before != null && before.uncertain();
    }

    /** Whether what remains is more than what is sent again without being known to differ. */
    boolean differs() {
        return remaining.differs();
    }
}
