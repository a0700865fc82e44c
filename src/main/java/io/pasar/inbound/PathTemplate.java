package io.pasar.inbound;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A path such as {@code /webhooks/tiki/{account}/order}: literal segments and named ones. */
record PathTemplate(List<String> segments) {

    static PathTemplate of(String template) {
        return new PathTemplate(segments(template));
    }

    /** The segments of a path; empty ones count, so that {@code /a//b} is not {@code /a/b}. */
    static List<String> segments(String path) {
        return List.of((path.startsWith("/") ? path.substring(1) : path).split("/", -1));
    }

    /** The named segments' values in this path; null if the path does not match. */
    Map<String, String> match(List<String> path) {
        if (path.size() != segments.size()) {
            return null;
        }
        for (int i = 0; i < segments.size(); i++) {
            if (!isNamed(segments.get(i)) && !segments.get(i).equals(path.get(i))) {
                return null;
            }
        }
        Map<String, String> values = new LinkedHashMap<>(4);
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            if (isNamed(segment)) {
                values.put(segment.substring(1, segment.length() - 1), path.get(i));
            }
        }
        return values;
    }

    private static boolean isNamed(String segment) {
        return segment.startsWith("{") && segment.endsWith("}");
    }
}
