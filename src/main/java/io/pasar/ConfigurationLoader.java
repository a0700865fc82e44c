package io.pasar;

import io.pasar.account.Mistake;
import io.pasar.marketplace.AccountRules;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Path;
import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Profiles;

/**
 * Reads everything under {@code pasar} and checks it in one go: what cannot be converted, what nobody knows, what is
 * missing or out of range, and what does not fit together.
 */
final class ConfigurationLoader {

    private static final Logger LOGGER = LoggerFactory.getLogger(ConfigurationLoader.class);

    private final ConfigurableEnvironment environment;
    private final RouteFiles routes;
    private final ConfigurationRules rules;
    private final boolean sandbox;
    private final List<Mistake> mistakes = new ArrayList<>();

    ConfigurationLoader(ConfigurableEnvironment environment, RouteFiles routes, List<AccountRules> accountRules) {
        this.environment = environment;
        this.routes = routes;
        this.sandbox = environment.acceptsProfiles(Profiles.of("sandbox"));
        this.rules = new ConfigurationRules(routes.eventKinds(), accountRules, sandbox);
    }

    /** @throws InvalidConfigurationException with every mistake there is */
    PasarConfiguration load() {
        ConfigurationBinder binder = new ConfigurationBinder(environment);
        PasarConfiguration configuration = binder.bind();
        add(binder.mistakes());
        add(UnknownKeys.in(environment));
        add(violations(configuration));
        add(routes.mistakes());
        add(rules.mistakes(configuration));
        if (!mistakes.isEmpty()) {
            throw new InvalidConfigurationException(mistakes);
        }
        if (!sandbox) {
            warnOfPlainHttp(configuration);
        }
        return configuration;
    }

    /** Of a key that an earlier check has refused nothing more is told: its value is gone, or stands for nothing. */
    private void add(Collection<Mistake> found) {
        Set<String> refused = mistakes.stream().map(Mistake::key).collect(Collectors.toSet());
        found.stream()
                .distinct()
                .filter(mistake -> !refused.contains(mistake.key()))
                .forEach(mistakes::add);
    }

    private static List<Mistake> violations(PasarConfiguration configuration) {
        try (ValidatorFactory factory = Validation.buildDefaultValidatorFactory()) {
            return factory.getValidator().validate(configuration).stream()
                    .map(violation -> new Mistake(key(violation.getPropertyPath()), text(violation)))
                    .sorted(Comparator.comparing(Mistake::key))
                    .toList();
        }
    }

    private static String key(Path path) {
        StringBuilder key = new StringBuilder(ConfigurationBinder.ROOT.toString());
        for (Path.Node node : path) {
            if (node.getIndex() != null) {
                key.append('[').append(node.getIndex()).append(']');
            }
            if (node.getKey() != null) {
                key.append('.').append(node.getKey());
            }
            key.append('.').append(DataObjectPropertyName.toDashedForm(node.getName()));
        }
        return key.toString();
    }

    private static String text(ConstraintViolation<?> violation) {
        if (violation.getInvalidValue() != null) {
            return violation.getMessage();
        }
        String name = null;
        for (Path.Node node : violation.getPropertyPath()) {
            name = node.getName();
        }
        try {
            Class<?> type = violation.getLeafBean().getClass().getMethod(name).getReturnType();
            return violation.getMessage() + ConfigurationBinder.whatToWrite(type);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("The configuration is made of records, but " + name + " is of none", e);
        }
    }

    private static void warnOfPlainHttp(PasarConfiguration configuration) {
        configuration.marketplaces().forEach((name, marketplace) -> {
            if (ConfigurationRules.isPlainHttp(marketplace.apiUrl())
                    || ConfigurationRules.isPlainHttp(marketplace.tokenUrl())) {
                LOGGER.atWarn()
                        .addKeyValue("marketplace", name)
                        .log("The marketplace is called over plain HTTP: secrets and tokens can be read on the way");
            }
        });
    }
}
