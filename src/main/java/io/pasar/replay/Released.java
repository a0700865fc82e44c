package io.pasar.replay;

import java.util.BitSet;

/**
 * Which deliveries of one partition of the quarantine a release has published: a record's value in
 * {@code pasar.replays}, as JSON. Immutable.
 *
 * @param first the offset of the first bit
 * @param bits as {@link BitSet} writes them
 */
record Released(long first, byte[] bits) {

    static Released of(long first, BitSet bits) {
        return new Released(first, bits.toByteArray());
    }

    BitSet toBitSet() {
        return BitSet.valueOf(bits);
    }

    boolean holds(long offset) {
        long bit = offset - first;
        return bit >= 0
                && bit / Byte.SIZE < bits.length
                && (bits[(int) (bit / Byte.SIZE)] >> (bit % Byte.SIZE) & 1) == 1;
    }

    /** What is released stays so, in whatever order it is heard of. Both begin with the same offset. */
    Released and(Released other) {
        BitSet all = toBitSet();
        all.or(other.toBitSet());
        return of(first, all);
    }
}
