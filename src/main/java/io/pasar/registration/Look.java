package io.pasar.registration;

import io.pasar.account.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What one look of the timer finds at one marketplace. Not safe for use by many threads. */
final class Look {

    private final String marketplace;
    private final Instant at;
    private final List<Candidate> candidates = new ArrayList<>();
    private int accounts;
    private int due;
    private int outstanding;
    private int answered;
    private Instant oldestCheck;
    private Instant oldestAsk;

    Look(String marketplace, Instant at) {
        this.marketplace = marketplace;
        this.at = at;
        this.oldestCheck = at;
        this.oldestAsk = at;
    }

    void count(AccountRecord before, boolean isDue) {
        accounts++;
        due += isDue ? 1 : 0;
        if (before != null && before.checkedAt() != null && before.checkedAt().isBefore(oldestCheck)) {
            oldestCheck = before.checkedAt();
        }
    }

    void outstanding(Instant askedAt) {
        outstanding++;
        oldestAsk = askedAt.isBefore(oldestAsk) ? askedAt : oldestAsk;
    }

    void forgotten(boolean isAnswered) {
        answered += isAnswered ? 1 : 0;
    }

    void candidate(Candidate candidate) {
        candidates.add(candidate);
    }

    String marketplace() {
        return marketplace;
    }

    Instant at() {
        return at;
    }

    int accounts() {
        return accounts;
    }

    /** Of all accounts, whichever replica carries their commands out. */
    int due() {
        return due;
    }

    /** Asked for by this replica, and not checked since. */
    int outstandingCount() {
        return outstanding;
    }

    /** Asked for by this replica, and checked since the look before this. */
    int answeredCount() {
        return answered;
    }

    Duration oldestAskAge() {
        return Duration.between(oldestAsk, at);
    }

    /** Accounts that were never looked at do not count. */
    Duration oldestCheckAge() {
        return Duration.between(oldestCheck, at);
    }

    /** Due, this replica's to ask for, and not asked for. */
    int waiting() {
        return candidates.size();
    }

    /** Takes out as many, those first that wait the longest. */
    List<Candidate> next(int most) {
        if (most <= 0) {
            return List.of();
        }
        candidates.sort(Comparator.comparing(Candidate::rank));
        List<Candidate> first = candidates.subList(0, Math.min(most, candidates.size()));
        List<Candidate> next = List.copyOf(first);
        first.clear();
        return next;
    }

    /**
     * @param before null if the account was never looked at
     * @param changed whether the configuration asks for something else than at the last check
     */
    record Candidate(Account account, String key, AccountRecord before, boolean changed, Trigger trigger) {
        /** New and changed accounts come first: somebody has just written them. */
        Instant rank() {
            return before == null || before.checkedAt() == null || changed ? Instant.MIN : before.checkedAt();
        }
    }
}
