package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class BodyTest {

    private static final int MEGABYTE = 1_000_000;

    private final Load load = new Load(1, 4 * MEGABYTE, 1);
    private final Body body = new Body(load);

    @Test
    void isWhatCameAtOnce() {
        // When
        boolean added = body.add(Buffer.buffer("all"), 3);

        // Then
        assertThat(added).isTrue();
        assertThat(body.toBytes()).asString(US_ASCII).isEqualTo("all");
        assertThat(load.held()).isEqualTo(3);
    }

    @Test
    void isWhatCameInPieces() {
        // When
        boolean added = body.add(Buffer.buffer("in"), MEGABYTE)
                && body.add(Buffer.buffer(" pie"), MEGABYTE)
                && body.add(Buffer.buffer("c"), MEGABYTE)
                && body.add(Buffer.buffer("es"), MEGABYTE);

        // Then
        assertThat(added).isTrue();
        assertThat(body.toBytes()).asString(US_ASCII).isEqualTo("in pieces");
        assertThat(load.held()).isEqualTo(9);
    }

    @Test
    void isWhatCameAtOnceAlsoWhenNothingComesBehindIt() {
        // When
        boolean added = body.add(Buffer.buffer("all"), 3) && body.add(Buffer.buffer(), 3);

        // Then
        assertThat(added).isTrue();
        assertThat(body.toBytes()).asString(US_ASCII).isEqualTo("all");
        assertThat(load.held()).isEqualTo(3);
    }

    @Test
    void stallsOutsideTheHeapAndGivesThatBack() {
        // Given
        long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();

        // When
        body.add(Buffer.buffer(new byte[MEGABYTE / 2]), MEGABYTE);
        body.add(Buffer.buffer(new byte[MEGABYTE / 4]), MEGABYTE);

        // Then
        assertThat(load.held()).isEqualTo(MEGABYTE);
        assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before).isGreaterThanOrEqualTo(MEGABYTE);

        // When
        body.release();

        // Then
        assertThat(load.held()).isZero();
        assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before).isLessThan(MEGABYTE);
    }

    @Test
    void givesBackWhatItStalledInWhenItIsWhole() {
        // Given
        long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        body.add(Buffer.buffer(new byte[MEGABYTE / 2]), MEGABYTE);
        body.add(Buffer.buffer(new byte[MEGABYTE / 2]), MEGABYTE);

        // When
        byte[] bytes = body.toBytes();
        body.handOver();
        body.release();

        // Then
        assertThat(bytes).hasSize(MEGABYTE);
        assertThat(load.held()).isEqualTo(MEGABYTE);
        assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before).isLessThan(MEGABYTE);
    }
}
