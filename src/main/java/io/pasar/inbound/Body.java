package io.pasar.inbound;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;

/**
 * A request's body while it arrives. What counts as held is the memory that it takes, which is up to twice its bytes.
 * For its event loop, not thread-safe.
 */
final class Body {

    private static final byte[] NOTHING = {};

    private final Load load;

    /**
     * Null for one that came whole. Outside the heap and pooled: bodies that stall live just long enough to be moved to
     * where only a full collection ends them, and each of those stops everything.
     */
    private ByteBuf arriving;

    private byte[] whole = NOTHING;
    private int held;
    private int received;

    Body(Load load) {
        this.load = load;
    }

    int received() {
        return received;
    }

    /**
     * Whether there was room for it.
     *
     * @param expected how long all of it will be, or may be where that is not known
     */
    boolean add(Buffer chunk, long expected) {
        if (chunk.length() == 0) {
            // Vert.x hands over an empty chunk after trailers, also when the body has come whole
            return true;
        }
        int length = received + chunk.length();
        if (length > held && !grow(length, expected)) {
            return false;
        }
        if (length == expected && received == 0) {
            whole = chunk.getBytes();
        } else {
            append(chunk.getBytes());
        }
        received = length;
        return true;
    }

    private boolean grow(int length, long expected) {
        int capacity = (int) Math.max(length, Math.min(expected, 2L * held));
        if (!load.hold(capacity - held, capacity)) {
            return false;
        }
        held = capacity;
        return true;
    }

    private void append(byte[] bytes) {
        if (arriving == null) {
            arriving = PooledByteBufAllocator.DEFAULT.directBuffer(held);
        } else if (arriving.capacity() < held) {
            arriving.capacity(held);
        }
        arriving.setBytes(received, bytes);
    }

    /** All that came; nothing more is held. */
    byte[] toBytes() {
        if (arriving != null) {
            whole = new byte[received];
            arriving.getBytes(0, whole);
            free();
            load.release(held - received);
            held = received;
        }
        return whole;
    }

    /** It is for whoever has its bytes to release them. */
    void handOver() {
        whole = NOTHING;
        held = 0;
    }

    void release() {
        free();
        load.release(held);
        handOver();
    }

    private void free() {
        if (arriving != null) {
            arriving.release();
            arriving = null;
        }
    }
}
