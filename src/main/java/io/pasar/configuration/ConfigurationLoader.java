package io.pasar.configuration;

import io.pasar.account.Mistake;
import io.pasar.marketplace.AccountRules;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
    private final List<AccountRules> accountRules;
    private final List<Mistake> mistakes = new ArrayList<>();

    ConfigurationLoader(ConfigurableEnvironment environment, RouteFiles routes, List<AccountRules> accountRules) {
        this.environment = environment;
        this.routes = routes;
        this.sandbox = environment.acceptsProfiles(Profiles.of("sandbox"));
        this.accountRules = accountRules;
        this.rules = rules();
    }

    /** @throws InvalidConfigurationException with every mistake there is */
    Loaded load() {
        ConfigurationBinder binder = new ConfigurationBinder(environment);
        PasarConfiguration configuration = binder.bind();
        add(binder.mistakes());
        add(UnknownKeys.in(environment));
        add(Violations.of(configuration, ConfigurationBinder.ROOT.toString()));
        add(routes.mistakes());
        add(rules.mistakes(configuration));
        AccountFiles files = new AccountFiles(
                configuration,
                new AccountFileReader(ConfigurationBinder.strict(environment), rules(), configuration),
                Clock.systemUTC());
        add(files.readAll());
        if (!mistakes.isEmpty()) {
            throw new InvalidConfigurationException(mistakes);
        }
        if (!sandbox) {
            warnOfPlainHttp(configuration);
            warnOfNoAccount(configuration, files);
        }
        return new Loaded(configuration, files);
    }

    /** Each is for one thread at a time, and the files are watched by another. */
    private ConfigurationRules rules() {
        return new ConfigurationRules(routes.eventKinds(), accountRules, sandbox);
    }

    /** Of a key that an earlier check has refused nothing more is told: its value is gone, or stands for nothing. */
    private void add(Collection<Mistake> found) {
        Set<String> refused = mistakes.stream().map(Mistake::key).collect(Collectors.toSet());
        found.stream()
                .distinct()
                .filter(mistake -> !refused.contains(mistake.key()))
                .forEach(mistakes::add);
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

    /** A file that lies where nobody looks for it says nothing at all. */
    private static void warnOfNoAccount(PasarConfiguration configuration, AccountFiles files) {
        if (files.accounts().isEmpty()) {
            LOGGER.atWarn()
                    .addKeyValue("workingDirectory", Path.of("").toAbsolutePath())
                    .addKeyValue("accountsDir", configuration.accountsDir().toAbsolutePath())
                    .log("No account is configured: every webhook is answered 404. Write accounts under pasar.accounts"
                            + " in an application.yaml (beside the jar, in the working directory, or in config/"
                            + " below it), or in files below pasar.accounts-dir");
        }
    }

    /** What application.yaml and its like say, and what the files beside it say. */
    record Loaded(PasarConfiguration configuration, AccountFiles files) {}
}
