package io.pasar.kafka;

import static org.awaitility.Awaitility.await;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** A broker that lets nobody in without a password, and the properties of those it knows. */
final class Sasl {

    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";

    private Sasl() {}

    static Map<String, String> brokerProperties() {
        return Map.of(
                "listener.security.protocol.map", "CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                "sasl.enabled.mechanisms", "PLAIN",
                "sasl.mechanism.inter.broker.protocol", "PLAIN",
                "listener.name.client.plain.sasl.jaas.config",
                        LOGIN + " username=\"broker\" password=\"b\" user_broker=\"b\" user_admin=\"a\""
                                + " user_gateway=\"g\";");
    }

    /** As above, and only {@code admin} may do anything without an ACL. */
    static Map<String, String> brokerPropertiesWithAcls() {
        Map<String, String> properties = new HashMap<>(brokerProperties());
        properties.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        properties.put("super.users", "User:broker;User:admin;User:ANONYMOUS");
        return properties;
    }

    /** Allows the user {@code gateway} these operations on what begins with this name. */
    static void allow(KafkaClients clients, ResourceType type, String name, AclOperation... operations)
            throws Exception {
        ResourcePattern pattern = new ResourcePattern(type, name, PatternType.PREFIXED);
        List<AclBinding> bindings = Arrays.stream(operations)
                .map(operation -> new AccessControlEntry("User:gateway", "*", operation, AclPermissionType.ALLOW))
                .map(entry -> new AclBinding(pattern, entry))
                .toList();
        try (Admin admin = clients.admin()) {
            admin.createAcls(bindings).all().get(60, TimeUnit.SECONDS);
            await().until(() -> admin.describeAcls(AclBindingFilter.ANY)
                    .values()
                    .get(60, TimeUnit.SECONDS)
                    .containsAll(bindings));
        }
    }

    static Map<String, String> clientProperties(String user, String password) {
        return Map.of(
                "security.protocol", "SASL_PLAINTEXT",
                "sasl.mechanism", "PLAIN",
                "sasl.jaas.config", LOGIN + " username=\"" + user + "\" password=\"" + password + "\";");
    }
}
