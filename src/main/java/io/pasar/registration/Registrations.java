package io.pasar.registration;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What other packages ask of registration. Safe for use by many threads. */
public class Registrations {

    /** Where every configured account stands. */
    public List<RegistrationStatus> all() {
        throw new UnsupportedOperationException();
    }

    /** Everything about one account; asks the marketplace. Empty for an unknown account. */
    public Optional<RegistrationDetail> detail(String marketplace, String account) {
        throw new UnsupportedOperationException();
    }

    /**
     * One account's webhooks; asks the marketplace where it can be read. Empty for an unknown account.
     *
     * @throws io.pasar.marketplace.MarketplaceException if the marketplace does not answer as it should
     */
    public Optional<Webhooks> webhooks(String marketplace, String account) {
        throw new UnsupportedOperationException();
    }

    /**
     * Asks for a plan or an apply through {@code pasar.commands}, so that one replica alone works on an account.
     *
     * @return the command's id and its outcome to come; the outcome never completes if no replica answers. Empty for
     *     an unknown account
     */
    public Optional<Pending> request(Action action, String marketplace, String account) {
        throw new UnsupportedOperationException();
    }

    /**
     * Queues a check of every account.
     *
     * @param marketplace only of this marketplace; null for all
     * @return how many were queued
     */
    public int reconcile(String marketplace) {
        throw new UnsupportedOperationException();
    }

    /** What a command may ask for. */
    public enum Action {
        LIST,
        PLAN,
        APPLY
    }

    public record Pending(String id, CompletableFuture<Outcome> outcome) {}
}
