package io.pasar.inbound;

/**
 * What a delivery is about, and which event it is.
 *
 * @param entity what the event is about: order is kept per entity
 * @param id lower-case hex SHA-256, the same for every retry of the event: {@code ce_id}
 * @param strong whether consumers may always drop a repeat of the id; otherwise only within a short window
 * @param occurredAt when it happened, as the body says it; null if it does not
 */
record Identity(String entity, String id, boolean strong, String occurredAt) {

    String strength() {
        return strong ? "strong" : "weak";
    }
}
