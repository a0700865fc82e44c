package io.pasar.inbound;

import io.pasar.account.Secret;
import io.pasar.bench.Workload;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A right signature over 1 KiB, as Tiki sends it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VerificationBenchmark {

    private final HmacScheme scheme = new HmacScheme("x-signature", "HmacSHA1", "hex", "sha1=", "{body}");
    private final byte[] body = Workload.body(1);
    private final String signature = Workload.signature(body, Workload.SECRET);
    private final List<Secret> one = List.of(new Secret(Workload.SECRET));
    private final List<Secret> two = List.of(new Secret(Workload.SECRET), new Secret("the-one-before-it"));

    private final List<String> urls = List.of("https://hooks.example.com");

    @Benchmark
    public Object oneSecret() {
        return scheme.verify(signature, body, one, urls, "client");
    }

    @Benchmark
    public Object twoSecrets() {
        return scheme.verify(signature, body, two, urls, "client");
    }
}
