package io.pasar.marketplace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.yaml.snakeyaml.Yaml;

/** Loads the routes of a file in {@code routes/} without its templated routes, which need the ingest server. */
public final class RouteFiles {

    private RouteFiles() {}

    public static void load(CamelContext context, String... files) throws Exception {

        for (String file : files) {
            byte[] routes = plainRoutes(Path.of("routes", file)).getBytes(StandardCharsets.UTF_8);
            PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromBytes(file, routes));
        }
    }

    private static String plainRoutes(Path file) throws IOException {
        Yaml yaml = new Yaml();
        List<Map<String, Object>> all = yaml.load(Files.readString(file));
        return yaml.dump(
                all.stream().filter(entry -> entry.containsKey("route")).toList());
    }
}
