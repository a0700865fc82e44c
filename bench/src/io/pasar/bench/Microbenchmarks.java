package io.pasar.bench;

import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** JMH over single steps of the ingest path. */
final class Microbenchmarks {

    private Microbenchmarks() {}

    /** @return nanoseconds per call by name */
    static Map<String, Double> run(Settings settings) throws RunnerException {
        TimeValue time = TimeValue.milliseconds(settings.shortForm() ? 100 : 1000);
        Map<String, Double> nanos = new TreeMap<>();
        for (RunResult result : new Runner(new OptionsBuilder()
                        .include("io\\.pasar\\.inbound\\..*Benchmark")
                        .forks(settings.shortForm() ? 0 : 1)
                        .warmupIterations(settings.shortForm() ? 1 : 3)
                        .warmupTime(time)
                        .measurementIterations(settings.shortForm() ? 1 : 3)
                        .measurementTime(time)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run()) {
            String name = result.getParams().getBenchmark();
            nanos.put(
                    name.substring("io.pasar.inbound.".length()),
                    result.getPrimaryResult().getScore());
        }
        return nanos;
    }
}
