package io.pasar.inbound;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/**
 * A request's body while it arrives. What counts as held is the memory that it takes, which is up to twice its bytes.
 * For its event loop, not thread-safe.
 */
final class Body {

    private static final byte[] NOTHING = {};

    private final Load load;
    private byte[] bytes = NOTHING;
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
        int length = received + chunk.length();
        if (length > bytes.length && !grow(length, expected)) {
            return false;
        }
        chunk.getBytes(bytes, received);
        received = length;
        return true;
    }

    private boolean grow(int length, long expected) {
        int capacity = (int) Math.max(length, Math.min(expected, 2L * bytes.length));
        if (!load.hold(capacity - bytes.length, capacity)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, capacity);
        return true;
    }

    /** All that came; nothing more is held. */
    byte[] toBytes() {
        if (received < bytes.length) {
            byte[] whole = Arrays.copyOf(bytes, received);
            load.release(bytes.length - received);
            bytes = whole;
        }
        return bytes;
    }

    /** It is for whoever has its bytes to release them. */
    void handOver() {
        bytes = NOTHING;
    }

    void release() {
        load.release(bytes.length);
        bytes = NOTHING;
    }
}
