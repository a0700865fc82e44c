package io.pasar.configuration;

import io.pasar.account.Account;
import io.pasar.account.Mistake;
import io.pasar.account.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PlaceholdersResolver;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.env.ConfigTreePropertySource;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.PlaceholderResolutionException;
import org.springframework.util.PropertyPlaceholderHelper;
import org.springframework.util.unit.DataSize;

/**
 * Makes records of the keys under {@code pasar}. Where Spring Boot would stop at the first value that cannot be
 * converted, this notes it and goes on, so that one run finds every mistake.
 */
final class ConfigurationBinder extends AbstractBindHandler {

    static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("pasar");

    private static final ConfigurationPropertyName ACCOUNTS = ROOT.append("accounts");
    private static final Pattern CONFIDENTIAL = Pattern.compile("secret|token|password|properties");
    private static final Pattern ENVIRONMENT_VARIABLE = Pattern.compile("\\$\\{[A-Z][A-Z0-9_]*}");
    private static final Map<Class<?>, String> WHAT_TO_WRITE = Map.of(
            int.class, "a whole number",
            short.class, "a whole number",
            boolean.class, "true or false",
            Duration.class, "a duration such as 500ms, 15m or 6h",
            DataSize.class, "a size such as 512KB or 1MB",
            URI.class, "a URL such as https://host.example/path",
            Path.class, "the path of a file or folder",
            Secret.class, "a text, in quotes if it looks like a number",
            List.class, "its elements below it, each beginning with a dash",
            Map.class, "its keys below it");

    private final List<ConfigurationPropertySource> sources;
    private final PlaceholdersResolver placeholders;
    private final List<Mistake> mistakes = new ArrayList<>();

    ConfigurationBinder(ConfigurableEnvironment environment) {
        this.sources = StreamSupport.stream(
                        ConfigurationPropertySources.get(environment).spliterator(), false)
                .toList();
        PlaceholdersResolver strict = strict(environment);
        // What stands in the file of a config tree is taken as it is, and is a text to every conversion
        this.placeholders = value -> value instanceof ConfigTreePropertySource.Value file
                ? file.toString()
                : strict.resolvePlaceholders(value);
    }

    /** Strict: Spring Boot's own takes a {@code ${NAME}} that is nowhere defined for the value itself. */
    static PlaceholdersResolver strict(ConfigurableEnvironment environment) {
        return new PropertySourcesPlaceholdersResolver(
                environment.getPropertySources(), new PropertyPlaceholderHelper("${", "}", ":", '\\', false));
    }

    /** Never null; what could not be converted has its default, or null where there is none. */
    PasarConfiguration bind() {
        PasarConfiguration configuration =
                binder(sources).bindOrCreate(ROOT, Bindable.of(PasarConfiguration.class), this);
        return configuration.withAccounts(accounts());
    }

    /** What {@link #bind()} could not convert. */
    List<Mistake> mistakes() {
        return List.copyOf(mistakes);
    }

