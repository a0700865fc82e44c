package io.pasar.inbound;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A path such as {@code /webhooks/tiki/{account}/order}: literal segments and named ones. */
record PathTemplate(List<Segment> segments) {

    static PathTemplate of(String template) {
        return new PathTemplate(segments(template).stream().map(Segment::of).toList());
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
            Segment segment = segments.get(i);
            if (!segment.named && !segment.text.equals(path.get(i))) {
                return null;
            }
        }
        Map<String, String> values = new HashMap<>(4);
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (segment.named) {
                values.put(segment.text, path.get(i));
            }
        }
        return values;
    }

    /** @param text the name of a named one, else what stands there */
    record Segment(String text, boolean named) {

        private static Segment of(String text) {
            boolean named = text.startsWith("{") && text.endsWith("}");
            return new Segment(named ? text.substring(1, text.length() - 1) : text, named);
        }
    }
}
