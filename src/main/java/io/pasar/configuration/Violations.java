package io.pasar.configuration;

import io.pasar.account.Mistake;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Path;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.util.Comparator;
import java.util.List;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

/** What the annotations of the configuration's records find, in the words of whoever writes the keys. */
final class Violations {

    private static final Validator VALIDATOR =
            Validation.buildDefaultValidatorFactory().getValidator();

    private Violations() {}

    /** @param root the key of the record itself */
    static List<Mistake> of(Object checked, String root) {
        return VALIDATOR.validate(checked).stream()
                .map(violation -> new Mistake(key(violation.getPropertyPath(), root), text(violation)))
                .sorted(Comparator.comparing(Mistake::key))
                .toList();
    }

    private static String key(Path path, String root) {
        StringBuilder key = new StringBuilder(root);
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
}
