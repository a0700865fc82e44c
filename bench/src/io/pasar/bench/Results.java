package io.pasar.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Everything that was measured, and whether it is what is aimed at. */
final class Results {

    static final String ONE_ACCOUNT = "events of one account";
    static final String MANY_ACCOUNTS = "events of all accounts";
    static final String DELAYED = "acknowledgements late by " + Settings.DELAY_MILLIS + " ms, 512 connections";

    private static final double MEGABYTE = 1024 * 1024;

    private final Settings settings;
    private final Map<String, Map<String, List<Run>>> closed = new LinkedHashMap<>();
    private final Map<String, List<Open>> open = new LinkedHashMap<>();
    private final List<String> mismatches = new ArrayList<>();
    private final List<Double> drained = new ArrayList<>();
    private Map<String, Double> nanos = Map.of();
    private Heaps heaps;
    private long answers;
    private long records;
    private long repeats;

    Results(Settings settings) {
        this.settings = settings;
    }

    /**
     * Every 200 must be a record, and nothing may be a record that was not sent. Pasar writes an event twice where Kafka
     * takes it after all, behind the time in which it must: a cold start on a busy machine is enough.
     */
    void counted(String gateway, String what, Run run, long written) {
        answers += run.ok();
        records += written;
        repeats += Math.max(0, written - run.sent());
        if (written < run.ok() || (written > run.sent() && !gateway.equals(Gateway.PASAR))) {
            mismatches.add("%s, %s: %d sent, %d answered 200, %d records"
                    .formatted(gateway, what, run.sent(), run.ok(), written));
        }
        if (run.ok() == 0) {
            mismatches.add("%s, %s: nothing was answered 200".formatted(gateway, what));
        }
    }

    /** Some events are written twice: those that were on their way when the broker stopped. None may be missing. */
    void outage(String gateway, long taken, long written) {
        answers += taken;
        records += written;
        if (written < taken) {
            mismatches.add("%s, Kafka away: %d answered 200, %d records".formatted(gateway, taken, written));
        }
    }

    void drained(double perSecond) {
        drained.add(perSecond);
        System.out.printf("%-50s %-20s %,9.0f/s%n", "spool drained", Gateway.PASAR, perSecond);
    }

    void closed(String gateway, String scenario, Run run) {
        closed.computeIfAbsent(scenario, s -> new LinkedHashMap<>())
                .computeIfAbsent(gateway, g -> new ArrayList<>())
                .add(run);
        System.out.printf(
                "%-50s %-20s %,9.0f/s %5.0f us%s%n",
                scenario, gateway, run.perSecond(), run.cpuMicrosPerRequest(), failures(run));
    }

    void open(String gateway, double perSecond, Run run) {
        open.computeIfAbsent(gateway, g -> new ArrayList<>()).add(new Open(perSecond, run));
        System.out.printf(
                "%-50s %-20s p99 %.1f ms%s%n",
                "open loop at %,.0f/s".formatted(perSecond), gateway, run.millisAt(99), failures(run));
    }

    void heap(long earlierRequests, long earlier, long laterRequests, long later) {
        heaps = new Heaps(earlierRequests, earlier, laterRequests, later);
    }

    void microbenchmarks(Map<String, Double> found) {
        nanos = found;
    }

    private static String failures(Run run) {
        return run.failed() == 0
                ? ""
                : "  (%d refused, %d broken, %d unanswered)".formatted(run.refused(), run.broken(), run.unanswered());
    }

    boolean allCounted() {
        return mismatches.isEmpty();
    }

    private double median(String scenario, String gateway) {
        List<Run> runs = closed.get(scenario).get(gateway);
        return runs == null
                ? Double.NaN
                : Spread.of(runs.stream().mapToDouble(Run::perSecond).toArray()).median();
    }

