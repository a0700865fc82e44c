package io.pasar.kafka;

import java.util.regex.Pattern;

/** The names of the gateway's topics. */
public final class Topics {

    /** Deliveries whose signature was missing or wrong, for inspection. */
    public static final String QUARANTINE = "pasar.quarantine";

    /** What was last registered where; compacted, key {@code <marketplace>/<account>}. */
    public static final String REGISTRATIONS = "pasar.registrations";

    /** Every attempt to read or change a registration; same key as {@link #REGISTRATIONS}. */
    public static final String REGISTRATION_EVENTS = "pasar.registration-events";

    /** When what was last seen of each account; compacted, same key as {@link #REGISTRATIONS}. */
    public static final String OBSERVATIONS = "pasar.observations";

    /** Requests to list, plan or apply a registration. */
    public static final String COMMANDS = "pasar.commands";

    /** How far each replay is; compacted, key: the replay's id. */
    public static final String REPLAYS = "pasar.replays";

    private static final Pattern EVENTS = Pattern.compile("pasar\\.[^.]+\\.[^.]+");

    private Topics() {}

    /** Whether this is the name of an event kind's topic, whether or not there is one. */
    public static boolean isOfEvents(String topic) {
        return EVENTS.matcher(topic).matches();
    }

    /** Whether a topic of this name is the gateway's own, with records that only the gateway may write. */
    public static boolean isInternal(String topic) {
        return topic.startsWith("pasar.") && !isOfEvents(topic);
    }

    /** The topic of one event kind: {@code pasar.<marketplace>.<event-kind>}, e.g. {@code pasar.tiki.order}. */
    public static String of(String marketplace, String eventKind) {
        return "pasar." + marketplace + "." + eventKind;
    }
}
