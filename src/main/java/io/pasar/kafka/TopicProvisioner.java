package io.pasar.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Sees to it that every topic of the gateway exists and takes what the gateway writes. As part of the start it waits up
 * to 5 s; when Kafka does not answer by then, the start goes on and this keeps trying in the background. Topics that
 * are wrong, or missing and not ours to create, stop the start. Afterwards it looks again every few minutes: a topic that
 * was deleted is created again, and one that was changed is a {@link #problem}. Safe for use by many threads.
 */
public final class TopicProvisioner implements SmartLifecycle {

    private static final Logger LOGGER = LoggerFactory.getLogger(TopicProvisioner.class);

    private static final Duration START_WITHIN = Duration.ofSeconds(5);
    private static final Duration TRY_WITHIN = Duration.ofSeconds(10);
    private static final Duration LEADERS_WITHIN = Duration.ofSeconds(4);
    private static final Duration TRY_EVERY = Duration.ofSeconds(3);
    private static final Duration CHECK_EVERY = Duration.ofMinutes(3);

    private static final int REPLICAS_TO_SPARE_ONE = 3;

    /**
     * Of each partition of the quarantine: whoever sends without a right signature shall fill no disk. Holds tens of
     * thousands of deliveries of a KB or two, a night of a client whose secret is wrong, and at six partitions less than
     * half a GiB. So little of one account is kept in a minute that it needs an hour to push out the others.
     */
    private static final long QUARANTINE_BYTES = 64L * 1024 * 1024;

    /**
     * Kafka deletes and compacts closed segments only, and by default one may be larger than all that is to be kept:
     * observations and replays, which every replica reads whole when it starts, are written over and over.
     */
    private static final long SMALL_SEGMENT_BYTES = 16L * 1024 * 1024;

    private final KafkaClients clients;
    private final KafkaConfiguration.Topics settings;
    private final Set<String> topics;
    private final Duration startWithin;
    private final Duration checkEvery;

    private final Notice notice = new Notice();

    /** Notices that would be the same every few minutes. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** Those who wait for topics that were added. */
    private final BlockingQueue<CompletableFuture<Void>> waiting = new LinkedBlockingQueue<>();

    private volatile String problem = "not checked yet";
    private volatile Thread worker;

    /** @param eventTopics topics of the configured event kinds; the gateway's own come on top */
    public TopicProvisioner(KafkaClients clients, KafkaConfiguration.Topics settings, Collection<String> eventTopics) {
        this(clients, settings, eventTopics, START_WITHIN, CHECK_EVERY);
    }

    TopicProvisioner(
            KafkaClients clients,
            KafkaConfiguration.Topics settings,
            Collection<String> eventTopics,
            Duration startWithin,
            Duration checkEvery) {
        this.startWithin = startWithin;
        this.checkEvery = checkEvery;
        this.clients = clients;
        this.settings = settings;
        this.topics = new ConcurrentSkipListSet<>(eventTopics);
        this.topics.addAll(List.of(
                Topics.QUARANTINE,
                Topics.REGISTRATIONS,
                Topics.REGISTRATION_EVENTS,
                Topics.OBSERVATIONS,
                Topics.COMMANDS,
                Topics.REPLAYS));
    }

    /** Why the topics are not ready; empty once they are. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /**
     * Sees to these topics too from now on, and waits until they can be written to. Of a topic that then is wrong the
     * log and the health check tell.
     *
     * @return false if that takes longer; they are tried on in the background
     */
    public boolean add(Collection<String> eventTopics, Duration within) {
        if (!topics.addAll(eventTopics)) {
            return true;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        waiting.add(done);
        try {
            done.get(within.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Nobody completes this with a failure", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Creates what is missing and checks what exists, once.
     *
     * @throws KafkaUnavailableException if Kafka does not answer in time
     * @throws KafkaStartException if a topic is wrong, or is missing and may not be created; one line for each
     */
    public void provision(Duration within) {
        Deadline deadline = Deadline.in(within);
        Admin admin = clients.admin();
        try {
            List<String> mistakes = new ArrayList<>();
            Map<String, TopicDescription> existing = new TreeMap<>();
            List<NewTopic> missing = new ArrayList<>();
            describe(admin, deadline, existing, missing, mistakes);
            create(admin, missing, deadline, mistakes);
            check(admin, existing, deadline, mistakes);
            awaitLeaders(admin, existing, missing);
            Rights.check(admin, missing, deadline, mistakes);
            if (!mistakes.isEmpty()) {
                throw new KafkaStartException(String.join(System.lineSeparator(), mistakes));
            }
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    @Override
    public void start() {
        CompletableFuture<Void> ready = new CompletableFuture<>();
        Thread thread = new Thread(() -> keepTrying(ready), "topic-provisioner");
        thread.setDaemon(true);
        worker = thread;
        thread.start();
        try {
            ready.get(startWithin.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // From now on a wrong topic is logged and shown by the health check: the start is over
            ready.cancel(false);
            LOGGER.atWarn()
                    .addKeyValue("bootstrapServers", clients.bootstrapServers())
                    .log("Kafka does not answer in time; the gateway starts, and its topics are checked later");
        } catch (ExecutionException e) {
            stop();
            throw e.getCause() instanceof KafkaStartException mistake
                    ? mistake
                    : new IllegalStateException("Topics cannot be checked", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        Thread thread = worker;
        worker = null;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return worker != null;
    }

    /** Before anything that receives: Camel's routes and the web server come later. */
    @Override
    public int getPhase() {
        return 0;
    }

    private void keepTrying(CompletableFuture<Void> ready) {
        List<CompletableFuture<Void>> added = new ArrayList<>();
        while (worker == Thread.currentThread()) {
            waiting.drainTo(added);
            try {
                provision(TRY_WITHIN);
                problem = null;
                clients.warmUp(topics);
                ready.complete(null);
                complete(added);
                pause(checkEvery, added);
                continue;
            } catch (KafkaStartException e) {
                if (!ready.completeExceptionally(e)) {
                    report(e);
                    // The other topics are all right, and their first events shall not fail
                    clients.warmUp(topics);
                    complete(added);
                }
            } catch (KafkaException e) {
                report(e);
            } catch (RuntimeException e) {
                ready.completeExceptionally(e);
                report(e);
            }
            pause(TRY_EVERY, added);
        }
    }

    private void report(RuntimeException e) {
        if (worker == null) {
            return;
        }
        problem = String.valueOf(e.getMessage());
        if (notice.isDue(problem)) {
            LOGGER.atWarn().addKeyValue("reason", problem).log("Topics are not ready; trying again");
        }
    }

    private static void complete(List<CompletableFuture<Void>> added) {
        added.forEach(waiter -> waiter.complete(null));
        added.clear();
    }

    /** Ends at once when topics are added. */
    private void pause(Duration time, List<CompletableFuture<Void>> added) {
        try {
            CompletableFuture<Void> waiter = waiting.poll(time.toMillis(), TimeUnit.MILLISECONDS);
            if (waiter != null) {
                added.add(waiter);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            worker = null;
        }
    }

    private void describe(
            Admin admin,
            Deadline deadline,
            Map<String, TopicDescription> existing,
            List<NewTopic> missing,
            List<String> mistakes) {
        admin.describeTopics(topics, Rights.TOLD).topicNameValues().forEach((topic, description) -> {
            try {
                existing.put(topic, deadline.get(description));
            } catch (UnknownTopicOrPartitionException e) {
                missing.add(wanted(topic));
            } catch (AuthorizationException e) {
                mistakes.add("Topic " + topic + " cannot be seen: " + Rights.grant(Rights.needed(topic)));
            }
        });
        existing.values().forEach(topic -> Rights.check(topic, mistakes));
    }

    private void create(Admin admin, List<NewTopic> missing, Deadline deadline, List<String> mistakes) {
        Set<String> created = new TreeSet<>();
        CreateTopicsResult creations = admin.createTopics(missing);
        creations.values().forEach((topic, creation) -> {
            try {
                deadline.get(creation);
                created.add(topic);
            } catch (TopicExistsException e) {
                // Another replica was faster, with the same settings
                LOGGER.atDebug().addKeyValue("topic", topic).log("Topic exists by now");
            } catch (AuthorizationException e) {
                mistakes.add("Topic " + topic + " is missing and this client may not create it: create it, or grant"
                        + " the ACL Create on it (or on the cluster).");
            } catch (InvalidReplicationFactorException e) {
                // A cluster that is just starting has too few brokers for a moment
                throw new KafkaUnavailableException(
                        "pasar.kafka.topics.replication-factor: topic " + topic + " cannot be created: "
                                + e.getMessage(),
                        e);
            } catch (RetriableException e) {
                throw e;
            } catch (KafkaException e) {
                mistakes.add("Topic " + topic + " cannot be created: " + e.getMessage());
            }
        });
        if (!created.isEmpty()) {
            LOGGER.atInfo().addKeyValue("topics", created).log("Topics created");
        }
        if (settings.replicationFactor() < 0) {
            created.forEach(topic -> requireTwoReplicas(admin, topic, creations, deadline));
        }
    }

    /**
     * With three replicas one broker may be away and an event still be on two; by default one alone may acknowledge.
     * After the creation, because only a created topic tells how many replicas the broker's default is.
     */
    private static void requireTwoReplicas(Admin admin, String topic, CreateTopicsResult creations, Deadline deadline) {
        try {
            if (deadline.get(creations.replicationFactor(topic)) < REPLICAS_TO_SPARE_ONE
                    || minInsyncReplicas(deadline.get(creations.config(topic))) > 1) {
                return;
            }
            AlterConfigOp two = new AlterConfigOp(
                    new ConfigEntry(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2"), AlterConfigOp.OpType.SET);
            deadline.get(admin.incrementalAlterConfigs(
                            Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(two)))
                    .all());
        } catch (KafkaException e) {
            // The topic works; the next check warns of it
            LOGGER.atWarn()
                    .addKeyValue("topic", topic)
                    .addKeyValue("reason", e.getMessage())
                    .log("Topic's min.insync.replicas cannot be set: where it has three replicas, set it to 2");
        }
    }

    /**
     * A broker knows a topic before it is ready to lead it, up to seconds when many are made at once; an event sent in
     * between could run out of time.
     */
    private void awaitLeaders(Admin admin, Map<String, TopicDescription> existing, List<NewTopic> created) {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        existing.values().forEach(topic -> topic.partitions()
                .forEach(partition ->
                        ends.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest())));
        for (NewTopic topic : created) {
            for (int partition = 0; partition < topic.numPartitions(); partition++) {
                ends.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
            }
        }
        try {
            Deadline.in(LEADERS_WITHIN).get(admin.listOffsets(ends).all());
        } catch (KafkaException e) {
            LOGGER.atWarn().addKeyValue("reason", e.getMessage()).log("Not every topic can be written to yet");
        }
    }

    private NewTopic wanted(String topic) {
        Map<String, String> config = new HashMap<>();
        config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(maxMessageBytes()));
        if (isCompacted(topic)) {
            config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
        } else {
            config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
            config.put(
                    TopicConfig.RETENTION_MS_CONFIG,
                    String.valueOf(settings.retention().toMillis()));
        }
        if (topic.equals(Topics.QUARANTINE)) {
            config.put(TopicConfig.RETENTION_BYTES_CONFIG, String.valueOf(QUARANTINE_BYTES));
        }
        if (topic.equals(Topics.QUARANTINE) || topic.equals(Topics.OBSERVATIONS) || topic.equals(Topics.REPLAYS)) {
            config.put(
                    TopicConfig.SEGMENT_BYTES_CONFIG, String.valueOf(Math.max(SMALL_SEGMENT_BYTES, maxMessageBytes())));
        }
        if (settings.replicationFactor() >= REPLICAS_TO_SPARE_ONE) {
            config.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2");
        }
        return new NewTopic(topic, settings.partitions(), settings.replicationFactor()).configs(config);
    }

    private void check(Admin admin, Map<String, TopicDescription> existing, Deadline deadline, List<String> mistakes) {
        existing.values().stream()
                .filter(topic -> topic.partitions().size() != settings.partitions())
                .filter(topic -> told.add("partitions of " + topic.name()))
                .forEach(topic -> LOGGER.atInfo()
                        .addKeyValue("topic", topic.name())
                        .addKeyValue("partitions", topic.partitions().size())
                        .addKeyValue("configured", settings.partitions())
                        .log("Topic keeps its number of partitions"));
        Set<ConfigResource> resources = existing.keySet().stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .collect(Collectors.toSet());
        admin.describeConfigs(resources).values().forEach((resource, config) -> {
            try {
                check(existing.get(resource.name()), deadline.get(config), mistakes);
            } catch (AuthorizationException e) {
                if (told.add("limits of " + resource.name())) {
                    LOGGER.atWarn()
                            .addKeyValue("topic", resource.name())
                            .log("Topic's limits cannot be checked without the ACL DescribeConfigs on it");
                }
            }
        });
    }

    private void check(TopicDescription description, Config config, List<String> mistakes) {
        String topic = description.name();
        if (replicas(description) > 1 && minInsyncReplicas(config) == 1 && told.add("replicas of " + topic)) {
            LOGGER.atWarn()
                    .addKeyValue("topic", topic)
                    .addKeyValue("replicas", replicas(description))
                    .log(
                            "One broker alone may acknowledge an event, and lose it: set the topic's min.insync.replicas=2");
        }
        long maxBytes =
                Long.parseLong(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
        if (maxBytes < maxMessageBytes()) {
            mistakes.add("Topic " + topic + " has max.message.bytes=" + maxBytes + ", but needs " + maxMessageBytes()
                    + " (pasar.kafka.topics.max-message-bytes): alter the topic or lower the setting.");
        }
        String policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
        String wanted = isCompacted(topic) ? TopicConfig.CLEANUP_POLICY_COMPACT : TopicConfig.CLEANUP_POLICY_DELETE;
        if (!policy.equals(wanted)) {
            mistakes.add("Topic " + topic + " has cleanup.policy=" + policy + ", but needs " + wanted + ": "
                    + (isCompacted(topic) ? "what is known of an account or a replay" : "events of the same key")
                    + " would be lost. Alter the topic.");
        }
    }

    private static int replicas(TopicDescription topic) {
        return topic.partitions().stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(0);
    }

    private static int minInsyncReplicas(Config config) {
        return Integer.parseInt(
                config.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG).value());
    }

    private long maxMessageBytes() {
        return settings.maxMessageBytes().toBytes();
    }

    private static boolean isCompacted(String topic) {
        return topic.equals(Topics.REGISTRATIONS) || topic.equals(Topics.OBSERVATIONS) || topic.equals(Topics.REPLAYS);
    }
}
