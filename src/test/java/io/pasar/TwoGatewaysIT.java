package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pasar.ReplacingMarketplaces.Call;
import io.pasar.kafka.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gateways as processes, which are killed where it hurts: between the marketplace's yes and our record. */
@Timeout(600)
class TwoGatewaysIT {

    private static final Logger LOGGER = LoggerFactory.getLogger(TwoGatewaysIT.class);

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String SECRET = "0123456789abcdef0123456789ABCDEF";
    private static final String FOREIGN = "https://crm.example/c";
    private static final List<String> TOKOPEDIA =
            IntStream.range(0, 8).mapToObj(i -> "tokopedia/1300" + i).toList();
    private static final List<String> TIKI =
            IntStream.range(0, 4).mapToObj(i -> "tiki/p" + i).toList();

    /** With the 6 partitions and 3 consumers of a gateway, these two are worked on at the same time. */
    private static final List<String> APART = List.of("tokopedia/13004", "tiki/p1");

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private ReplacingMarketplaces marketplaces;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start(directory.resolve("broker"), 0);
        marketplaces = new ReplacingMarketplaces();
    }

    @AfterEach
    void stop() {
        marketplaces.close();
        broker.close();
    }

    @Test
    void oneTakesOverFromAnotherThatIsKilledAtWork() throws Exception {
        TOKOPEDIA.forEach(this::registerForeign);
        try (GatewayProcess one = gateway("one", keys());
                GatewayProcess other = gateway("other", keys())) {
            // Given
            one.awaitStarted();
            other.awaitStarted();
            awaitAllRegistered(one);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(replicasAtWork()).containsExactlyInAnyOrder("one", "other"));
            AtomicReference<String> victim = new AtomicReference<>();
            marketplaces.hold(
                    call -> call.replica().equals(victim.updateAndGet(known -> known == null ? call.replica() : known))
                            && marketplaces.held().isEmpty());
            blankOurs();

            // When
            await().atMost(SOON).until(() -> !marketplaces.held().isEmpty());
            GatewayProcess killed = victim.get().equals("one") ? one : other;
            GatewayProcess survivor = victim.get().equals("one") ? other : one;
            killed.kill();
            long killedAt = System.nanoTime();
            marketplaces.isDead(victim.get());
            int before = marketplaces.calls().size();
            blankOurs();

            // Then
            awaitAllRegistered(survivor);
            LOGGER.atInfo()
                    .addKeyValue(
                            "seconds",
                            Duration.ofNanos(System.nanoTime() - killedAt).toSeconds())
                    .log("Every account was taken over");
            assertThat(marketplaces.overlaps()).isEmpty();
            assertThat(marketplaces.calls().stream().skip(before).map(Call::key))
                    .containsAll(TOKOPEDIA);
        }
    }

    @Test
    void convergesAfterACrashBetweenTheMarketplacesYesAndOurRecord() throws Exception {
        // Given
        registerForeign(APART.get(0));
        marketplaces.giveTokens(false);
        try (GatewayProcess first = gateway("first", APART)) {
            first.awaitStarted();
            // One that is held at work before the others have joined would keep them waiting
            CommandGroup.awaitJoined(1, broker.bootstrapServers());
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(first.states().values()).containsOnly("failing"));
            marketplaces.hold(call -> call.replica().equals("first"));
            marketplaces.giveTokens(true);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(marketplaces.held().stream().map(Call::key))
                            .containsExactlyInAnyOrderElementsOf(APART));

            // When
            first.kill();
            marketplaces.isDead("first");
        }
        try (GatewayProcess second = gateway("second", APART)) {
            second.awaitStarted();

            // Then
            awaitAllRegistered(second);
            for (String key : APART) {
                assertThat(second.registration(key).path("plan").path("changes"))
                        .isEmpty();
                assertThat(second.registration(key).path("recorded").path("webhooks"))
                        .isNotEmpty();
                assertThat(marketplaces.writes(key)).as(key).isEqualTo(2);
            }
            assertThat(marketplaces
                            .stored(APART.get(0))
                            .path("product_creation_url")
                            .asText())
                    .endsWith("/product-creation");
        }
    }

    private void awaitAllRegistered(GatewayProcess gateway) {
        await().atMost(SOON).untilAsserted(() -> {
            Map<String, String> states = gateway.states();
            assertThat(states).isNotEmpty();
            states.forEach((key, state) -> {
                assertThat(state).as(key).isEqualTo(key.startsWith("tiki") ? "asserted" : "in-sync");
                if (key.startsWith("tokopedia")) {
                    assertThat(marketplaces.stored(key).path("order_status_url").asText())
                            .isEqualTo("https://gw.example/webhooks/" + key + "/order-status");
                    assertThat(marketplaces
                                    .stored(key)
                                    .path("chat_notification_url")
                                    .asText())
                            .isEqualTo(FOREIGN);
                }
            });
        });
    }

    private void registerForeign(String key) {
        marketplaces.stored(key).put("chat_notification_url", FOREIGN);
    }

    private void blankOurs() {
        TOKOPEDIA.forEach(key -> marketplaces.stored(key).put("order_status_url", ""));
    }

    private List<String> replicasAtWork() {
        List<Call> calls = marketplaces.calls();
        return calls.subList(Math.max(0, calls.size() - 40), calls.size()).stream()
                .map(Call::replica)
                .distinct()
                .toList();
    }

    private GatewayProcess gateway(String name, List<String> keys) throws Exception {
        return GatewayProcess.start(name, directory, broker.bootstrapServers(), configuration(keys));
    }

    private static List<String> keys() {
        return Stream.concat(TOKOPEDIA.stream(), TIKI.stream()).toList();
    }

    private String configuration(List<String> keys) {
        return """
                camel.component.http: {response-timeout: 120000, so-timeout: 120000}
                pasar:
                  public-url: https://gw.example
                  registration: {every: 1s}
                  marketplaces:
                    tiki: {api-url: "URL", token-url: "URL/token"}
                    tokopedia: {api-url: "URL", token-url: "URL/token"}
                  accounts:
                """
                        .replace("URL", marketplaces.url())
                + keys.stream().map(TwoGatewaysIT::account).collect(Collectors.joining());
    }

    private static String account(String key) {
        String[] names = key.split("/");
        boolean tiki = names[0].equals("tiki");
        return "    - {marketplace: %s, id: \"%s\", client-id: me, client-secret: it-is-me, webhook-secrets: [%s], %s}%n"
                .formatted(
                        names[0],
                        names[1],
                        SECRET,
                        tiki ? "events: [order], warehouses: [sgn3]" : "events: [order-status, product-creation]");
    }
}
