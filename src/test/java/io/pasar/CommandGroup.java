package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.ConsumerGroupState;

/** The consumer group that hands the work on accounts, and on replays, to one gateway each. */
final class CommandGroup {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final int CONSUMERS = 3;

    private CommandGroup() {}

    /** Until the consumers of so many gateways have joined: whoever joins later takes work from another. */
    static void awaitJoined(int gateways, String bootstrapServers) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            await().atMost(SOON).untilAsserted(() -> {
                ConsumerGroupDescription group = admin.describeConsumerGroups(List.of("pasar"))
                        .describedGroups()
                        .get("pasar")
                        .get();
                assertThat(group.state()).isEqualTo(ConsumerGroupState.STABLE);
                assertThat(group.members()).hasSize(gateways * CONSUMERS);
            });
        }
    }
}
