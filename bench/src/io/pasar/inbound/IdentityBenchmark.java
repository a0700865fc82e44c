package io.pasar.inbound;

import io.pasar.bench.Workload;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The identity of 1 KiB: from parts of its JSON, as of a Tiki order, and from all its bytes, as of a Tiki stock. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class IdentityBenchmark {

    private final IdentityScheme order = new IdentityScheme(
            "/data/order_code",
            "/data/order_code, /data/main_state, /data/main_substate?, /data/reason_code?, /data/date",
            "strong",
            "/data/date");
    private final IdentityScheme stock = new IdentityScheme("/data/order_code", "body", "strong", "");
    private final byte[] body = Workload.body(1);

    @Benchmark
    public Object partsOfTheBody() {
        return order.identify("tiki", Workload.ACCOUNT, "order", body);
    }

    @Benchmark
    public Object wholeBody() {
        return stock.identify("tiki", Workload.ACCOUNT, "stock", body);
    }
}
