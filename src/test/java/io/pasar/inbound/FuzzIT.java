package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jazzer, guided by coverage, against the ingest path: as many inputs as {@code pasar.fuzz.inputs} says, by
 * {@code mvn verify -Pchaos}. Each target runs in a process of its own. An input that fails is left in
 * {@code target/fuzz/<target>/findings}; moved into {@code src/test/resources/fuzz/<target>}, every build runs it.
 */
@EnabledIfSystemProperty(named = "pasar.chaos", matches = "true")
class FuzzIT {

    private static final Logger LOGGER = LoggerFactory.getLogger(FuzzIT.class);

    private static final Path DIRECTORY = Path.of("target", "fuzz");
    private static final Path DICTIONARY = FuzzSeeds.FINDINGS.resolve("dictionary.txt");

    /** Jazzer's exit status for a finding. */
    private static final int FOUND = 77;

    /** No target needs as long for a million; only a hanging one is to be ended by this. */
    private static final Duration LONGEST = Duration.ofHours(2);

    private static final Pattern INPUTS = Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");
    private static final Pattern COVERAGE = Pattern.compile("cov: (\\d+) ft: (\\d+)");

    private final long inputs =
            Long.getLong("pasar.fuzz.inputs", Boolean.getBoolean("pasar.chaos.short") ? 20_000 : 1_000_000);

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "SignatureFuzz, 40, io.pasar.inbound.**",
        "IdentityFuzz,  30, io.pasar.inbound.**:com.fasterxml.jackson.core.json.**",
        "DeliveryFuzz,  24, io.pasar.inbound.**",
        "RequestFuzz,    6, io.pasar.inbound.**:io.netty.handler.codec.http.**:io.vertx.core.http.impl.*"
    })
    void findsNothing(String target, int percent, String instrumented) throws Exception {
        // When
        Run run = fuzz(target, inputs * percent / 100, instrumented);

        // Then
        assertThat(run.status).as("see %s", run.log).isZero();
        assertThat(run.inputs()).isGreaterThanOrEqualTo(inputs * percent / 100);
    }

    @Test
    void findsAForgeryWhereTheVerifierIsBroken() throws Exception {
        // When
        Run run = fuzz("BrokenSignatureFuzz", 100_000, "io.pasar.inbound.**");

        // Then
        assertThat(run.status).as("see %s", run.log).isEqualTo(FOUND);
        assertThat(run.output()).contains("A forgery is accepted");
        assertThat(run.directory.resolve("findings")).isNotEmptyDirectory();
    }

    private static Run fuzz(String target, long inputs, String instrumented) throws Exception {
        Path directory = Files.createDirectories(DIRECTORY.resolve(target)).toAbsolutePath();
        for (String name : List.of("corpus", "seeds", "findings")) {
            Files.createDirectories(directory.resolve(name));
        }
        Class<?> type = Class.forName(FuzzIT.class.getPackageName() + "." + target);
        List<byte[]> seeds = new ArrayList<>(FuzzSeeds.of(type));
        seeds.addAll(FuzzSeeds.kept(type));
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(directory.resolve("seeds").resolve("seed-" + i), seeds.get(i));
        }
        Path log = directory.resolve("log.txt");
        Process process = new ProcessBuilder(command(type, inputs, instrumented, directory))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        Run run = new Run(process.exitValue(), directory, log);
        LOGGER.atInfo()
                .addKeyValue("target", target)
                .addKeyValue("inputs", run.inputs())
                .addKeyValue("edges", run.coverage(1))
                .addKeyValue("features", run.coverage(2))
                .log("Fuzzed");
        return run;
    }

    private static List<String> command(Class<?> target, long inputs, String instrumented, Path directory) {
        return Arrays.asList(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=" + instrumented,
                "--custom_hook_includes=" + instrumented,
                // The requests themselves are connections to an address that the fuzzer knows
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.ServerSideRequestForgery",
                // The bytes as they are, so that seeds and findings are what a target gets
                "--mutator_framework=false",
                "--reproducer_path=" + directory.resolve("findings"),
                "-artifact_prefix=" + directory.resolve("findings") + "/",
                "-runs=" + inputs,
                "-max_len=4096",
                // An input that takes as long is a finding
                "-timeout=30",
                "-rss_limit_mb=0",
                "-print_final_stats=1",
                "-dict=" + DICTIONARY.toAbsolutePath(),
                directory.resolve("corpus").toString(),
                directory.resolve("seeds").toString());
    }

    private record Run(int status, Path directory, Path log) {

        private String output() throws IOException {
            return Files.readString(log, ISO_8859_1);
        }

        private long inputs() throws IOException {
            return last(INPUTS, 1);
        }

        private long coverage(int group) throws IOException {
            return last(COVERAGE, group);
        }

        private long last(Pattern pattern, int group) throws IOException {
            return pattern.matcher(output())
                    .results()
                    .reduce((first, second) -> second)
                    .map(result -> Long.parseLong(result.group(group)))
                    .orElse(0L);
        }
    }
}
