package io.pasar.kafka;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.StringUtils;

/** What Kafka must let this client do, and what it says of that. */
final class Rights {

    private static final Logger LOGGER = LoggerFactory.getLogger(Rights.class);

    /** What the gateway reads all the time; a replay or a release that may not read another topic says so itself. */
    private static final Set<String> READ = Set.of(
            Topics.REGISTRATIONS, Topics.REGISTRATION_EVENTS, Topics.OBSERVATIONS, Topics.COMMANDS, Topics.REPLAYS);

    /** Has Kafka tell what this client may do. */
    static final DescribeTopicsOptions TOLD = new DescribeTopicsOptions().includeAuthorizedOperations(true);

    private Rights() {}

    /** Whoever may create a topic may not therefore write to it. */
    static void check(Admin admin, List<NewTopic> created, Deadline deadline, List<String> mistakes) {
        if (created.isEmpty()) {
            return;
        }
        List<String> names = created.stream().map(NewTopic::name).toList();
        admin.describeTopics(names, TOLD).topicNameValues().values().forEach(description -> {
            try {
                check(deadline.get(description), mistakes);
            } catch (KafkaException e) {
                LOGGER.atDebug().addKeyValue("reason", e.getMessage()).log("Kafka does not tell of a new topic yet");
            }
        });
    }

    static void check(TopicDescription topic, List<String> mistakes) {
        if (isKnown(topic.authorizedOperations())) {
            Set<AclOperation> lacking = needed(topic.name());
            lacking.removeAll(topic.authorizedOperations());
            if (!lacking.isEmpty()) {
                mistakes.add("Topic " + topic.name() + " cannot be used: " + grant(lacking));
            }
        }
    }

    static Set<AclOperation> needed(String topic) {
        return READ.contains(topic)
                ? EnumSet.of(AclOperation.READ, AclOperation.WRITE)
                : EnumSet.of(AclOperation.WRITE);
    }

    /** Not by brokers that are too old to tell. */
    private static boolean isKnown(Set<AclOperation> allowed) {
        return allowed != null && !allowed.isEmpty();
    }

    static String grant(Set<AclOperation> lacking) {
        return lacking.stream()
                .map(operation -> StringUtils.capitalize(operation.name().toLowerCase(Locale.ROOT)))
                .collect(Collectors.joining(" and ", "grant this client the ACL ", " on it."));
    }
}
