package io.pasar.configuration;

import io.pasar.account.Mistake;
import java.util.List;

/** The gateway must not start with this configuration. The message is short; the mistakes say what to do. */
final class InvalidConfigurationException extends RuntimeException {

    private final transient List<Mistake> mistakes;

    InvalidConfigurationException(List<Mistake> mistakes) {
        super("The configuration has " + (mistakes.size() == 1 ? "a mistake" : mistakes.size() + " mistakes"));
        this.mistakes = List.copyOf(mistakes);
    }

    List<Mistake> mistakes() {
        return mistakes;
    }
}
