package io.pasar.configuration;

import io.pasar.account.Mistake;
import io.pasar.account.Secret;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.PlaceholdersResolver;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.convert.ConversionService;
import org.springframework.util.PlaceholderResolutionException;
import org.springframework.util.StringUtils;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Makes a record of texts, lists and maps from YAML, by the rules of Spring Boot's binder (relaxed names, {@code
 * ${…}}, {@link DefaultValue}, conversions), but without its cost, which at thousands of records is a start that takes
 * tens of seconds. Where Spring Boot would make a number or a truth of a value first, the text is taken as it is
 * written.
 *
 * @param <T> the record's type
 */
final class YamlRecords<T extends Record> {

    private static final ConversionService CONVERSIONS = ApplicationConversionService.getSharedInstance();
    private static final Pattern SHOWABLE = Pattern.compile("[A-Za-z0-9_.-]{1,40}");
    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return Shape.of(type);
        }
    };

    private final MappingNode node;
    private final Shape shape;
    private final PlaceholdersResolver placeholders;
    private final List<Mistake> mistakes;

    private YamlRecords(MappingNode node, Shape shape, PlaceholdersResolver placeholders, List<Mistake> mistakes) {
        this.node = node;
        this.shape = shape;
        this.placeholders = placeholders;
        this.mistakes = mistakes;
    }

    /**
     * What could not be made has its default, or is null where there is none.
     *
     * @param mistakes takes everything that is not understood; keys are relative to the record
     */
    static <T extends Record> T bind(
            MappingNode node, Class<T> type, PlaceholdersResolver placeholders, List<Mistake> mistakes) {
        return new YamlRecords<T>(node, SHAPES.get(type), placeholders, mistakes).bind(type);
    }

    /** Whether nothing is written here; an empty value is none. */
    static boolean isNull(Node node) {
        return node == null || Tag.NULL.equals(node.getTag());
    }

    /** The value of this key, however it is written; null if there is none. */
    static Node child(MappingNode node, String key) {
        String wanted = uniform(key);
        Node last = null;
        for (NodeTuple entry : node.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode scalar
                    && uniform(scalar.getValue()).equals(wanted)) {
                last = entry.getValueNode();
            }
        }
        return last;
    }

    private T bind(Class<T> type) {
        Map<String, Node> values = values();
        Object[] arguments = new Object[shape.components.length];
        for (int i = 0; i < arguments.length; i++) {
            Component component = shape.components[i];
            Node value = values.get(component.name);
            arguments[i] = isNull(value) ? component.byDefault() : component(component, value);
        }
        return type.cast(shape.make(arguments));
    }

    /** Value by key in uniform form; what is unknown or there twice is refused. */
    private Map<String, Node> values() {
        refuseTwice();
        if (node.isMerged()) {
            new Merge().flatten(node);
        }
        Map<String, Node> values = new HashMap<>();
        for (NodeTuple entry : node.getValue()) {
            String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            if (shape.dashed.containsKey(uniform(key))) {
                values.put(uniform(key), entry.getValueNode());
            } else {
                refuse(SHOWABLE.matcher(key).matches() ? key : "a key", "is not known; " + suggestion(key));
            }
        }
        return values;
    }

    /** Before merging, because a key of its own stands in for one that is merged in. */
    private void refuseTwice() {
        Map<String, Node> seen = new HashMap<>();
        for (NodeTuple entry : node.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode scalar && !Tag.MERGE.equals(scalar.getTag())) {
                String known = shape.dashed.get(uniform(scalar.getValue()));
                if (known != null && seen.put(known, scalar) != null) {
                    refuse(known, "is there twice; take one out");
                }
            }
        }
    }

    private String suggestion(String key) {
        return UnknownKeys.nearest(uniform(key), shape.dashed.keySet())
                .map(near -> "did you mean " + shape.dashed.get(near) + "?")
                .orElseGet(() -> "it takes " + String.join(", ", shape.dashed.values()));
    }

    private Object component(Component component, Node value) {
        if (component.type == List.class) {
            return list(component, value);
        }
        if (component.type == Map.class) {
            return map(component, value);
        }
        return scalar(component.key, component.type, value).orElseGet(component::byDefault);
    }

    private Object list(Component component, Node value) {
        List<Object> list = new ArrayList<>();
        if (value instanceof SequenceNode sequence) {
            for (Node element : sequence.getValue()) {
                element(component, list, scalar(component.key + "[" + list.size() + "]", component.element, element));
            }
        } else if (value instanceof ScalarNode text) {
            String resolved = resolved(component.key, component.element, text.getValue());
            for (String part : StringUtils.commaDelimitedListToStringArray(resolved)) {
                element(component, list, converted(component.key, component.element, part.strip()));
            }
        } else {
            refuse(component.key, "takes a list; begin each element with a dash");
        }
        return list;
    }

    /** Without a gap, so that what is told of the elements behind it has the right number. */
    private static void element(Component component, List<Object> list, Optional<Object> value) {
        boolean text = component.element == String.class || component.element == Secret.class;
        value.or(() -> text ? Optional.of(convert(component.element, "")) : Optional.empty())
                .ifPresent(list::add);
    }

    private Object map(Component component, Node value) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (value instanceof MappingNode mapping) {
            if (mapping.isMerged()) {
                new Merge().flatten(mapping);
            }
            for (NodeTuple entry : mapping.getValue()) {
                String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
                scalar(component.key + "." + key, component.element, entry.getValueNode())
                        .ifPresent(made -> map.put(key, made));
            }
        } else {
            refuse(component.key, "takes keys below it, not a value");
        }
        return map;
    }

    /** Empty if it is refused. */
    private Optional<Object> scalar(String key, Class<?> type, Node value) {
        if (isNull(value)) {
            return converted(key, type, "");
        }
        if (!(value instanceof ScalarNode text)) {
            refuse(key, "takes one value, and neither a list nor keys below it");
            return Optional.empty();
        }
        String resolved = resolved(key, type, text.getValue());
        return resolved == null ? Optional.empty() : converted(key, type, resolved);
    }

    /** Null if it refers to what is not set. */
    private String resolved(String key, Class<?> type, String text) {
        if (!text.contains("${")) {
            return text;
        }
        try {
            return String.valueOf(placeholders.resolvePlaceholders(text));
        } catch (PlaceholderResolutionException e) {
            refuse(key, ConfigurationBinder.text(key, type, text, e));
            return null;
        }
    }

    private Optional<Object> converted(String key, Class<?> type, String text) {
        try {
            return Optional.ofNullable(convert(type, text));
        } catch (ConversionException e) {
            refuse(key, ConfigurationBinder.text(key, type, text, e));
            return Optional.empty();
        }
    }

    private static Object convert(Class<?> type, String text) {
        if (type == String.class) {
            return text;
        }
        return type == Secret.class ? new Secret(text) : CONVERSIONS.convert(text, type);
    }

    private void refuse(String key, String text) {
        mistakes.add(new Mistake(key, text));
    }

    private static String uniform(String key) {
        return key.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    /**
     * How a record is made.
     *
     * @param dashed each key as it is written, by its uniform form
     */
    private record Shape(Constructor<?> constructor, Component[] components, Map<String, String> dashed) {

        static Shape of(Class<?> type) {
            Constructor<?> constructor = type.getDeclaredConstructors()[0];
            Parameter[] parameters = constructor.getParameters();
            RecordComponent[] found = type.getRecordComponents();
            Component[] components = new Component[found.length];
            Map<String, String> dashed = new TreeMap<>();
            for (int i = 0; i < found.length; i++) {
                components[i] = Component.of(found[i], parameters[i].getAnnotation(DefaultValue.class));
                dashed.put(components[i].name, components[i].key);
            }
            return new Shape(constructor, components, dashed);
        }

        Object make(Object[] arguments) {
            try {
                return constructor.newInstance(arguments);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(constructor.getDeclaringClass() + " cannot be made", e);
            }
        }
    }

    /**
     * @param element of a list or map; otherwise the type itself
     * @param byDefault null if there is none
     */
    private record Component(String name, String key, Class<?> type, Class<?> element, Object byDefault) {

        static Component of(RecordComponent component, DefaultValue defaults) {
            ResolvableType type = ResolvableType.forType(component.getGenericType());
            Class<?> raw = type.toClass();
            Class<?> element = raw == List.class
                    ? type.getGeneric(0).toClass()
                    : raw == Map.class ? type.getGeneric(1).toClass() : raw;
            String key = DataObjectPropertyName.toDashedForm(component.getName());
            return new Component(uniform(key), key, raw, element, defaultOf(raw, element, defaults));
        }

        private static Object defaultOf(Class<?> type, Class<?> element, DefaultValue defaults) {
            if (defaults == null) {
                return null;
            }
            if (type == List.class) {
                return Arrays.stream(defaults.value())
                        .map(text -> convert(element, text))
                        .toList();
            }
            return type == Map.class ? Map.of() : convert(type, defaults.value()[0]);
        }
    }

    /** SnakeYAML's own handling of {@code <<: *anchor}. For one use: it remembers every node it has met. */
    private static final class Merge extends SafeConstructor {

        Merge() {
            super(new LoaderOptions());
        }

        void flatten(MappingNode mapping) {
            flattenMapping(mapping);
        }
    }
}
