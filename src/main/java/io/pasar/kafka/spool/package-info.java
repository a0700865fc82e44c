/** The local durable queue that takes events while Kafka does not answer. */
package io.pasar.kafka.spool;
