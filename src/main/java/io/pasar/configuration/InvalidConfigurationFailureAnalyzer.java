package io.pasar.configuration;

import io.pasar.account.Mistake;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints every mistake of the configuration on a line of its own, instead of a stack trace. */
final class InvalidConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<InvalidConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidConfigurationException cause) {
        String lines = cause.mistakes().stream()
                .map(Mistake::toString)
                .collect(Collectors.joining("\n    ", cause.getMessage() + ":\n\n    ", ""));
        String action = "Correct application.yaml, or wherever else these keys are given, and start again.";
        return new FailureAnalysis(lines, action, cause);
    }
}
