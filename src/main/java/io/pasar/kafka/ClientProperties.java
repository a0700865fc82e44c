package io.pasar.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of every Kafka client: our defaults, then {@code pasar.kafka.properties}, then what the gateway's
 * promises rest on, which {@code pasar.kafka.properties} is refused to name.
 */
final class ClientProperties {

    private static final Logger LOGGER = LoggerFactory.getLogger(ClientProperties.class);

    private static final String KEY = "pasar.kafka.properties.";

    private static final Map<String, String> REFUSED = refused();

    private final String bootstrapServers;
    private final Map<String, String> configured;
    private final int acknowledgeWithin;
    private final int maxMessageBytes;

    /** @throws KafkaStartException if a property is refused, or Kafka cannot read its value */
    ClientProperties(KafkaConfiguration configuration, String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.configured = configuration.properties();
        this.acknowledgeWithin =
                Math.toIntExact(configuration.acknowledgeWithin().toMillis());
        this.maxMessageBytes =
                Math.toIntExact(configuration.topics().maxMessageBytes().toBytes());
        SortedMap<String, String> mistakes = mistakes(configured);
        if (!mistakes.isEmpty()) {
            throw new KafkaStartException(mistakes.entrySet().stream()
                    .map(mistake -> mistake.getKey() + " " + mistake.getValue())
                    .collect(Collectors.joining(System.lineSeparator())));
        }
        warnOfUnknown();
    }

    Map<String, Object> admin() {
        return common();
    }

    Map<String, Object> consumer(Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.putAll(common());
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.putAll(more);
        return withoutCreatingTopics(properties);
    }

    /** A consumer of Camel keeps what its route says about offsets and types. */
    Map<String, Object> camelConsumer(Map<String, Object> fromRoute) {
        Map<String, Object> properties = new HashMap<>(fromRoute);
        properties.putAll(common());
        return withoutCreatingTopics(properties);
    }

    /** For records that may wait a few seconds, and callers that may block as long. */
    Map<String, Object> producer(Map<String, Object> more) {
        Map<String, Object> properties = common();
        properties.putAll(promises());
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        properties.putAll(more);
        return properties;
    }