    /** Round by round, since neighbours in time had the same machine. */
    private Spread ratio(String scenario, String gateway, String... others) {
        Map<String, List<Run>> runs = closed.get(scenario);
        List<Run> mine = runs.get(gateway);
        String best = Arrays.stream(others)
                .max((a, b) -> Double.compare(median(scenario, a), median(scenario, b)))
                .orElseThrow();
        double[] ratios = new double[mine.size()];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] =
                    mine.get(round).perSecond() / runs.get(best).get(round).perSecond();
        }
        return Spread.of(ratios);
    }

    void write() throws IOException {
        print();
        Path json = settings.directory().resolve("results.json");
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json.toFile(), json());
        Path plot = settings.directory().resolve("results.png");
        System.out.println("\n" + json);
        if (closed.values().stream().anyMatch(gateways -> gateways.size() > 1)) {
            Map<String, Open> middle = new LinkedHashMap<>();
            open.forEach((gateway, rounds) -> middle.put(gateway, middle(rounds)));
            Plot.write(plot, closed, middle);
            System.out.println(plot);
        }
        mismatches.forEach(mismatch -> System.out.println("MISMATCH " + mismatch));
    }

    private void print() {
        if (settings.shortForm()) {
            System.out.println(
                    "\nThe short form warms nothing up: it shows that all works, and its numbers say nothing.");
        }
        System.out.println("\nRequests answered 200 per second, median of the rounds (lowest to highest), closed loop;"
                + "\nmicroseconds of the gateway's CPU time per request\n");
        closed.forEach((scenario, gateways) -> {
            System.out.println(scenario);
            gateways.forEach((gateway, runs) -> {
                Spread rate =
                        Spread.of(runs.stream().mapToDouble(Run::perSecond).toArray());
                Spread cpu = Spread.of(
                        runs.stream().mapToDouble(Run::cpuMicrosPerRequest).toArray());
                long failed = runs.stream().mapToLong(Run::failed).sum();
                System.out.printf(
                        "  %-22s %,9.0f  %-20s %6.0f us%s%n",
                        gateway,
                        rate.median(),
                        "(%,.0f to %,.0f)".formatted(rate.lowest(), rate.highest()),
                        cpu.median(),
                        failed == 0 ? "" : "  " + failed + " failed");
            });
        });
        if (!open.isEmpty()) {
            System.out.println(
                    "\nMilliseconds to the answer, open loop at half of each one's own peak; of the rounds the"
                            + " one with the middle p99\n");
            System.out.printf(
                    "  %-22s %10s %8s %8s %8s %8s %8s  %s%n",
                    "", "per second", "p50", "p90", "p99", "p99.9", "max", "p99 of all rounds");
        }
        open.forEach((gateway, rounds) -> {
            Open middle = middle(rounds);
            Spread p99 = p99(rounds);
            System.out.printf(
                    "  %-22s %,10.0f %8.2f %8.2f %8.2f %8.2f %8.2f  %.1f to %.1f%n",
                    gateway,
                    middle.perSecond(),
                    middle.run().millisAt(50),
                    middle.run().millisAt(90),
                    middle.run().millisAt(99),
                    middle.run().millisAt(99.9),
                    middle.run().millisAt(100),
                    p99.lowest(),
                    p99.highest());
        });
        if (!drained.isEmpty()) {
            System.out.printf("%nEvents of the spool drained per second: %s%n", drained());
        }
        if (!nanos.isEmpty()) {
            System.out.println("\nNanoseconds per call (JMH)\n");
        }
        nanos.forEach((name, value) -> System.out.printf("  %-42s %,8.0f%n", name, value));
        System.out.println("\nAims (ratios: median of the rounds, lowest to highest)\n");
        aims().forEach(aim -> System.out.printf(
                "  %-66s %-11s %-44s %s%n", aim.what(), aim.toReach(), aim.measured(), aim.verdict()));
        System.out.printf(
                "%n%,d answers with 200, %,d records, at least %,d of them repeats%n", answers, records, repeats);
    }

    private List<Aim> aims() {
        // Nothing is warm in the short form: its numbers are not held against anything
        List<Aim> aims = settings.shortForm() ? new ArrayList<>() : speedAims();
        if (!settings.shortForm() && !drained.isEmpty()) {
            aims.addAll(outageAims());
        }
        aims.add(new Aim(
                "answers with 200 that are records", "all", mismatches.isEmpty() ? "all" : "not all", allCounted()));
        return aims;
    }

    private List<Aim> speedAims() {
        List<Aim> aims = new ArrayList<>();
        for (int connections : Settings.CONNECTIONS) {
            String scenario = Scenario.of(connections, true).name();
            if (closed.containsKey(scenario)) {
                aims.add(ofVertx(0.70, scenario));
                aims.add(ofSpring(3.0, scenario));
                aims.add(ofCamel(4.0, scenario));
            }
        }
        for (int connections : Settings.CONNECTIONS) {
            String scenario = Scenario.of(connections, false).name();
            if (closed.containsKey(scenario)) {
                aims.add(ofVertx(0.80, scenario));
                aims.add(ofSpring(1.8, scenario));
            }
        }
        if (closed.containsKey(DELAYED)) {
            aims.add(atLeast(0.70, DELAYED + ": of " + Gateway.VERTX, ratio(DELAYED, Gateway.VERTX)));
        }
        if (closed.containsKey(ONE_ACCOUNT)) {
            aims.add(atLeast(0.95, settings.accounts() + " accounts: of one account", accountsRatio()));
        }
        if (open.containsKey(Gateway.PASAR)) {
            Spread p99 = p99(open.get(Gateway.PASAR));
            aims.add(new Aim(
                    "p99 at half of peak",
                    "<= 10 ms",
                    "%.1f  (%.1f to %.1f) ms".formatted(p99.median(), p99.lowest(), p99.highest()),
                    p99.median() <= 10));
        }
        if (heaps != null) {
            aims.add(new Aim(
                    "heap in use, %,d to %,d requests".formatted(heaps.earlierRequests(), heaps.laterRequests()),
                    "<= +2 MB",
                    "%.1f to %.1f MB".formatted(heaps.earlier() / MEGABYTE, heaps.later() / MEGABYTE),
                    heaps.later() - heaps.earlier() <= 2 * MEGABYTE));
        }
        return aims;
    }

    private List<Aim> outageAims() {
        List<Aim> aims = new ArrayList<>();
        for (int connections : Settings.CONNECTIONS) {
            String scenario = Outage.away(connections).name();
            double taken = median(scenario, Gateway.PASAR);
            aims.add(new Aim(
                    scenario + ": accepted durably", ">= 10,000/s", "%,.0f/s".formatted(taken), taken >= 10_000));
        }
        double live = Settings.CONNECTIONS.stream()
                .mapToDouble(connections -> median(Outage.before(connections).name(), Gateway.PASAR))
                .max()
                .orElseThrow();
        aims.add(atLeast(
                0.5,
                "drained, of the higher of the rates before the outage",
                Spread.of(drained.stream().mapToDouble(rate -> rate / live).toArray())));
        return aims;
    }

    private String drained() {
        Spread spread =
                Spread.of(drained.stream().mapToDouble(Double::doubleValue).toArray());
        return "%,.0f  (%,.0f to %,.0f)".formatted(spread.median(), spread.lowest(), spread.highest());
    }

    private Spread ratio(String scenario, String other) {
        return ratio(scenario, Gateway.PASAR, other);
    }

    private Aim ofVertx(double aim, String scenario) {
        Aim alone = atLeast(aim, scenario + ": of " + Gateway.VERTX, ratio(scenario, Gateway.VERTX));
        return closed.get(scenario).containsKey(Gateway.VERTX_TUNED)
                ? alone.beside("of the tuned one", ratio(scenario, Gateway.VERTX_TUNED))
                : alone;
    }

    private Aim ofSpring(double aim, String scenario) {
        Spread ceiling = ratio(scenario, ceiling(scenario), Gateway.SPRING_BLOCKING, Gateway.SPRING_ASYNC);
        Spread pasar = ratio(scenario, Gateway.PASAR, Gateway.SPRING_BLOCKING, Gateway.SPRING_ASYNC);
        return atLeast(aim, scenario + ": of the better Spring MVC", pasar).beside("the ceiling", ceiling);
    }

    /** The faster one. */
    private String ceiling(String scenario) {
        return median(scenario, Gateway.VERTX_TUNED) > median(scenario, Gateway.VERTX)
                ? Gateway.VERTX_TUNED
                : Gateway.VERTX;
    }

    private Aim ofCamel(double aim, String scenario) {
        Spread ceiling = ratio(scenario, ceiling(scenario), Gateway.CAMEL);
        return atLeast(aim, scenario + ": of " + Gateway.CAMEL, ratio(scenario, Gateway.CAMEL))
                .beside("the ceiling", ceiling);
    }

    private static Open middle(List<Open> rounds) {
        return rounds.stream()
                .sorted(Comparator.comparingDouble(round -> round.run().millisAt(99)))
                .toList()
                .get(rounds.size() / 2);
    }

    private static Spread p99(List<Open> rounds) {
        return Spread.of(
                rounds.stream().mapToDouble(round -> round.run().millisAt(99)).toArray());
    }

    private Spread accountsRatio() {
        List<Run> one = closed.get(ONE_ACCOUNT).get(Gateway.PASAR);
        List<Run> many = closed.get(MANY_ACCOUNTS).get(Gateway.PASAR);
        double[] ratios = new double[one.size()];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = many.get(round).perSecond() / one.get(round).perSecond();
        }
        return Spread.of(ratios);
    }

    private static Aim atLeast(double aim, String what, Spread measured) {
        return new Aim(
                what,
                ">= %.2f".formatted(aim),
                "%.2f  (%.2f to %.2f)".formatted(measured.median(), measured.lowest(), measured.highest()),
                measured.median() >= aim);
    }

    private Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("machine", machine());
        json.put("settings", settings());
        Map<String, Object> throughput = new LinkedHashMap<>();
        closed.forEach((scenario, gateways) -> {
            Map<String, Object> rates = new LinkedHashMap<>();
            gateways.forEach((gateway, runs) ->
                    rates.put(gateway, runs.stream().map(Results::json).toList()));
            throughput.put(scenario, rates);
        });
        json.put("closedLoop", throughput);
        Map<String, Object> latency = new LinkedHashMap<>();
        open.forEach((gateway, rounds) ->
                latency.put(gateway, rounds.stream().map(Results::json).toList()));
        json.put("openLoopAtHalfOfPeak", latency);
        json.put("spoolDrainedPerSecond", drained);
        json.put("nanosPerCall", nanos);
        json.put("heapBytes", heaps == null ? Map.of() : heaps);
        json.put("aims", aims());
        json.put("answers", answers);
        json.put("records", records);
        json.put("repeats", repeats);
        json.put("mismatches", mismatches);
        return json;
    }

    private static Map<String, Object> json(Open half) {
        Map<String, Object> json = new LinkedHashMap<>(json(half.run()));
        json.put("offeredPerSecond", half.perSecond());
        return json;
    }

    private static Map<String, Object> machine() {
        return new TreeMap<>(Map.of(
                "cores", Runtime.getRuntime().availableProcessors(),
                "java", System.getProperty("java.vm.version"),
                "os", System.getProperty("os.name") + " " + System.getProperty("os.version")));
    }

    private Map<String, Object> settings() {
        return new TreeMap<>(Map.of(
                "short", settings.shortForm(),
                "rounds", settings.rounds(),
                "secondsPerStretch", settings.stretch().toSeconds(),
                "accounts", settings.accounts(),
                "pinned", settings.pinned()));
    }

    private static Map<String, Object> json(Run run) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("perSecond", run.perSecond());
        json.put("sent", run.sent());
        json.put("ok", run.ok());
        json.put("failed", run.failed());
        json.put("cpuMicrosPerRequest", run.cpuMicrosPerRequest());
        for (double percentile : new double[] {50, 90, 99, 99.9, 100}) {
            json.put("p" + (percentile == 99.9 ? "99.9" : (int) percentile) + "Millis", run.millisAt(percentile));
        }
        return json;
    }

    /** @param perSecond that was offered */
    record Open(double perSecond, Run run) {}

    private record Aim(String what, String toReach, String measured, boolean reached) {

        /** With another ratio that it must be read with, such as what nobody exceeds on this machine. */
        private Aim beside(String name, Spread ratio) {
            return new Aim(what, toReach, "%s, %s %.2f".formatted(measured, name, ratio.median()), reached);
        }

        private String verdict() {
            return reached ? "reached" : "NOT reached";
        }
    }

    /** Bytes in use after a full collection, and after how many requests. */
    private record Heaps(long earlierRequests, long earlier, long laterRequests, long later) {}
}
