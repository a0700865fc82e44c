package io.pasar.kafka.spool;

import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/** Down when an event can go nowhere: Kafka is away and the spool takes none. */
final class SpoolHealthIndicator extends AbstractHealthIndicator {

    private final Spool spool;

    SpoolHealthIndicator(Spool spool) {
        this.spool = spool;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        SpoolStatus status = spool.status();
        builder.status(status.taking() || !status.kafkaAway() ? "UP" : "DOWN")
                .withDetail("taking", status.taking())
                .withDetail("kafkaAway", status.kafkaAway())
                .withDetail("events", status.events())
                .withDetail("bytes", status.bytes())
                .withDetail("setAside", status.setAsideEvents())
                .withDetail("tooOld", status.tooOld())
                .withDetail("damaged", status.damaged());
        if (status.oldest() != null) {
            builder.withDetail("spoolingSince", status.oldest());
        }
    }
}
