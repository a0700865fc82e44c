package io.pasar.replay;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a replay does with each record of its range. For one thread. */
interface Duty {

    /** What a record comes to. */
    enum Result {
        /** Not chosen, or nothing that could be. */
        LEFT,
        TAKEN,
        REJECTED,
        UNWANTED,
        RELEASED_BEFORE
    }

    /** What would come of it; publishes nothing. */
    Result look(ConsumerRecord<byte[], byte[]> found);

    /** Publishes it, perhaps later, if it is to be; at the rate that was asked for. */
    Result carryOut(ConsumerRecord<byte[], byte[]> found);

    /**
     * Returns when all that was carried out is safe.
     *
     * @throws org.apache.kafka.common.KafkaException if some of it is not
     */
    void settle();
}
