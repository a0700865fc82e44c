package io.pasar.replay;

import io.pasar.kafka.Topics;

/**
 * What is to be published again, or released from quarantine.
 *
 * @param topic of an event kind; of a release the quarantine
 * @param to an existing topic, none of the gateway's internal ones; null of a release, whose deliveries go where they
 *     would have gone
 * @param rate at most so many records in a second
 * @param dryRun whether they are only counted
 * @param sameTopic whether {@code to} may be {@code topic}, whose consumers then see the events again
 * @param again whether what was released before is released once more
 */
public record ReplayRequest(
        String topic, String to, Selection selection, int rate, boolean dryRun, boolean sameTopic, boolean again) {

    public static ReplayRequest ofEvents(
            String topic, String to, Selection selection, int rate, boolean dryRun, boolean sameTopic) {
        return new ReplayRequest(topic, to, selection, rate, dryRun, sameTopic, false);
    }

    public static ReplayRequest release(Selection selection, int rate, boolean dryRun, boolean again) {
        return new ReplayRequest(Topics.QUARANTINE, null, selection, rate, dryRun, false, again);
    }

    public boolean releases() {
        return to == null;
    }
}
