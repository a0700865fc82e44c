package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveSendsTest {

    private static final Duration BUDGET = Duration.ofMillis(300);

    private final AtomicLong now = new AtomicLong();
    private final LiveSends sends = new LiveSends(BUDGET, now::get);
    private final List<Exception> ends = new ArrayList<>();

    @AfterEach
    void close() {
        sends.close();
    }

    @Test
    void failsASendWhoseTimeIsOverAndTellsItOnce() {
        // Given
        Callback send = begin();
        after(299);
        sends.expire();
        assertThat(ends).isEmpty();

        // When
        after(1);
        sends.expire();
        send.onCompletion(null, null);

        // Then
        assertThat(ends).singleElement().isInstanceOf(TimeoutException.class);
    }

    @Test
    void goesOnAfterASendWhoseEndFails() {
        // Given
        sends.begin((metadata, failure) -> {
            throw new IllegalStateException("made up");
        });
        begin();

        // When
        after(300);
        sends.expire();

        // Then
        assertThat(ends).hasSize(1);
    }

    @Test
    void takesKafkaForAwayAfterAFailureWithoutAnAcknowledgementNearIt() {
        // Given
        begin().onCompletion(null, null);
        Callback send = begin();

        // When
        after(300);
        sends.expire();

        // Then
        assertThat(sends.isAway()).isTrue();

        // When
        begin().onCompletion(null, null);

        // Then
        assertThat(sends.isAway()).isFalse();
        assertThat(send).isNotNull();
    }

    @Test
    void takesKafkaForAwayWhileNothingComesBackForAThirdOfTheBudget() {
        // Given
        begin().onCompletion(null, null);
        Callback send = begin();
        after(99);
        lookTwice();
        assertThat(sends.isAway()).isFalse();

        // When
        after(1);
        lookTwice();

        // Then
        assertThat(sends.isAway()).isTrue();
        assertThat(ends).hasSize(1);

        // When
        send.onCompletion(null, null);

        // Then
        assertThat(sends.isAway()).isFalse();
    }

    @Test
    void doesNotTakeKafkaForAwayBehindAPauseOfItsOwn() {
        // Given
        Callback send = begin();

        // When: the looks come first, what Kafka has acknowledged meanwhile is read next
        after(200);
        sends.expire();

        // Then
        assertThat(sends.isAway()).isFalse();

        // When
        send.onCompletion(null, null);
        sends.expire();

        // Then
        assertThat(sends.isAway()).isFalse();
    }

    @Test
    void doesNotTakeKafkaForAwayWhileNobodyWaitsForIt() {
        // Given
        begin().onCompletion(null, null);

        // When
        after(200);
        lookTwice();

        // Then
        assertThat(sends.isAway()).isFalse();

        // When
        begin();
        after(99);
        lookTwice();

        // Then
        assertThat(sends.isAway()).isFalse();
    }

    @ParameterizedTest(name = "the last of them {0} ms ago")
    @ValueSource(longs = {0, 2_000})
    void doesNotTakeKafkaForAwayWhereAcknowledgementsUsuallyTakeThatLong(long ago) {
        // Given
        for (int i = 0; i < 100; i++) {
            Callback send = begin();
            after(60);
            send.onCompletion(null, null);
        }
        after(ago);
        begin();

        // When
        after(200);
        lookTwice();

        // Then
        assertThat(sends.isAway()).isFalse();

        // When
        after(60);
        lookTwice();

        // Then
        assertThat(sends.isAway()).isTrue();
    }

    @Test
    void hasJustGoneForASecond() {
        // When
        begin().onCompletion(null, new TimeoutException());

        // Then
        assertThat(sends.hasJustGone()).isTrue();

        // When
        after(500);
        begin().onCompletion(null, new TimeoutException());
        after(500);

        // Then
        assertThat(sends.hasJustGone()).isFalse();
        assertThat(sends.isAway()).isTrue();

        // When
        begin().onCompletion(null, null);

        // Then
        assertThat(sends.isAway()).isFalse();
    }

    @Test
    void doesNotTakeKafkaForAwayWhileItAcknowledgesOthers() {
        // Given
        begin();
        after(200);
        begin().onCompletion(null, null);

        // When
        after(100);
        sends.expire();

        // Then
        assertThat(ends).hasSize(2);
        assertThat(sends.isAway()).isFalse();
    }

    @Test
    void doesNotTakeARefusalForAbsence() {
        // When
        begin().onCompletion(null, new RecordTooLargeException());

        // Then
        assertThat(sends.isAway()).isFalse();
    }

    @Test
    void takesOnlyAPromptAcknowledgementOfOthersForPresence() {
        // Given
        begin().onCompletion(null, new TimeoutException());
        assertThat(sends.isAway()).isTrue();

        // When
        sends.acknowledgedAfter(Duration.ofMillis(301));

        // Then
        assertThat(sends.isAway()).isTrue();

        // When
        sends.acknowledgedAfter(Duration.ofMillis(300));

        // Then
        assertThat(sends.isAway()).isFalse();
    }

    @Test
    void forgetsALatencyThatNobodyMeetsAnyMore() {
        // Given
        Callback send = begin();
        after(128);
        send.onCompletion(null, null);

        // Then
        assertThat(sends.latency()).isEqualTo(Duration.ofMillis(4));

        // When
        after(1_000);

        // Then
        assertThat(sends.latency()).isZero();
    }

    private Callback begin() {
        return sends.begin((metadata, failure) -> ends.add(failure));
    }

    private void lookTwice() {
        sends.expire();
        sends.expire();
    }

    private void after(long millis) {
        now.addAndGet(Duration.ofMillis(millis).toNanos());
    }
}
