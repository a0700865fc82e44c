package io.pasar.replay;

/**
 * What is to be published again.
 *
 * @param topic of an event kind
 * @param to an existing topic, none of the gateway's internal ones
 * @param rate at most so many records in a second
 * @param dryRun whether they are only counted
 * @param sameTopic whether {@code to} may be {@code topic}, whose consumers then see the events again
 */
public record ReplayRequest(
        String topic, String to, Selection selection, int rate, boolean dryRun, boolean sameTopic) {}
