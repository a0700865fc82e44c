package io.pasar.sandbox;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** A call that a marketplace offers. */
enum Call {
    TOKEN,
    LIST,
    REGISTER,
    TRIGGER;

    @JsonValue
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
