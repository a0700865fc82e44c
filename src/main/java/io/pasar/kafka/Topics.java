package io.pasar.kafka;

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

    private Topics() {}

    /** The topic of one event kind: {@code pasar.<marketplace>.<event-kind>}, e.g. {@code pasar.tiki.order}. */
    public static String of(String marketplace, String eventKind) {
        return "pasar." + marketplace + "." + eventKind;
    }
}
