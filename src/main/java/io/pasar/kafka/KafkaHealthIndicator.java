package io.pasar.kafka;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * Whether Kafka answers, the topics are ready and the {@code kafka:} routes can read theirs; the details tell when it
 * last acknowledged a record, and since when it has not. An answer holds for a second, so that many askers cost one
 * request. Takes at most a second.
 */
final class KafkaHealthIndicator extends AbstractHealthIndicator implements AutoCloseable {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);
    private static final Duration VALID_FOR = Duration.ofSeconds(1);

    private final KafkaClients clients;
    private final TopicProvisioner provisioner;

    private Admin admin;
    private Health known;
    private long knownSince;

    /** @param provisioner null where nothing checks topics */
    KafkaHealthIndicator(KafkaClients clients, TopicProvisioner provisioner) {
        super("Kafka does not answer");
        this.clients = clients;
        this.provisioner = provisioner;
    }

    @Override
    protected synchronized void doHealthCheck(Health.Builder builder) {
        if (known == null || System.nanoTime() - knownSince > VALID_FOR.toNanos()) {
            known = ask();
            knownSince = System.nanoTime();
        }
        builder.status(known.getStatus()).withDetails(known.getDetails());
    }

    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
    }

    private Health ask() {
        Health.Builder health = Health.up().withDetail("bootstrapServers", clients.bootstrapServers());
        clients.lastAcknowledged().ifPresent(time -> health.withDetail("lastAcknowledged", time));
        clients.waitingSince().ifPresent(time -> health.withDetail("notAcknowledgedSince", time));
        try {
            if (admin == null) {
                admin = clients.admin();
            }
            DescribeClusterResult cluster = admin.describeCluster(
                    new DescribeClusterOptions().timeoutMs(Math.toIntExact(ANSWER_WITHIN.toMillis())));
            long wait = ANSWER_WITHIN.toMillis();
            health.withDetail("clusterId", cluster.clusterId().get(wait, TimeUnit.MILLISECONDS));
            health.withDetail(
                    "brokers", cluster.nodes().get(wait, TimeUnit.MILLISECONDS).size());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return health.down(e).build();
        } catch (Exception e) {
            return health.down(e).build();
        }
        if (EmbeddedBroker.hasFailed()) {
            health.down().withDetail("embeddedBroker", "failed; look at the disk of pasar.data-dir, then restart");
        }
        Optional<String> problem = provisioner == null ? Optional.empty() : provisioner.problem();
        problem.ifPresent(reason -> health.down().withDetail("topics", reason));
        clients.readingProblem().ifPresent(reason -> health.down().withDetail("reading", reason));
        return health.build();
    }
}
