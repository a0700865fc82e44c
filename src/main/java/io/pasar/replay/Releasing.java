package io.pasar.replay;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.pasar.inbound.QuarantineRelease.Original;
import io.pasar.inbound.QuarantineRelease.Outcome;
import io.pasar.kafka.KafkaUnavailableException;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Verifies deliveries in quarantine again, with the secrets of now, and sends those that are right once more through
 * the route they came by. One after the other: the deliveries of an account keep their order.
 */
final class Releasing implements Duty {

    private static final Duration SENT_WITHIN = Duration.ofSeconds(10);

    private final BiFunction<Original, String, CompletableFuture<Outcome>> quarantineRelease;
    private final ReplayRecords records;
    private final Replay release;
    private final RateLimiter limiter;
    private int partition = -1;
    private long first;
    private BitSet released;

    /** @param quarantineRelease takes a delivery and the id of its release; null for the id only verifies */
    Releasing(
            BiFunction<Original, String, CompletableFuture<Outcome>> quarantineRelease,
            ReplayRecords records,
            Replay release,
            RateLimiter limiter) {
        this.quarantineRelease = quarantineRelease;
        this.records = records;
        this.release = release;
        this.limiter = limiter;
    }

    @Override
    public Result look(ConsumerRecord<byte[], byte[]> found) {
        return look(Quarantined.of(found));
    }

    private Result look(Quarantined delivery) {
        if (delivery == null || !release.request().selection().takes(delivery)) {
            return Result.LEFT;
        }
        return isReleasedBefore(delivery) ? Result.RELEASED_BEFORE : send(delivery, null);
    }

    @Override
    public Result carryOut(ConsumerRecord<byte[], byte[]> found) {
        goTo(found.partition());
        int bit = (int) (found.offset() - first);
        if (released.get(bit)) {
            // By this release, before whoever carried it out died
            return Result.TAKEN;
        }
        Quarantined delivery = Quarantined.of(found);
        Result result = look(delivery);
        if (result == Result.TAKEN) {
            RateLimiter.waitForPermission(limiter);
            result = send(delivery, release.id());
            released.set(bit, result == Result.TAKEN);
        }
        return result;
    }

    @Override
    public void settle() {
        if (released != null) {
            records.write(release.id(), partition, Released.of(first, released));
        }
    }

    private void goTo(int next) {
        if (partition != next) {
            settle();
            partition = next;
            first = release.ranges().stream()
                    .filter(range -> range.partition() == next)
                    .findFirst()
                    .orElseThrow()
                    .first();
            released =
                    records.released(release.id(), next).map(Released::toBitSet).orElseGet(BitSet::new);
        }
    }

    private boolean isReleasedBefore(Quarantined delivery) {
        return !release.request().again() && records.releasedBy(delivery).isPresent();
    }

    private Result send(Quarantined delivery, String id) {
        try {
            Outcome outcome =
                    quarantineRelease.apply(delivery.original(), id).get(SENT_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            return switch (outcome) {
                case VERIFIED, RELEASED -> Result.TAKEN;
                case REJECTED -> Result.REJECTED;
                case UNWANTED -> Result.UNWANTED;
                case FAILED -> throw new KafkaUnavailableException("Neither Kafka nor the spool took a delivery");
            };
        } catch (TimeoutException | ExecutionException e) {
            throw new KafkaUnavailableException("A delivery was not answered", e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
