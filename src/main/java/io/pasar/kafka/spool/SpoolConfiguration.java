package io.pasar.kafka.spool;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How much the spool may hold, {@code pasar.spool}.
 *
 * @param maxSize of all events in it, those set aside included; one more is answered 503
 * @param maxAge of the oldest event; an older one is an alarm and nothing else: nothing is ever deleted for its age
 */
public record SpoolConfiguration(
        @DefaultValue("1GB") @NotNull DataSize maxSize, @DefaultValue("1h") @NotNull Duration maxAge) {}
