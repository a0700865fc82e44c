package io.pasar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Values of the API in the form in which a terminal shows them. */
final class Text {

    private static final String NONE = "-";

    private Text() {}

    /** Marketplaces and proxies have a say in some texts: none of theirs may steer the terminal. */
    static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}|\\p{Cf}", " ");
    }

    static String of(JsonNode value) {
        return value.isNull() || value.isMissingNode() || value.asText().isEmpty() ? NONE : printable(value.asText());
    }

    static String yesOrNo(JsonNode value) {
        return value.isBoolean() ? (value.asBoolean() ? "yes" : "no") : of(value);
    }

    /** To the second, in UTC. */
    static String time(JsonNode value) {
        try {
            return Instant.parse(value.asText()).truncatedTo(ChronoUnit.SECONDS).toString();
        } catch (DateTimeException e) {
            return of(value);
        }
    }
}
