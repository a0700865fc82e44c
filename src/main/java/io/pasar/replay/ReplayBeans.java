package io.pasar.replay;

import io.pasar.inbound.QuarantineRelease;
import io.pasar.kafka.KafkaClients;
import io.pasar.kafka.Topics;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ReplayBeans {

    /** Whoever owns a replay's part of the commands carries it out: another does when that replica is gone. */
    @Bean(initMethod = "start", destroyMethod = "close")
    Replays replays(KafkaClients clients, QuarantineRelease quarantineRelease, Clock clock) {
        return new Replays(clients, quarantineRelease::send, clients.share(Topics.COMMANDS)::owns, clock);
    }

    @Bean
    Quarantine quarantine(KafkaClients clients, Replays replays) {
        return new Quarantine(clients, replays);
    }
}
