package io.pasar.kafka;

import java.util.HashMap;
import java.util.Map;

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

    static Map<String, String> clientProperties(String user, String password) {
        return Map.of(
                "security.protocol", "SASL_PLAINTEXT",
                "sasl.mechanism", "PLAIN",
                "sasl.jaas.config", LOGIN + " username=\"" + user + "\" password=\"" + password + "\";");
    }
}
