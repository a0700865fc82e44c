package io.pasar.marketplace;

import io.pasar.account.Account;
import io.pasar.account.Secret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Keeps each account's access token until shortly before it expires. Safe for use by many threads: however many ask
 * at once, an account's token is fetched once, by the first of them, and the others wait for it.
 */
final class AccessTokens {

    /** A token is given up this long before its end, or at nine tenths of a life shorter than ten times this. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private final BiFunction<Account, Patience, AccessToken> fetch;
    private final Clock clock;
    private final ConcurrentMap<Client, CompletableFuture<Held>> tokens = new ConcurrentHashMap<>();

    /** @param fetch asks the marketplace; its exceptions reach every caller that waits, and are not kept */
    AccessTokens(BiFunction<Account, Patience, AccessToken> fetch, Clock clock) {
        this.fetch = fetch;
        this.clock = clock;
    }

    /**
     * A token that has not expired; blocks while it is being fetched.
     *
     * @param patience of the fetch, if nobody is fetching yet
     * @throws MarketplaceException if none is to be had
     */
    Secret get(Account account, Patience patience) {
        Client client = Client.of(account);
        while (true) {
            CompletableFuture<Held> known = tokens.get(client);
            if (known != null && !expired(known)) {
                return await(known);
            }
            CompletableFuture<Held> mine = new CompletableFuture<>();
            boolean first =
                    known == null ? tokens.putIfAbsent(client, mine) == null : tokens.replace(client, known, mine);
            if (first) {
                return fetch(account, client, mine, patience);
            }
        }
    }

    /**
     * Forgets this token, and only this one: when several calls fail with the same token, the first of them makes the
     * next {@link #get} fetch, and the others find what it fetched.
     */
    void invalidate(Account account, Secret failed) {
        Client client = Client.of(account);
        CompletableFuture<Held> known = tokens.get(client);
        if (known != null && isDone(known) && known.join().token().equals(failed)) {
            tokens.remove(client, known);
        }
    }

    /** Forgets the tokens of everybody else: accounts that are gone, and credentials that were changed. */
    void retain(Collection<Account> accounts) {
        tokens.keySet().retainAll(accounts.stream().map(Client::of).collect(Collectors.toSet()));
    }

    private Secret fetch(Account account, Client client, CompletableFuture<Held> mine, Patience patience) {
        try {
            AccessToken token = fetch.apply(account, patience);
            mine.complete(new Held(token.secret(), clock.instant().plus(usable(token.expiresIn()))));
            return token.secret();
        } catch (RuntimeException | Error e) {
            tokens.remove(client, mine);
            mine.completeExceptionally(e);
            throw e;
        }
    }

    private boolean expired(CompletableFuture<Held> known) {
        return isDone(known) && !clock.instant().isBefore(known.join().until());
    }

    private static boolean isDone(CompletableFuture<Held> known) {
        return known.isDone() && !known.isCompletedExceptionally();
    }

    private static Duration usable(Duration life) {
        Duration tenth = life.dividedBy(10);
        return life.minus(tenth.compareTo(MARGIN) < 0 ? tenth : MARGIN);
    }

    private static Secret await(CompletableFuture<Held> known) {
        try {
            return known.join().token();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private record Held(Secret token, Instant until) {}

    /** Changed credentials are another client: the old one's token is not used for the new one. */
    private record Client(String marketplace, String account, String id, Secret secret) {
        static Client of(Account account) {
            return new Client(account.marketplace(), account.id(), account.clientId(), account.clientSecret());
        }
    }
}
