package io.pasar.registration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.PublicUrl;
import io.pasar.marketplace.Listing;
import io.pasar.marketplace.RegistrationRequest;
import io.pasar.marketplace.TestAccounts;
import io.pasar.marketplace.tokopedia.ModelTokopedia;
import io.pasar.registration.Plan.Action;
import io.pasar.registration.Plan.Change;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * What must hold whatever others have registered: the plan and the merge together, over a marketplace that replaces
 * everything with each write and does not show all of it.
 */
class TokopediaMergeTest {

    private static final PublicUrl PUBLIC_URL = new PublicUrl(URI.create("https://gw.example"));
    private static final String OURS = "https://gw.example/webhooks/tokopedia/13004/";
    private static final Instant NOW = Instant.parse("2031-02-03T04:05:06Z");
    private static final Duration REASSERT = Duration.ofHours(6);
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static final List<String> LISTED = List.of(
            "order-notification",
            "order-cancellation",
            "order-status",
            "order-request-cancellation",
            "chat-notification",
            "product-changes",
            "campaign-notification",
            "order-partial-fulfillment");
    private static final List<String> UNLISTED =
            List.of("product-creation", "product-edit", "product-discussion", "order-actions");

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void neverLosesOrChangesWhatIsNotOurs(@ForAll("worlds") World world) {
        // Given
        ObjectNode before = world.marketplace.stored();

        // When
        world.apply(NOW);

        // Then
        world.foreignFields(before)
                .forEach(field ->
                        assertThat(world.marketplace.field(field)).as(field).isEqualTo(before.path(field)));
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void registersWhatIsWantedAndBlanksWhatOfOursIsNot(@ForAll("worlds") World world) {
        // When
        world.apply(NOW);

        // Then
        for (String kind : LISTED) {
            boolean wanted = world.account.events().contains(kind);
            String url = world.marketplace.field(field(kind)).asText("");
            assertThat(url.equals(OURS + kind)).as(kind).isEqualTo(wanted);
        }
        assertThat(world.marketplace.field("webhook_secret").asText()).isEqualTo(TestAccounts.TOKOPEDIA_SECRET);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void sendsWithEveryWriteWhatTheListDoesNotShow(@ForAll("worlds") World world) {
        // When
        boolean written = world.apply(NOW);

        // Then
        for (String kind : UNLISTED) {
            String carriedOver = world.account.carryOver().get(field(kind));
            String wanted = world.account.events().contains(kind) ? OURS + kind : carriedOver;
            if (written && world.hidden.contains(kind) && wanted != null) {
                assertThat(world.marketplace.field(field(kind)).asText())
                        .as(kind)
                        .isEqualTo(wanted);
            }
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void givesAFieldThatWasOursToWhomTheAccountNames(@ForAll("worlds") World world) {
        // When
        world.apply(NOW);

        // Then
        world.account.carryOver().forEach((field, url) -> assertThat(
                        world.marketplace.field(field).asText())
                .as(field)
                .doesNotStartWith(OURS));
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void hasNothingLeftToDoAfterAnApply(@ForAll("worlds") World world) {
        // When
        world.apply(NOW);

        // Then
        assertThat(world.plan(NOW).changes()).isEmpty();
        assertThat(world.plan(NOW.plus(REASSERT)).changes())
                .extracting(Change::action)
                .doesNotContain(Action.SET, Action.CHANGE);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void changesNothingTheSecondTime(@ForAll("worlds") World world) {
        // Given
        world.apply(NOW);
        ObjectNode once = withoutBlank(world.marketplace.stored());

        // When
        world.write(NOW);

        // Then
        assertThat(withoutBlank(world.marketplace.stored())).isEqualTo(once);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void plansExactlyWhatAWriteChanges(@ForAll("worlds") World world) {
        // Given
        Map<String, String> before = world.visibleUrls();
        Plan plan = world.plan(NOW);

        // When
        world.apply(NOW);

        // Then
        Map<String, String> after = world.visibleUrls();
        Map<String, Change> planned = plan.changes().stream()
                .filter(change -> change.action() == Action.SET || change.action() == Action.CHANGE)
                .filter(change -> LISTED.contains(change.field()))
                .collect(Collectors.toMap(Change::field, change -> change));
        for (String kind : LISTED) {
            if (world.account.carryOver().containsKey(field(kind))) {
                continue;
            }
            if (before.get(kind).equals(after.get(kind))) {
                assertThat(planned).doesNotContainKey(kind);
            } else {
                assertThat(blank(planned.get(kind).from())).isEqualTo(before.get(kind));
                assertThat(blank(planned.get(kind).to())).isEqualTo(after.get(kind));
            }
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void showsSecretsAsFingerprintsOnly(@ForAll("worlds") World world) {
        assertThat(world.plan(NOW).toString()).doesNotContain(TestAccounts.TOKOPEDIA_SECRET, "their-secret");
    }

    @Provide
    Arbitrary<World> worlds() {
        Arbitrary<Set<String>> hidden = Arbitraries.of(UNLISTED).set();
        return Combinators.combine(
                        stored(),
                        hidden,
                        accounts(),
                        accounts(),
                        Arbitraries.integers().between(-1, 9))
                .as(World::new);
    }

    private static Arbitrary<ObjectNode> stored() {
        Arbitrary<Map<String, JsonNode>> known = Arbitraries.maps(
                Arbitraries.of(concat(LISTED, UNLISTED)),
                Arbitraries.of(JSON.textNode(""), JSON.textNode("ours"), JSON.textNode("theirs"), JSON.nullNode()));
        Arbitrary<Map<String, JsonNode>> unknown = Arbitraries.maps(
                        Arbitraries.of("new_thing_url", "version", "note", "x_url", "settings", "Odd Name"), values())
                .ofMaxSize(4);
        Arbitrary<JsonNode> secret = Arbitraries.of(
                JSON.textNode(TestAccounts.TOKOPEDIA_SECRET),
                JSON.textNode("their-secret"),
                JSON.textNode(""),
                JSON.nullNode());
        return Combinators.combine(known, unknown, secret).as((urls, others, key) -> {
            ObjectNode stored = JSON.objectNode();
            urls.forEach((kind, whose) -> stored.set(field(kind), url(kind, whose)));
            others.forEach(stored::set);
            return stored.set("webhook_secret", key);
        });
    }

    /** Any type of JSON, as a field that nobody has heard of may have. */
    private static Arbitrary<JsonNode> values() {
        Arbitrary<JsonNode> simple = Arbitraries.oneOf(
                Arbitraries.strings()
                        .ascii()
                        .ofMinLength(1)
                        .ofMaxLength(12)
                        .map(text -> JSON.textNode("https://other.example/" + text)),
                Arbitraries.strings().ofMinLength(1).ofMaxLength(8).map(JSON::textNode),
                Arbitraries.longs().map(JsonNodeFactory.instance::numberNode).map(JsonNode.class::cast),
                Arbitraries.bigIntegers()
                        .between(BigInteger.TEN.pow(19), BigInteger.TEN.pow(40))
                        .map(JSON::numberNode),
                Arbitraries.bigDecimals()
                        .ofScale(3)
                        .map(BigDecimal::stripTrailingZeros)
                        .map(JSON::numberNode),
                Arbitraries.of(true, false).map(JSON::booleanNode));
        return Arbitraries.oneOf(
                simple,
                simple.list().ofMaxSize(3).map(list -> JSON.arrayNode().addAll(list)),
                simple.map(value -> JSON.objectNode().set("within", value)));
    }

    private static Arbitrary<Account> accounts() {
        Arbitrary<Set<String>> events =
                Arbitraries.of(concat(LISTED, UNLISTED)).set().ofMinSize(1);
        Arbitrary<Set<String>> carried =
                Arbitraries.of(concat(LISTED, UNLISTED)).set().ofMaxSize(3);
        return Combinators.combine(events, carried).as((wanted, others) -> {
            Map<String, String> carryOver = new HashMap<>();
            others.stream()
                    .filter(kind -> !wanted.contains(kind))
                    .forEach(kind -> carryOver.put(field(kind), "https://other.example/" + kind));
            return TestAccounts.tokopedia("13004", OnDrift.REPAIR, carryOver, wanted.toArray(String[]::new));
        });
    }

    private static JsonNode url(String kind, JsonNode whose) {
        return switch (whose.asText()) {
            case "ours" -> JSON.textNode(OURS + kind);
            case "theirs" -> JSON.textNode("https://other.example/" + kind);
            default -> whose;
        };
    }

    private static String field(String kind) {
        return kind.replace('-', '_') + "_url";
    }

    /** Where nothing is registered, a field may be blank, null or missing: to the marketplace it is the same. */
    private static ObjectNode withoutBlank(ObjectNode stored) {
        concat(LISTED, UNLISTED).stream()
                .map(TokopediaMergeTest::field)
                .filter(field -> stored.path(field).isNull()
                        || stored.path(field).asText().isEmpty())
                .forEach(stored::remove);
        return stored;
    }

    private static String blank(String url) {
        return url == null ? "" : url;
    }

    private static List<String> concat(List<String> one, List<String> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }

    /** One account at one marketplace, and what we remember of an earlier configuration of it. */
    private static final class World {
        private final Set<String> hidden;
        private final ModelTokopedia marketplace;
        private final Account account;
        private final DesiredRegistration desired;
        private Sent sent;

        /** @param sentHoursAgo when the earlier configuration was sent; below 0: nothing was ever sent */
        World(ObjectNode stored, Set<String> hidden, Account account, Account earlier, int sentHoursAgo) {
            this.hidden = hidden;
            this.marketplace = new ModelTokopedia(
                    stored, hidden.stream().map(TokopediaMergeTest::field).collect(Collectors.toSet()));
            this.account = account;
            this.desired = DesiredRegistration.of(account, PUBLIC_URL);
            this.sent = sentHoursAgo < 0
                    ? null
                    : Sent.of(
                            DesiredRegistration.of(earlier, PUBLIC_URL),
                            NOW.minus(Duration.ofHours(sentHoursAgo)),
                            null);
        }

        Plan plan(Instant now) {
            Listing listed = marketplace.list(account);
            return Planner.plan(desired, listed, Views.secret(account, listed), sent, now, REASSERT);
        }

        boolean apply(Instant now) {
            boolean writes = !plan(now).isEmpty();
            if (writes) {
                write(now);
            }
            return writes;
        }

        void write(Instant now) {
            Listing sentBack = Planner.withoutUnwanted(desired, marketplace.list(account), sent);
            marketplace.register(new RegistrationRequest(account, desired.webhooks(), sentBack));
            sent = Sent.of(desired, now, null);
        }

        /** By kind; an empty text where nothing is registered, however that is shown. */
        Map<String, String> visibleUrls() {
            Map<String, String> urls = new TreeMap<>();
            LISTED.forEach(kind -> urls.put(kind, marketplace.field(field(kind)).asText("")));
            urls.replaceAll((kind, url) -> "null".equals(url) ? "" : url);
            return urls;
        }

        /** Everything that the list shows and that is neither wanted nor a URL of ours. */
        List<String> foreignFields(ObjectNode before) {
            Map<String, JsonNode> fields = new TreeMap<>();
            before.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
            fields.remove("webhook_secret");
            concat(LISTED, UNLISTED).forEach(kind -> {
                JsonNode url = before.path(field(kind));
                boolean foreign = url.asText("").startsWith("https://other.example/")
                        && !hidden.contains(kind)
                        && !account.events().contains(kind);
                if (!foreign) {
                    fields.remove(field(kind));
                }
            });
            return List.copyOf(fields.keySet());
        }

        @Override
        public String toString() {
            return account.events() + " " + account.carryOver() + " over " + marketplace.stored() + " without " + hidden
                    + " after " + sent;
        }
    }
}
