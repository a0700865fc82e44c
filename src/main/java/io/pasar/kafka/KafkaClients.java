package io.pasar.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.security.auth.login.LoginException;
import org.apache.camel.component.kafka.KafkaClientFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes every Kafka client of the gateway, those of Camel's {@code kafka:} steps included, so that
 * {@code pasar.kafka.properties} (SASL, TLS, …) reaches all of them. Safe for use by many threads.
 */
public final class KafkaClients implements KafkaClientFactory, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaClients.class);

    private static final Duration WARM_UP_WITHIN = Duration.ofSeconds(3);
    private static final Duration CONNECT_EVERY = Duration.ofSeconds(1);
    private static final Duration WATCH_EVERY = Duration.ofSeconds(1);

    /** Kafka has no exception of its own for it. */
    private static final List<String> UNKNOWN_HOST =
            List.of("No resolvable bootstrap urls given in bootstrap.servers", "Unknown host in bootstrap.servers");

    private final String bootstrapServers;
    private final ClientProperties properties;
    private final List<LateProducer> publishers = new CopyOnWriteArrayList<>();
    private final LiveSends liveSends;
    private final ProducerWatch watch = new ProducerWatch(this::admin, this::renew);
    private final ScheduledExecutorService connecting = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "kafka-connect");
        thread.setDaemon(true);
        return thread;
    });

    private final Notice notPublishing = new Notice();
    private final Notice notMade = new Notice();
    private final int partitions;
    private final ConcurrentMap<String, TopicShare> shares = new ConcurrentHashMap<>();
    private volatile Set<String> warmTopics = Set.of();
    private volatile String notReading;

    /**
     * @param bootstrapServers the configured ones, or the embedded broker's
     * @throws KafkaStartException if {@code pasar.kafka.properties} names what may not be changed, or has a value that
     *     Kafka cannot read
     */
    public KafkaClients(KafkaConfiguration configuration, String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.properties = new ClientProperties(configuration, bootstrapServers);
        this.partitions = configuration.topics().partitions();
        this.liveSends = new LiveSends(configuration.acknowledgeWithin());
        connecting.scheduleWithFixedDelay(
                watch::check, WATCH_EVERY.toMillis(), WATCH_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** {@code host:port,…}, the cluster or the embedded broker. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /**
     * A new admin client, to be closed by the caller.
     *
     * @throws KafkaUnavailableException if no bootstrap server can be found now
     * @throws KafkaStartException if {@code pasar.kafka.properties} can never work
     */
    public Admin admin() {
        return connect(() -> Admin.create(properties.admin()));
    }

    /**
     * A new consumer, to be closed by the caller: starts at the earliest record and commits nothing by itself, unless
     * told otherwise.
     *
     * @param more settings that win over all others
     * @throws KafkaUnavailableException if no bootstrap server can be found now
     * @throws KafkaStartException if {@code pasar.kafka.properties} can never work
     */
    public Consumer<byte[], byte[]> consumer(Map<String, Object> more) {
        return connect(() -> new PacedConsumer<>(properties.consumer(more)));
    }

    /**
     * A new producer, to be closed by the caller, whether or not Kafka can be reached; acknowledged by all in-sync
     * replicas. A send blocks for at most 5 s and fails after at most 10 s, unless told otherwise.
     *
     * @param more settings that win over all others
     * @throws KafkaStartException if {@code pasar.kafka.properties} can never work
     */
    public Producer<byte[], byte[]> producer(Map<String, Object> more) {
        return late(properties.producer(more), UnaryOperator.identity());
    }

    /**
     * As {@link #producer}, for records of the gateway's own, on which somebody waits: a send blocks for at most 2 s and
     * fails after at most 4 s.
     *
     * @param linger how long a record waits for others to go along with
     */
    public Producer<byte[], byte[]> promptProducer(Duration linger) {
        return producer(Map.of(
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                2000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                2000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                4000,
                ProducerConfig.LINGER_MS_CONFIG,
                (int) linger.toMillis()));
    }

    /**
     * For Camel's {@code kafka:} steps: a producer whose sends never block. Kafka's acknowledgement, or a failure,
     * comes within {@code pasar.kafka.acknowledge-within}. Serializers are for bytes.
     */
    @Override
    public Producer<byte[], byte[]> getProducer(Properties fromRoute) {
        LateProducer producer = late(properties.publisher(map(fromRoute)), liveSends::begin);
        publishers.add(producer);
        warmUp(producer);
        return producer;
    }

    /** For Camel's {@code kafka:} consumers; what the route says about group, offsets and types stays. */
    @Override
    public Consumer<?, ?> getConsumer(Properties fromRoute) {
        try {
            Consumer<?, ?> made =
                    connect(() -> new SharingConsumer(properties.camelConsumer(map(fromRoute)), this::share));
            notReading = null;
            return made;
        } catch (KafkaStartException | KafkaUnavailableException e) {
            // Camel tries again for ever
            notReading = e.getMessage();
            if (notMade.isDue(e.getMessage())) {
                LOGGER.atWarn()
                        .addKeyValue("reason", e.getMessage())
                        .log("The consumer of a route cannot be made; trying again");
            }
            throw e;
        }
    }

    /** The part of a topic that the {@code kafka:} consumers of this process own. */
    public TopicShare share(String topic) {
        return shares.computeIfAbsent(topic, unknown -> new TopicShare(partitions));
    }

    /** Which {@code kafka:} route cannot read now, or why none can; empty while all can. */
    Optional<String> readingProblem() {
        return Optional.ofNullable(notReading).or(() -> shares.entrySet().stream()
                .flatMap(share -> share.getValue().problem().map(reason -> share.getKey() + ": " + reason).stream())
                .findFirst());
    }

    @Override
    public String getBrokers(org.apache.camel.component.kafka.KafkaConfiguration route) {
        return bootstrapServers;
    }

    /**
     * Loads the metadata of topics that exist into every producer of a {@code kafka:} step, those made later included:
     * a step's first send to a topic would fail otherwise, because it may not wait. Takes up to 3 s per producer if
     * Kafka does not answer, and returns then; the producers go on loading by themselves.
     */
    public void warmUp(Collection<String> topics) {
        warmTopics = Set.copyOf(topics);
        publishers.forEach(this::warmUp);
    }

    /** How the producers of {@code kafka:} steps fare. */
    public LiveSends liveSends() {
        return liveSends;
    }

    /** When Kafka last acknowledged a record of any producer; empty if it never has. */
    Optional<Instant> lastAcknowledged() {
        return watch.lastAcknowledged();
    }

    /** Since when a producer has records to send, but no acknowledgement; empty if none is late. */
    Optional<Instant> waitingSince() {
        return watch.waitingSince();
    }

    /** Closes the producers that nobody else has closed. */
    @Override
    public void close() {
        connecting.shutdownNow();
        watch.close();
        publishers.forEach(LateProducer::close);
        liveSends.close();
    }

    private void warmUp(LateProducer producer) {
        Set<String> cold = producer.warmUp(warmTopics, WARM_UP_WITHIN);
        if (!cold.isEmpty()) {
            LOGGER.atWarn().addKeyValue("topics", cold).log("Kafka has not told in time where these topics are");
        }
    }

    private LateProducer late(Map<String, Object> settings, UnaryOperator<Callback> budget) {
        LateProducer producer =
                new LateProducer(() -> connect(() -> new KafkaProducer<>(settings)), this::forget, budget);
        boolean found = producer.connect();
        watch.add(producer);
        if (!found) {
            LOGGER.atWarn()
                    .addKeyValue("bootstrapServers", bootstrapServers)
                    .log("No bootstrap server of Kafka can be found; looking again every second");
            connectLater(producer);
        }
        return producer;
    }

    private void forget(LateProducer producer) {
        publishers.remove(producer);
        watch.remove(producer);
    }

    private void renew(LateProducer producer) {
        // Others may wait for metadata with their first send
        producer.renew(publishers.contains(producer) ? warmTopics : Set.of(), WARM_UP_WITHIN);
    }

    private void connectLater(LateProducer producer) {
        connecting.schedule(() -> connectOrTryLater(producer), CONNECT_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void connectOrTryLater(LateProducer producer) {
        try {
            if (producer.connect()) {
                warmUp(producer);
                return;
            }
        } catch (RuntimeException e) {
            // Also what looks like a mistake: a file or a name that is missing now may be there a second later
            if (notPublishing.isDue(e.getMessage())) {
                LOGGER.atError()
                        .addKeyValue("reason", e.getMessage())
                        .log("Nothing can be published yet; trying again");
            }
        }
        connectLater(producer);
    }

    <C> C connect(Supplier<C> create) {
        try {
            return create.get();
        } catch (KafkaException e) {
            if (isLogin(e) || isUnknownHost(e)) {
                throw new KafkaUnavailableException("Kafka cannot be reached at " + bootstrapServers, e);
            }
            throw new KafkaStartException("pasar.kafka.properties: " + root(e).getMessage(), e);
        }
    }

    /** A login may need a server of its own (Kerberos, OAuth), which can be away like Kafka itself. */
    private static boolean isLogin(Throwable e) {
        return e != null && (e instanceof LoginException || isLogin(e.getCause()));
    }

    private static Throwable root(Throwable e) {
        return e.getCause() == null ? e : root(e.getCause());
    }

    /** By what Kafka says: to look the name up again could find it by now, and blame the properties. */
    private static boolean isUnknownHost(Throwable e) {
        return e != null
                && (e instanceof ConfigException && UNKNOWN_HOST.stream().anyMatch(e.getMessage()::startsWith)
                        || isUnknownHost(e.getCause()));
    }

    private static Map<String, Object> map(Properties properties) {
        Map<String, Object> map = new HashMap<>();
        properties.forEach((key, value) -> map.put(String.valueOf(key), value));
        return map;
    }
}