    /** For the path of a webhook: never blocks its caller, and gives up when the event's time is over. */
    Map<String, Object> publisher(Map<String, Object> fromRoute) {
        Map<String, Object> properties = new HashMap<>(fromRoute);
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 64 * 1024);
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 64L * 1024 * 1024);
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        // A broker that comes back is found within a fifth of a second; each try costs one connect
        properties.put(ProducerConfig.RECONNECT_BACKOFF_MS_CONFIG, 20);
        properties.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200);
        properties.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 20);
        properties.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 100);
        properties.put(ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 1_000L);
        properties.put(ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, 2_000L);
        properties.putAll(common());
        properties.putAll(promises());
        // No thread waits for metadata or memory: the send fails instead
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0);
        // So no topic may be forgotten, however rare its events are
        properties.put(
                ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(365).toMillis());
        // Sent at once, but few at a time: while two are in flight the next batch fills by itself, which costs client
        // and broker less than many small ones. Waiting on purpose would only cost latency
        properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 2);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, acknowledgeWithin);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, acknowledgeWithin);
        return properties;
    }

    private Map<String, Object> common() {
        Map<String, Object> properties = new HashMap<>();
        // When every known broker is gone (all replaced, or on other addresses), ask the configured ones again
        properties.put(AdminClientConfig.METADATA_RECOVERY_STRATEGY_CONFIG, "rebootstrap");
        properties.putAll(configured);
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return properties;
    }

    private Map<String, Object> promises() {
        Map<String, Object> properties = new HashMap<>();
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
        properties.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        properties.put(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, false);
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, maxMessageBytes);
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return properties;
    }

    private static Map<String, Object> withoutCreatingTopics(Map<String, Object> properties) {
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return properties;
    }

    /**
     * What is wrong with {@code pasar.kafka.properties}, by key: what is refused, and values that Kafka's clients cannot
     * read. What depends on several of them, or on files, only a client tells.
     */
    static SortedMap<String, String> mistakes(Map<String, String> configured) {
        SortedMap<String, String> mistakes = new TreeMap<>();
        configured.forEach((key, value) -> {
            if (REFUSED.containsKey(key)) {
                mistakes.put(KEY + key, "cannot be set: " + REFUSED.get(key));
            } else {
                unreadable(key, value).ifPresent(mistake -> mistakes.put(KEY + key, mistake));
            }
        });
        return mistakes;
    }

    private static Optional<String> unreadable(String key, String value) {
        if (key.equals(SaslConfigs.SASL_JAAS_CONFIG)) {
            return value.isBlank() || isJaas(value)
                    ? Optional.empty()
                    : Optional.of("is not understood; write some.LoginModule required key=\"value\" …; with a \\ before"
                            + " each \" in a value");
        }
        return Stream.of(AdminClientConfig.configDef(), ConsumerConfig.configDef(), ProducerConfig.configDef())
                .flatMap(definition -> definition.validate(Map.of(key, value)).stream())
                .filter(checked -> checked.name().equals(key))
                .flatMap(checked -> checked.errorMessages().stream())
                .findFirst();
    }

    /** Without what Kafka says of it: that can hold a part of a password. */
    private static boolean isJaas(String value) {
        try {
            JaasContext.loadClientContext(Map.of(SaslConfigs.SASL_JAAS_CONFIG, new Password(value)));
            return true;
        } catch (KafkaException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Not refused: plug-ins of the client (login handlers, interceptors) are given their own keys this way. */
    private void warnOfUnknown() {
        configured.keySet().stream()
                .filter(key -> !AdminClientConfig.configNames().contains(key)
                        && !ConsumerConfig.configNames().contains(key)
                        && !ProducerConfig.configNames().contains(key))
                .forEach(key -> LOGGER.atWarn()
                        .addKeyValue("key", KEY + key)
                        .log("Not a setting of Kafka's clients; misspelt unless a plug-in reads it"));
    }

    private static Map<String, String> refused() {
        Map<String, String> refused = new HashMap<>();
        refused.put("bootstrap.servers", "set pasar.kafka.bootstrap-servers");
        String bytes = "records are written and read as the bytes they are";
        refused.put("key.serializer", bytes);
        refused.put("value.serializer", bytes);
        refused.put("key.deserializer", bytes);
        refused.put("value.deserializer", bytes);
        String acknowledged = "an event counts as published only when all in-sync replicas have it, once";
        refused.put("acks", acknowledged);
        refused.put("enable.idempotence", acknowledged);
        refused.put("retries", acknowledged);
        refused.put("max.in.flight.requests.per.connection", acknowledged);
        refused.put("transactional.id", acknowledged);
        String within = "pasar.kafka.acknowledge-within decides how long an event may take";
        refused.put("max.block.ms", within);
        refused.put("delivery.timeout.ms", within);
        refused.put("request.timeout.ms", within);
        refused.put("linger.ms", within);
        refused.put("metadata.max.idle.ms", "the first event of a topic after a quiet time must not fail");
        String order = "events of one key stay in order, in one partition";
        refused.put("partitioner.class", order);
        refused.put("partitioner.ignore.keys", order);
        refused.put("max.request.size", "set pasar.kafka.topics.max-message-bytes");
        String group = "each consumer of the gateway decides for itself what it reads";
        refused.put("group.id", group);
        refused.put("group.instance.id", group);
        refused.put("enable.auto.commit", group);
        refused.put("auto.offset.reset", group);
        refused.put("isolation.level", group);
        refused.put("allow.auto.create.topics", "topics are created on purpose, with their limits checked");
        return Map.copyOf(refused);
    }
}
