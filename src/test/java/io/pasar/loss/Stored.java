package io.pasar.loss;

/** A record as it lies in a topic. The body by its hash: a long run would not fit into memory otherwise. */
record Stored(String topic, int partition, long offset, String key, String bodyHash, String ceId) {

    @Override
    public String toString() {
        return topic + "-" + partition + "@" + offset + " " + key;
    }
}
