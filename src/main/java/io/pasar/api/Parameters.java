package io.pasar.api;

import io.pasar.replay.Quarantine.Position;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;

/**
 * Query parameters, read by the letter. Spring's own conversion takes {@code on} and {@code 1} for true, and an empty
 * text for the default: too generous for a flag that decides whether something is written.
 */
final class Parameters {

    private static final Map<String, Boolean> FLAG = new TreeMap<>(Map.of("true", true, "false", false));

    private Parameters() {}

    /** @param text null if the parameter is absent */
    static boolean flag(String name, String text) {
        return Boolean.TRUE.equals(oneOf(name, text, FLAG));
    }

    /**
     * @param text null if the parameter is absent
     * @param allowed value by text, in the order in which an error lists them
     * @return null if the parameter is absent
     */
    static <T> T oneOf(String name, String text, Map<String, T> allowed) {
        if (text != null && !allowed.containsKey(text)) {
            throw Problem.INVALID_PARAMETER.because(
                    "'%s' must be one of: %s.".formatted(name, String.join(", ", allowed.keySet())));
        }
        return text == null ? null : allowed.get(text);
    }

    /** @param text null if the parameter is absent */
    static String needed(String name, String text) {
        if (text == null) {
            throw Problem.INVALID_PARAMETER.because("'%s' is needed.".formatted(name));
        }
        return text;
    }

    /** @param text null if the parameter is absent */
    static Instant instant(String name, String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw Problem.INVALID_PARAMETER.because("'%s' must be a time like 2026-01-31T09:30:00Z.".formatted(name));
        }
    }

    /** @param text null if the parameter is absent */
    static Long offset(String name, String text) {
        if (text != null && !text.matches("[0-9]{1,18}")) {
            throw Problem.INVALID_PARAMETER.because("'%s' must be a whole number, 0 or more.".formatted(name));
        }
        return text == null ? null : Long.valueOf(text);
    }

    /** @param text null if the parameter is absent */
    static Position position(String name, String text) {
        if (text != null && !text.matches("[0-9]{1,6}-[0-9]{1,18}")) {
            throw Problem.INVALID_PARAMETER.because("'%s' must be what 'next' said.".formatted(name));
        }
        if (text == null) {
            return null;
        }
        int dash = text.indexOf('-');
        return new Position(Integer.parseInt(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    }

    static int within(String name, String text, int least, int most) {
        // The pattern keeps parseInt from failing: six digits are within an int, and above every limit in use
        int number = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : -1;
        if (number < least || number > most) {
            throw Problem.INVALID_PARAMETER.because(
                    "'%s' must be a whole number from %d to %d.".formatted(name, least, most));
        }
        return number;
    }
}