    /** What a value of this type may look like, as the end of a message; empty if any text will do. */
    static String whatToWrite(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant ->
                            constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(" or ", "; write ", ""));
        }
        return Optional.ofNullable(WHAT_TO_WRITE.get(type))
                .map(what -> "; write " + what)
                .orElse("");
    }

    /** A list comes whole from the first source that has it; what others say about its elements is never read. */
    static Optional<ConfigurationPropertySource> sourceOf(
            ConfigurationPropertyName list, List<ConfigurationPropertySource> sources) {
        return sources.stream()
                .filter(source -> source.getConfigurationProperty(list) != null || hasElement(source, list, 0))
                .findFirst();
    }

    private static boolean hasElement(ConfigurationPropertySource source, ConfigurationPropertyName list, int index) {
        ConfigurationPropertyName element = list.append("[" + index + "]");
        return source.getConfigurationProperty(element) != null
                || source.containsDescendantOf(element) == ConfigurationPropertyState.PRESENT;
    }

    private Binder binder(List<? extends ConfigurationPropertySource> from) {
        return new Binder(List.copyOf(from), placeholders);
    }

    /**
     * Binds each account from its own keys alone. Spring Boot looks through every key of a source for each list and
     * map it meets: 10,000 accounts would take minutes.
     */
    private List<Account> accounts() {
        ConfigurationPropertySource source = sourceOf(ACCOUNTS, sources).orElse(null);
        if (!(source instanceof IterableConfigurationPropertySource iterable)
                || source.getConfigurationProperty(ACCOUNTS) != null) {
            return binder(sources)
                    .bind(ACCOUNTS, Bindable.listOf(Account.class), this)
                    .orElse(List.of());
        }
        int depth = ACCOUNTS.getNumberOfElements();
        SortedMap<ConfigurationPropertyName, List<ConfigurationPropertyName>> elements = iterable.stream()
                .filter(name -> ACCOUNTS.isAncestorOf(name) && name.isNumericIndex(depth))
                .collect(Collectors.groupingBy(name -> name.chop(depth + 1), TreeMap::new, Collectors.toList()));
        List<Account> accounts = new ArrayList<>();
        elements.forEach((name, keys) -> {
            checkForGap(ACCOUNTS, name, source);
            accounts.add(
                    binder(List.of(new Element(source, keys))).bindOrCreate(name, Bindable.of(Account.class), this));
        });
        return accounts;
    }

    @Override
    public <T> Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
        boolean leftToAccounts = name.equals(ACCOUNTS) && context.getDepth() > 0;
        return leftToAccounts ? null : target;
    }

    /** The result stands in for the value: null takes the default; in a list, null would hide what comes next. */
    @Override
    public Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error) {
        Class<?> type = target.getType().toClass();
        if (error instanceof UnboundConfigurationPropertiesException unbound) {
            ConfigurationProperty leftOver =
                    unbound.getUnboundProperties().iterator().next();
            checkForGap(name, leftOver.getName(), leftOver.getSource());
        } else if (type == Map.class && error instanceof PlaceholderResolutionException) {
            keysBelow(name, context).forEach(key -> context.getBinder().bind(key, Bindable.of(String.class), this));
        } else {
            ConfigurationProperty property = property(name, context);
            String value = property == null ? "" : String.valueOf(property.getValue());
            // `ingest:` with nothing below it means the defaults; UnknownKeys tells of a text where keys belong
            boolean ofKeys = type.isRecord() && type != Secret.class;
            boolean noKeysBelow = error instanceof ConverterNotFoundException && (ofKeys || value.isEmpty());
            if (!noKeysBelow) {
                mistakes.add(
                        new Mistake(name.toString(), text(name.toString(), type, value, error) + origin(property)));
            }
        }
        return name.isLastElementIndexed() && (type == String.class || type == Secret.class) ? "" : null;
    }

    /** An element is also left over when nothing of the one before it could be used, which is told there. */
    private void checkForGap(
            ConfigurationPropertyName list, ConfigurationPropertyName inElement, ConfigurationPropertySource source) {
        int index = Integer.parseInt(inElement.getElement(list.getNumberOfElements(), Form.UNIFORM));
        if (index > 0 && !hasElement(source, list, index - 1)) {
            String gap = "has [" + index + "] but not [" + (index - 1) + "]";
            mistakes.add(new Mistake(list.toString(), gap + "; a list comes whole from one place, without gaps"));
        }
    }

    /** Why the value of this key cannot be taken, without telling a value that may be a secret. */
    static String text(String name, Class<?> type, String value, Exception error) {
        boolean confidential =
                CONFIDENTIAL.matcher(name.toLowerCase(Locale.ROOT)).find();
        if (error instanceof PlaceholderResolutionException unresolved) {
            boolean mayBeNamed =
                    !confidential || ENVIRONMENT_VARIABLE.matcher(value).matches();
            return "refers to " + (mayBeNamed ? "${" + unresolved.getPlaceholder() + "}" : "a ${…}")
                    + ", which is not set; set it, or write the value itself";
        }
        return (confidential ? "the value" : '"' + value + '"') + " is not understood" + whatToWrite(type);
    }

    /** Names the variable, because whoever reads this may never have set it: Kubernetes may have. */
    private static String origin(ConfigurationProperty property) {
        boolean fromEnvironment = property != null
                && property.getSource().getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
        return fromEnvironment ? " (it comes from " + property.getOrigin() + ")" : "";
    }

    private static ConfigurationProperty property(ConfigurationPropertyName name, BindContext context) {
        return sources(context)
                .map(source -> source.getConfigurationProperty(name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static Set<ConfigurationPropertyName> keysBelow(ConfigurationPropertyName name, BindContext context) {
        return sources(context)
                .filter(IterableConfigurationPropertySource.class::isInstance)
                .flatMap(source -> ((IterableConfigurationPropertySource) source).stream())
                .filter(name::isAncestorOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<ConfigurationPropertySource> sources(BindContext context) {
        return StreamSupport.stream(context.getSources().spliterator(), false);
    }

    /** What a source says about one element of a list, and no more to look through. */
    private record Element(ConfigurationPropertySource source, List<ConfigurationPropertyName> names)
            implements IterableConfigurationPropertySource {

        @Override
        public Stream<ConfigurationPropertyName> stream() {
            return names.stream();
        }

        @Override
        public ConfigurationProperty getConfigurationProperty(ConfigurationPropertyName name) {
            return source.getConfigurationProperty(name);
        }

        @Override
        public ConfigurationPropertyState containsDescendantOf(ConfigurationPropertyName name) {
            return source.containsDescendantOf(name);
        }

        @Override
        public Object getUnderlyingSource() {
            return source.getUnderlyingSource();
        }
    }
}
