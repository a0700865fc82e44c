package io.pasar.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.common.KafkaFuture;
import org.junit.jupiter.api.Test;

class ProducerWatchTest {

    private final LateProducer first = late();
    private final LateProducer second = late();
    private final List<LateProducer> renewed = new ArrayList<>();
    private final ProducerWatch watch = new ProducerWatch(ProducerWatchTest::answering, this::renew);

    @Test
    void renewsTheOthersWhereOneCannotBeRenewed() {
        // Given
        watch.add(first);
        watch.add(second);

        // When
        await().until(() -> {
            watch.check();
            return !renewed.isEmpty();
        });

        // Then
        assertThat(renewed).containsOnly(second);
    }

    private void renew(LateProducer producer) {
        if (producer == first) {
            throw new KafkaStartException("pasar.kafka.properties: truststore.p12 is missing");
        }
        renewed.add(producer);
    }

    private static LateProducer late() {
        LateProducer late = mock(LateProducer.class);
        when(late.waiting()).thenReturn(Duration.ofMinutes(1));
        when(late.patience()).thenReturn(Duration.ofSeconds(5));
        return late;
    }

    private static Admin answering() {
        DescribeClusterResult cluster = mock(DescribeClusterResult.class);
        when(cluster.nodes()).thenReturn(KafkaFuture.completedFuture(List.of()));
        Admin admin = mock(Admin.class);
        when(admin.describeCluster(any())).thenReturn(cluster);
        return admin;
    }
}
