package io.pasar.bench;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What can be measured alone, with {@code -Dbench.parts=…}: the whole takes minutes. */
enum Part {
    KEEP_ALIVE,
    CONNECTION_PER_DELIVERY,
    OPEN_LOOP,
    ACCOUNTS,
    HEAP,
    LATE_ACKNOWLEDGEMENTS,
    OUTAGE,
    STEPS;

    /** For which all competitors run at once. */
    static final Set<Part> OF_ALL_GATEWAYS = Set.of(KEEP_ALIVE, CONNECTION_PER_DELIVERY, OPEN_LOOP, ACCOUNTS, HEAP);

    /**
     * @param names such as {@code keep-alive,heap}; empty for all
     * @throws IllegalArgumentException if there is no such part
     */
    static Set<Part> named(String names) {
        EnumSet<Part> parts = EnumSet.noneOf(Part.class);
        Arrays.stream(names.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .map(name -> valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')))
                .forEach(parts::add);
        return parts.isEmpty() ? EnumSet.allOf(Part.class) : parts;
    }
}
