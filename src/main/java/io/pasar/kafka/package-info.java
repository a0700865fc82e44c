/** Everything that speaks to Kafka: clients, topics, the embedded broker. Knows no other package. */
package io.pasar.kafka;
