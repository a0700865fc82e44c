package io.pasar.configuration;

import io.pasar.account.Mistake;
import io.pasar.account.Secret;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Finds keys under {@code pasar} that nothing reads, by walking the records that the configuration is bound to. Spring
 * Boot's own check stands at the first such key, and takes list elements that an override hides for unknown ones.
 */
final class UnknownKeys {

    private static final int NEAR = 2;

    private final List<ConfigurationPropertySource> sources;
    private final Map<ConfigurationPropertyName, Optional<ConfigurationPropertySource>> listSources = new HashMap<>();
    private final Map<Class<?>, Map<String, RecordComponent>> components = new HashMap<>();
    private final Map<String, Mistake> mistakes = new LinkedHashMap<>();

    private UnknownKeys(Environment environment) {
        this.sources = StreamSupport.stream(
                        ConfigurationPropertySources.get(environment).spliterator(), false)
                .toList();
    }

    static Collection<Mistake> in(Environment environment) {
        UnknownKeys keys = new UnknownKeys(environment);
        for (ConfigurationPropertySource source : keys.sources) {
            // Never the process environment: Kubernetes puts PASAR_SERVICE_HOST and the like there for a service named
            // pasar, and whoever runs the gateway may name variables for ${…} as they wish
            if (source instanceof IterableConfigurationPropertySource iterable
                    && !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource)) {
                iterable.stream()
                        .filter(ConfigurationBinder.ROOT::isAncestorOf)
                        .forEach(name -> keys.check(name, source));
            }
        }
        return keys.mistakes.values();
    }

    private void check(ConfigurationPropertyName name, ConfigurationPropertySource source) {
        ResolvableType type = ResolvableType.forClass(PasarConfiguration.class);
        boolean inList = false;
        for (int depth = 1; depth < name.getNumberOfElements(); depth++) {
            ConfigurationPropertyName parent = name.chop(depth);
            if (type.resolve() == List.class) {
                if (!name.isNumericIndex(depth)) {
                    refuse(name.chop(depth + 1), parent + " is a list: begin each element with a dash");
                    return;
                }
                if (!inList && isHidden(parent, source)) {
                    return;
                }
                inList = true;
                type = type.getGeneric(0);
            } else if (type.resolve() == Map.class) {
                if (components(type.getGeneric(1)).isEmpty()) {
                    return; // a key of a map of texts may hold dots
                }
                type = type.getGeneric(1);
            } else {
                Map<String, RecordComponent> known = components(type);
                RecordComponent component = known.get(name.getElement(depth, Form.UNIFORM));
                if (component == null) {
                    refuse(name.chop(depth + 1), suggestion(name.getElement(depth, Form.UNIFORM), parent, known));
                    return;
                }
                type = ResolvableType.forType(component.getGenericType());
            }
        }
        ConfigurationProperty property = components(type).isEmpty() ? null : source.getConfigurationProperty(name);
        if (property != null && !property.getValue().toString().isEmpty()) {
            mistakes.put(name.toString(), new Mistake(name.toString(), "takes keys below it, not a value"));
        }
    }

    /** A list within a list comes from where the outer one comes from. */
    private boolean isHidden(ConfigurationPropertyName list, ConfigurationPropertySource source) {
        return listSources
                .computeIfAbsent(list, key -> ConfigurationBinder.sourceOf(key, sources))
                .filter(first -> first != source)
                .isPresent();
    }

    private void refuse(ConfigurationPropertyName name, String suggestion) {
        mistakes.putIfAbsent(name.toString(), new Mistake(name.toString(), "is not known; " + suggestion));
    }

    /** By name in lower case without dashes: publicUrl, public-url and public_url are one key to Spring Boot. */
    private Map<String, RecordComponent> components(ResolvableType type) {
        return components.computeIfAbsent(type.toClass(), record -> {
            // A secret is a record to us and a text to whoever writes it
            Stream<RecordComponent> found = record.isRecord() && record != Secret.class
                    ? Stream.of(record.getRecordComponents())
                    : Stream.empty();
            return found.collect(Collectors.toMap(
                    component -> component.getName().toLowerCase(Locale.ROOT), c -> c, (a, b) -> a, TreeMap::new));
        });
    }

    private static String suggestion(String key, ConfigurationPropertyName parent, Map<String, RecordComponent> known) {
        if (known.isEmpty()) {
            return parent + " takes a value and no keys below it";
        }
        return nearest(key, known.keySet())
                .map(near -> "did you mean " + parent + "." + dashed(known.get(near)) + "?")
                .orElseGet(() -> parent + " takes "
                        + known.values().stream().map(UnknownKeys::dashed).collect(Collectors.joining(", ")));
    }

    /** The one that was probably meant, if any. */
    static Optional<String> nearest(String key, Collection<String> candidates) {
        return candidates.stream()
                .filter(candidate -> distance(key, candidate) <= NEAR)
                .min(Comparator.comparingInt(candidate -> distance(key, candidate)));
    }

    private static String dashed(RecordComponent component) {
        return DataObjectPropertyName.toDashedForm(component.getName());
    }

    /** How many letters must be added, left out or changed to make one word of the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] previous = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] current = new int[other.length() + 1];
            current[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int changed = previous[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(changed, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[other.length()];
    }
}
