package io.pasar.configuration;

import io.pasar.account.EventKind;
import io.pasar.account.EventKinds;
import io.pasar.account.Mistake;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.boot.system.ApplicationHome;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/** Where the route files are, and which event kinds they offer. Camel reads the same files by the same pattern. */
final class RouteFiles {

    /** Camel's own key: which files it loads. */
    static final String PATTERN = "camel.main.routes-include-pattern";

    private static final String FILES = "routes/**/*.camel.yaml";
    private static final String PACKED = "classpath:" + FILES;
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    private final Map<EventKind, String> places = new HashMap<>();
    private final Map<String, String> routeIds = new HashMap<>();
    private final Map<String, Set<String>> given = new LinkedHashMap<>();
    private final Set<String> taken = new TreeSet<>();
    private final List<Mistake> mistakes = new ArrayList<>();

    private RouteFiles() {}

    /** A folder beside the jar stands for the packed files, all of them: two half sets of routes fit nobody. */
    static String pattern(ApplicationHome home) {
        File folder = new File(home.getDir(), "routes");
        boolean besideJar = home.getSource() != null && home.getSource().isFile() && folder.isDirectory();
        return besideJar ? "file:" + home.getDir().getAbsolutePath() + "/" + FILES : packed();
    }

    /** File by file: Camel 4.18.0 loses the subfolders of a pattern in a jar. */
    private static String packed() {
        try {
            return Arrays.stream(new PathMatchingResourcePatternResolver().getResources("classpath*:" + FILES))
                    .map(RouteFiles::nameOnClassPath)
                    .distinct()
                    .collect(Collectors.joining(","));
        } catch (IOException e) {
            throw new UncheckedIOException("The packed route files cannot be listed", e);
        }
    }

    private static String nameOnClassPath(Resource file) {
        try {
            String url = file.getURL().toString();
            return "classpath:" + url.substring(url.lastIndexOf("/routes/") + 1);
        } catch (IOException e) {
            throw new UncheckedIOException("A packed route file has no URL", e);
        }
    }

    /** @param pattern as Camel takes it; null for the packed files */
    static RouteFiles read(String pattern) {
        RouteFiles files = new RouteFiles();
        String patterns = pattern == null ? PACKED : pattern;
        try {
            int count = 0;
            for (String location : patterns.split(",")) {
                // Camel looks into every part of the class path, which Spring calls classpath*
                String everywhere = location.replaceFirst("^classpath:", "classpath*:");
                for (Resource file : new PathMatchingResourcePatternResolver().getResources(everywhere)) {
                    files.read(file);
                    count++;
                }
            }
            files.checkParameters();
            if (count == 0) {
                files.mistakes.add(new Mistake(PATTERN, "finds no route file at " + patterns));
            }
        } catch (IOException e) {
            files.mistakes.add(new Mistake(PATTERN, "cannot be read at " + patterns));
        }
        return files;
    }

    EventKinds eventKinds() {
        return new EventKinds(places.keySet());
    }

    List<Mistake> mistakes() {
        return List.copyOf(mistakes);
    }

    private void read(Resource file) {
        try (InputStream content = file.getInputStream()) {
            Object routes = new Yaml(new SafeConstructor(new LoaderOptions())).load(content);
            for (Object item : routes instanceof List<?> list ? list : List.of()) {
                if (item instanceof Map<?, ?> entry
                        && entry.get("templatedRoute") instanceof Map<?, ?> route
                        && "inbound".equals(route.get("routeTemplateRef"))) {
                    add(file.getFilename(), route);
                }
                if (item instanceof Map<?, ?> entry
                        && entry.get("routeTemplate") instanceof Map<?, ?> template
                        && "inbound".equals(template.get("id"))) {
                    taken.addAll(names(template));
                }
            }
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            mistakes.add(new Mistake(file.getFilename(), "is not YAML; correct line " + line));
        } catch (YAMLException | IOException e) {
            mistakes.add(new Mistake(file.getFilename(), "cannot be read as YAML"));
        }
    }

    private void add(String file, Map<?, ?> route) {
        String id = String.valueOf(route.get("routeId"));
        String place = "route " + id + " of " + file;
        given.put(place, names(route));
        // Camel would put the later one in the place of the earlier, whose webhooks would then be unknown
        if (routeIds.putIfAbsent(id, file) != null) {
            mistakes.add(new Mistake(place, "has a routeId that another route has too; write one of its own"));
        }
        String marketplace = parameter(route, "marketplace");
        String eventKind = parameter(route, "eventKind");
        if (!NAME.matcher(marketplace).matches() || !NAME.matcher(eventKind).matches()) {
            mistakes.add(new Mistake(
                    place, "needs the parameters marketplace and eventKind, in small letters, digits and dashes"));
        } else if (marketplace.startsWith("proxy")) {
            // CVE-2026-85316: Camel takes a path that begins so for a forward proxy
            mistakes.add(new Mistake(place, "must have a marketplace that does not begin with proxy"));
        } else {
            String earlier = places.putIfAbsent(new EventKind(marketplace, eventKind), place);
            if (earlier != null) {
                mistakes.add(new Mistake(
                        place, "receives " + marketplace + "/" + eventKind + " like " + earlier + "; take one out"));
            }
        }
    }

    /** Camel passes over a parameter that the template does not have, and with it what it was meant to say. */
    private void checkParameters() {
        if (taken.isEmpty()) {
            return;
        }
        given.forEach((place, names) -> names.stream()
                .filter(name -> !taken.contains(name))
                .forEach(name -> mistakes.add(new Mistake(
                        place, "has the unknown parameter " + name + "; inbound takes " + String.join(", ", taken)))));
    }

    private static Set<String> names(Map<?, ?> routeOrTemplate) {
        Set<String> names = new TreeSet<>();
        for (Object item : routeOrTemplate.get("parameters") instanceof List<?> list ? list : List.of()) {
            if (item instanceof Map<?, ?> parameter) {
                names.add(String.valueOf(parameter.get("name")));
            }
        }
        return names;
    }

    private static String parameter(Map<?, ?> route, String name) {
        for (Object item : route.get("parameters") instanceof List<?> list ? list : List.of()) {
            if (item instanceof Map<?, ?> parameter && name.equals(parameter.get("name"))) {
                return String.valueOf(parameter.get("value"));
            }
        }
        return "";
    }
}
