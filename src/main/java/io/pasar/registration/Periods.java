package io.pasar.registration;

import java.time.Duration;
import java.util.Locale;

/** Times as reasons tell them to a person: as they are written in the configuration, 90m or 1h30m. */
final class Periods {

    private Periods() {}

    static String text(Duration duration) {
        return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }
}
