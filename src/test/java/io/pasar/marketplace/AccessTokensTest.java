package io.pasar.marketplace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pasar.SettableClock;
import io.pasar.account.Account;
import io.pasar.account.Secret;
import java.lang.Thread.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AccessTokensTest {

    private static final Account ACCOUNT = TestAccounts.tiki("p77", "order");

    private final AtomicInteger fetched = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SettableClock clock = new SettableClock();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void forgetsTheTokensOfAccountsThatAreGone() {
        // Given
        Account other = TestAccounts.tiki("p78", "order");
        AccessTokens tokens = tokens(account -> next(3600));
        tokens.get(ACCOUNT, Patience.RUN);
        tokens.get(other, Patience.RUN);

        // When
        tokens.retain(List.of(other));

        // Then
        assertThat(tokens.get(other, Patience.RUN)).isEqualTo(new Secret("token-2"));
        assertThat(tokens.get(ACCOUNT, Patience.RUN)).isEqualTo(new Secret("token-3"));
    }

    @Test
    void fetchesOnceForManyWhoAskAtOnce() throws Exception {
        // Given
        CountDownLatch go = new CountDownLatch(1);
        AccessTokens tokens = tokens(account -> {
            await(go);
            return next(3600);
        });

        // When
        List<FutureTask<Secret>> asked = IntStream.range(0, 16)
                .mapToObj(i -> new FutureTask<>(() -> tokens.get(ACCOUNT, Patience.RUN)))
                .toList();
        List<Thread> asking = asked.stream().map(Thread::new).toList();
        asking.forEach(Thread::start);
        // Each waits, the first of them for the marketplace
        Awaitility.await().until(() -> asking.stream()
                .map(Thread::getState)
                .allMatch(state -> state == State.WAITING || state == State.TIMED_WAITING));
        go.countDown();

        // Then
        for (Future<Secret> future : asked) {
            assertThat(future.get(10, TimeUnit.SECONDS)).isEqualTo(new Secret("token-1"));
        }
        assertThat(fetched).hasValue(1);
    }

    @Test
    void keepsOneTokenPerAccount() {
        // Given
        AccessTokens tokens = tokens(account -> next(3600));

        // When
        Secret first = tokens.get(ACCOUNT, Patience.RUN);
        Secret other = tokens.get(TestAccounts.tiki("p78", "order"), Patience.RUN);

        // Then
        assertThat(other).isNotEqualTo(first);
        assertThat(tokens.get(ACCOUNT, Patience.RUN)).isEqualTo(first);
    }

    @Test
    void fetchesAgainShortlyBeforeTheTokenExpires() {
        // Given
        AccessTokens tokens = tokens(account -> next(3600));
        tokens.get(ACCOUNT, Patience.RUN);

        // When
        clock.forward(Duration.ofSeconds(3600 - 61));
        Secret shortlyBeforeTheMargin = tokens.get(ACCOUNT, Patience.RUN);
        clock.forward(Duration.ofSeconds(1));
        Secret withinTheMargin = tokens.get(ACCOUNT, Patience.RUN);

        // Then
        assertThat(shortlyBeforeTheMargin.value()).isEqualTo("token-1");
        assertThat(withinTheMargin.value()).isEqualTo("token-2");
    }

    @Test
    void usesATokenOfShortLife() {
        // Given
        AccessTokens tokens = tokens(account -> next(10));

        // When
        tokens.get(ACCOUNT, Patience.RUN);
        clock.forward(Duration.ofSeconds(8));
        tokens.get(ACCOUNT, Patience.RUN);

        // Then
        assertThat(fetched).hasValue(1);
    }

    @Test
    void refreshesOnceWhenManyFailWithTheSameToken() {
        // Given
        AccessTokens tokens = tokens(account -> next(3600));
        Secret failed = tokens.get(ACCOUNT, Patience.RUN);

        // When
        tokens.invalidate(ACCOUNT, failed);
        Secret fresh = tokens.get(ACCOUNT, Patience.RUN);
        tokens.invalidate(ACCOUNT, failed);

        // Then
        assertThat(tokens.get(ACCOUNT, Patience.RUN)).isEqualTo(fresh);
        assertThat(fetched).hasValue(2);
    }

    @Test
    void doesNotKeepAFailure() {
        // Given
        AccessTokens tokens = tokens(account -> {
            if (fetched.incrementAndGet() == 1) {
                throw new IllegalStateException("no token");
            }
            return new AccessToken(new Secret("late"), Duration.ofHours(1));
        });

        // When
        assertThatThrownBy(() -> tokens.get(ACCOUNT, Patience.RUN)).hasMessage("no token");

        // Then
        assertThat(tokens.get(ACCOUNT, Patience.RUN)).isEqualTo(new Secret("late"));
    }

    @Test
    void failsAllWhoWaitForAFailingFetch() throws Exception {
        // Given
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        AccessTokens tokens = tokens(account -> {
            begun.countDown();
            await(go);
            throw new IllegalStateException("no token");
        });
        Future<Secret> first = threads.submit(() -> tokens.get(ACCOUNT, Patience.RUN));
        await(begun);

        // When
        Future<Secret> second = threads.submit(() -> tokens.get(ACCOUNT, Patience.RUN));
        go.countDown();

        // Then
        assertThatThrownBy(() -> first.get(10, TimeUnit.SECONDS)).hasRootCauseMessage("no token");
        assertThatThrownBy(() -> second.get(10, TimeUnit.SECONDS)).hasRootCauseMessage("no token");
    }

    private AccessTokens tokens(Function<Account, AccessToken> fetch) {
        return new AccessTokens((account, patience) -> fetch.apply(account), clock);
    }

    private AccessToken next(long seconds) {
        return new AccessToken(new Secret("token-" + fetched.incrementAndGet()), Duration.ofSeconds(seconds));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
