package io.pasar.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Misbehaviour that is still to come, in the order in which it was asked for. Safe for use by many threads. */
final class Faults {

    private final List<Fault> pending = new ArrayList<>();

    synchronized void add(Fault fault) {
        pending.add(fault);
    }

    /**
     * Takes one use of the first fault that fits.
     *
     * @param accounts those that the call is about; several for a token, whose client may serve several sellers
     */
    synchronized Optional<Fault> next(Call call, Collection<String> accounts) {
        for (int i = 0; i < pending.size(); i++) {
            Fault fault = pending.get(i);
            if (fault.fits(call, accounts)) {
                if (fault.times() > 1) {
                    pending.set(i, fault.used());
                } else {
                    pending.remove(i);
                }
                return Optional.of(fault);
            }
        }
        return Optional.empty();
    }

    synchronized List<Fault> pending() {
        return List.copyOf(pending);
    }

    synchronized void clear() {
        pending.clear();
    }

    /**
     * @param call which call it strikes; null for any
     * @param account whose call it strikes; null for any
     * @param times how many calls it still strikes
     * @param status of the failure; 0 where the effect has none
     * @param html whether the failure is a proxy's page and not the marketplace's own answer
     * @param millis how late the answer comes
     * @param retryAfter seconds for a {@code Retry-After} header; null for none
     */
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
    record Fault(
            @JsonProperty("do") Effect effect,
            Call call,
            String account,
            int times,
            int status,
            boolean html,
            long millis,
            @JsonProperty("retry-after") Integer retryAfter) {

        private boolean fits(Call called, Collection<String> accounts) {
            return (call == null || call == called) && (account == null || accounts.contains(account));
        }

        private Fault used() {
            return new Fault(effect, call, account, times - 1, status, html, millis, retryAfter);
        }
    }

    /** What happens to a call. */
    enum Effect {
        /** It is refused and does nothing. */
        FAIL,
        /** It is refused for its rate and does nothing. */
        RATE_LIMIT,
        /** It does its work and the answer comes late. */
        DELAY,
        /** It does its work and answers with a failure. */
        STORE_THEN_FAIL,
        /** It does its work and the connection ends without an answer. */
        STORE_THEN_DROP;

        boolean workIsDone() {
            return this != FAIL && this != RATE_LIMIT;
        }

        @JsonValue
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
