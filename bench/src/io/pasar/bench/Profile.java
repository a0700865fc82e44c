package io.pasar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/** Where the time of the ingest path goes: Pasar and the ceiling under the same load, recorded with JFR. */
final class Profile {

    private static final int CONNECTIONS = 32;
    private static final Duration RECORDED = Duration.ofSeconds(20);
    private static final int HOTTEST = 40;
    private static final Pattern THREAD =
            Pattern.compile("^\"(?<name>.+?)\".* cpu=(?<millis>[0-9.]+)ms", Pattern.MULTILINE);
    private static final Pattern NUMBER = Pattern.compile("[-#]?[0-9]+");

    /** Whose code it is: the first frame from the top that belongs to one of them. */
    private static final Map<String, String> OWNERS = new LinkedHashMap<>();

    static {
        OWNERS.put("io.pasar.", "Pasar");
        OWNERS.put("org.apache.camel.component.kafka", "camel-kafka");
        OWNERS.put("org.apache.camel.", "Camel");
        OWNERS.put("org.apache.kafka.", "Kafka client");
        OWNERS.put("io.micrometer.", "Micrometer");
        OWNERS.put("com.fasterxml.", "Jackson");
        OWNERS.put("javax.crypto.", "HMAC, SHA");
        OWNERS.put("com.sun.crypto.", "HMAC, SHA");
        OWNERS.put("sun.security.", "HMAC, SHA");
        OWNERS.put("java.security.", "HMAC, SHA");
        OWNERS.put("io.vertx.", "Vert.x and Netty");
        OWNERS.put("io.netty.", "Vert.x and Netty");
    }

    private final Settings settings;
    private final Gateways gateways;

    Profile(Settings settings, Gateways gateways) {
        this.settings = settings;
        this.gateways = gateways;
    }

    void run(String bootstrapServers, Marketplace marketplace) throws Exception {
        for (String name : List.of("vertx", "pasar")) {
            Path recording = settings.directory().resolve(name + ".jfr");
            Gateway gateway = name.equals("pasar")
                    ? gateways.pasar(name, bootstrapServers, List.of())
                    : gateways.vertx(bootstrapServers, List.of());
            gateways.awaitReady(gateway);
            if (name.equals("pasar")) {
                gateways.awaitRegistered(marketplace);
            }
            load(gateway, settings.warmUp().multipliedBy(2));
            jcmd(gateway, "JFR.start", "name=bench", "settings=profile");
            Map<String, Double> before = threads(gateway);
            Run run = load(gateway, RECORDED);
            Map<String, Double> after = threads(gateway);
            jcmd(gateway, "JFR.dump", "name=bench", "filename=" + recording);
            gateway.process().destroy();
            gateway.process().waitFor();
            System.out.printf("%n%s: %,.0f/s while recorded; %s%n", gateway.name(), run.perSecond(), recording);
            after.replaceAll((thread, used) -> used - before.getOrDefault(thread, 0.0));
            print(after);
            print(recording, run);
        }
    }

    private static Run load(Gateway gateway, Duration time) throws IOException {
        return new Generator(gateway.port(), Workload.requests("", 1, true), true).closed(CONNECTIONS, time);
    }

    /** Milliseconds of processor time by name of thread: JFR sees Java code alone, and neither compilers nor collectors. */
    private static Map<String, Double> threads(Gateway gateway) throws IOException, InterruptedException {
        Map<String, Double> used = new TreeMap<>();
        Matcher thread = THREAD.matcher(jcmd(gateway, "Thread.print"));
        while (thread.find()) {
            String name = NUMBER.matcher(thread.group("name")).replaceAll("");
            used.merge(name, Double.parseDouble(thread.group("millis")), Double::sum);
        }
        return used;
    }

    private static void print(Map<String, Double> used) {
        double all = used.values().stream().mapToDouble(Double::doubleValue).sum();
        System.out.println("  whose processor time it is, by thread");
        hottest(used).stream()
                .filter(thread -> thread.getValue() / all >= 0.005)
                .forEach(thread ->
                        System.out.printf("    %5.1f %%  %s%n", 100 * thread.getValue() / all, thread.getKey()));
    }

    private static String jcmd(Gateway gateway, String... arguments) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        List<String> command =
                new ArrayList<>(List.of(jcmd, String.valueOf(gateway.process().pid())));
        command.addAll(List.of(arguments));
        return Machine.run(command);
    }

    private static void print(Path recording, Run run) throws IOException {
        Map<String, Integer> owners = new TreeMap<>();
        Map<String, Integer> methods = new TreeMap<>();
        Map<String, Long> allocations = new TreeMap<>();
        int samples = 0;
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                String type = event.getEventType().getName();
                if (event.getStackTrace() == null) {
                    continue;
                }
                List<RecordedFrame> frames = event.getStackTrace().getFrames();
                if (type.equals("jdk.ExecutionSample")) {
                    samples++;
                    owners.merge(owner(frames), 1, Integer::sum);
                    methods.merge(firstOwned(frames), 1, Integer::sum);
                } else if (type.equals("jdk.ObjectAllocationSample")) {
                    allocations.merge(firstOwned(frames), event.getLong("weight"), Long::sum);
                }
            }
        }
        int all = samples;
        System.out.println("  whose code runs, share of " + all + " samples");
        hottest(owners)
                .forEach(owner ->
                        System.out.printf("    %5.1f %%  %s%n", 100.0 * owner.getValue() / all, owner.getKey()));
        System.out.println("  where, by the topmost frame of a known owner");
        hottest(methods)
                .forEach(method ->
                        System.out.printf("    %5.1f %%  %s%n", 100.0 * method.getValue() / all, method.getKey()));
        System.out.println("  bytes allocated per request");
        hottest(allocations)
                .forEach(site ->
                        System.out.printf("    %,7d  %s%n", site.getValue() / Math.max(1, run.ok()), site.getKey()));
    }

    private static <N extends Number & Comparable<N>> List<Map.Entry<String, N>> hottest(Map<String, N> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, N>comparingByValue().reversed())
                .limit(HOTTEST)
                .toList();
    }

    private static String owner(List<RecordedFrame> frames) {
        for (RecordedFrame frame : frames) {
            String type = frame.getMethod().getType().getName();
            for (Map.Entry<String, String> owner : OWNERS.entrySet()) {
                if (type.startsWith(owner.getKey())) {
                    return owner.getValue();
                }
            }
        }
        return "others";
    }

    private static String firstOwned(List<RecordedFrame> frames) {
        for (RecordedFrame frame : frames) {
            String type = frame.getMethod().getType().getName();
            if (OWNERS.keySet().stream().anyMatch(type::startsWith)) {
                return type + "." + frame.getMethod().getName();
            }
        }
        return "others";
    }
}
