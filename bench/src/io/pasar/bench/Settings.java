package io.pasar.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How much is done. Everything comes from system properties named {@code bench.…}.
 *
 * @param rounds how often each stretch of load is repeated, the competitors taking turns
 * @param stretch length of one
 * @param warmUp before anything counts
 * @param accounts how many are many
 * @param heapRequests how many requests Pasar gets before its heap is looked at for the last time; 0 to look at none
 * @param pinned whether the gateways get one half of the cores, broker and generator the other
 * @param profiled whether Pasar and the ceiling are recorded and nothing else is done
 * @param parts which of them are measured
 */
record Settings(
        boolean shortForm,
        int rounds,
        Duration stretch,
        Duration warmUp,
        Duration openLoop,
        int accounts,
        long heapRequests,
        boolean pinned,
        boolean profiled,
        Set<Part> parts,
        Path jar,
        Path directory) {

    static final List<Integer> CONNECTIONS = List.of(32, 512);
    static final int DELAY_MILLIS = 20;
    static final int PARTITIONS = 6;

    static Settings fromSystemProperties() {
        boolean shortForm = isSet("bench.short");
        return new Settings(
                shortForm,
                Integer.getInteger("bench.rounds", shortForm ? 1 : 5),
                seconds("bench.seconds", shortForm ? 1 : 2),
                seconds("bench.warm-up", shortForm ? 1 : 16),
                seconds("bench.open-loop", shortForm ? 1 : 6),
                Integer.getInteger("bench.accounts", shortForm ? 500 : 10_000),
                shortForm ? 0 : 1_000_000,
                isSet("bench.pin"),
                isSet("bench.profile"),
                Part.named(System.getProperty("bench.parts", "")),
                Path.of(System.getProperty("bench.jar", "target/pasar.jar")).toAbsolutePath(),
                Path.of(System.getProperty("bench.directory", "target/bench")).toAbsolutePath());
    }

    boolean wants(Part part) {
        return parts.contains(part);
    }

    private static boolean isSet(String name) {
        String value = System.getProperty(name);
        return value != null && !value.equals("false");
    }

    private static Duration seconds(String name, int otherwise) {
        return Duration.ofSeconds(Integer.getInteger(name, otherwise));
    }
}
