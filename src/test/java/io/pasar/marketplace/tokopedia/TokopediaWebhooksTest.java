package io.pasar.marketplace.tokopedia;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.Secret;
import io.pasar.marketplace.Listing;
import io.pasar.marketplace.RegistrationRequest;
import io.pasar.marketplace.TestAccounts;
import io.pasar.marketplace.TestAnswers;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TokopediaWebhooksTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Account ACCOUNT = TestAccounts.tokopedia("13004", "order-status");

    private static final List<String> LISTABLE = List.of(
            "order-notification",
            "order-cancellation",
            "order-status",
            "order-request-cancellation",
            "chat-notification",
            "product-changes",
            "campaign-notification",
            "order-partial-fulfillment");

    private final TokopediaWebhooks webhooks = new TokopediaWebhooks();

    @Test
    void readsEveryFieldOfTheDocumentedAnswer() {
        // When
        Listing listing = listing(
                """
                {"data": {
                  "fs_id": 13004,
                  "order_notification_url": "http://yourstore.com/v1/order/notification",
                  "order_cancellation_url": "http://yourstore.com/v1/order/cancellation",
                  "order_status_url": "http://yourstore.com/v1/order/status",
                  "order_request_cancellation_url":"http://yourstore.com/v1/order/request_cancel",
                  "chat_notification_url":"http://yourstore.com/v1/chat/notification",
                  "product_changes_url": "http://yourstore.com/v1/product/changes",
                  "campaign_notification_url": "http://yourstore.com/v1/campaign/notification",
                  "order_partial_fulfillment_url": "http://yourstore.com/v1/order/order_partial_fulfillment",
                  "webhook_secret": "webhook_secret"},
                 "status": "200 Ok",
                 "error_message": []}
                """);

        // Then
        assertThat(listing.webhooks())
                .containsOnly(
                        Map.entry("order-notification", "http://yourstore.com/v1/order/notification"),
                        Map.entry("order-cancellation", "http://yourstore.com/v1/order/cancellation"),
                        Map.entry("order-status", "http://yourstore.com/v1/order/status"),
                        Map.entry("order-request-cancellation", "http://yourstore.com/v1/order/request_cancel"),
                        Map.entry("chat-notification", "http://yourstore.com/v1/chat/notification"),
                        Map.entry("product-changes", "http://yourstore.com/v1/product/changes"),
                        Map.entry("campaign-notification", "http://yourstore.com/v1/campaign/notification"),
                        Map.entry(
                                "order-partial-fulfillment",
                                "http://yourstore.com/v1/order/order_partial_fulfillment"));
        assertThat(listing.other()).isEmpty();
        assertThat(listing.secret()).isEqualTo(new Secret("webhook_secret"));
    }

    @Test
    void takesNullAbsentAndEmptyForTheSame() {
        // When
        Listing listing = listing("{\"data\":{\"order_status_url\":null,\"order_cancellation_url\":\"\"}}");

        // Then
        assertThat(listing.webhooks().keySet()).containsExactlyElementsOf(LISTABLE);
        assertThat(listing.webhooks().values()).containsOnly("");
    }

    @Test
    void tellsASecretThatIsNotShownFromOneThatIsNotSet() {
        assertThat(listing("{\"data\":{}}").secret()).isNull();
        assertThat(listing("{\"data\":{\"webhook_secret\":\"\"}}").secret()).isEqualTo(new Secret(""));
        assertThat(listing("{\"data\":{\"webhook_secret\":null}}").secret()).isEqualTo(new Secret(""));
    }

    @Test
    void believesAnAnswerThatShowsMoreThanIsDocumented() {
        // When
        Listing listing = listing("{\"data\":{\"product_creation_url\":\"https://x.example/p\"}}");

        // Then
        assertThat(listing.webhooks()).containsEntry("product-creation", "https://x.example/p");
    }

    @Test
    void carriesUnknownFieldsOverWithTheirExactValues() throws Exception {
        // Given
        String unknown =
                """
                {"new_thing_url": "https://x.example/n", "version": 123456789012345678901234567890,
                 "ratio": 1.10, "flags": [true, null, {"a": 19}], "note": null, "time": 1927831506123456789}
                """;
        ObjectNode data = (ObjectNode) JSON.readTree(unknown);
        data.put("fs_id", 13004);

        // When
        Listing listing = listing("{\"data\":" + data + "}");
        String body = new String(webhooks.body(request(ACCOUNT, listing)));

        // Then
        assertThat(body)
                .contains("\"new_thing_url\":\"https://x.example/n\"")
                .contains("\"version\":123456789012345678901234567890")
                .contains("\"ratio\":1.1")
                .contains("\"flags\":[true,null,{\"a\":19}]")
                .contains("\"note\":null")
                .contains("\"time\":1927831506123456789");
        assertThat(listing.other()).containsEntry("version", new BigInteger("123456789012345678901234567890"));
    }

    @Test
    void sendsWantedFieldsThatTheListDoesNotShowAndWhatTheAccountCarriesOver() throws Exception {
        // Given
        Account account = TestAccounts.tokopedia(
                "13004",
                OnDrift.REPAIR,
                Map.of("product_edit_url", "https://erp.example/edit", "chat_notification_url", "https://no.example"),
                "product-creation");

        // When
        JsonNode body = JSON.readTree(webhooks.body(
                request(account, listing("{\"data\":{\"chat_notification_url\":\"https://crm.example/c\"}}"))));

        // Then
        assertThat(body)
                .isEqualTo(
                        JSON.readTree(
                                """
                        {"fs_id": 13004, "product_creation_url": "https://gw.example/product-creation",
                         "product_edit_url": "https://erp.example/edit",
                         "chat_notification_url": "https://crm.example/c", "webhook_secret": "our-webhook-secret"}
                        """));
    }

    @ParameterizedTest
    @CsvSource({
        "order-status, order_status_url",
        "order-request-cancellation, order_request_cancellation_url",
        "campaign-notification, campaign_notification_url"
    })
    void namesTheFieldOfAKindBothWays(String kind, String field) {
        assertThat(TokopediaWebhooks.field(kind)).isEqualTo(field);
        assertThat(TokopediaWebhooks.kind(field)).isEqualTo(kind);
    }

    @ParameterizedTest
    @MethodSource("registrations")
    void neverLosesAForeignUrl(Listing before, Account account) throws Exception {
        // When
        Listing after = stored(webhooks.body(request(account, before)));

        // Then
        before.webhooks().forEach((kind, url) -> {
            if (!account.events().contains(kind)) {
                assertThat(after.webhooks()).containsEntry(kind, url);
            }
        });
        assertThat(after.other()).isEqualTo(before.other());
    }

    @ParameterizedTest
    @MethodSource("registrations")
    void registersEveryWantedKind(Listing before, Account account) throws Exception {
        // When
        JsonNode body = JSON.readTree(webhooks.body(request(account, before)));

        // Then
        for (String kind : account.events()) {
            assertThat(body.path(TokopediaWebhooks.field(kind)).asText()).isEqualTo("https://gw.example/" + kind);
        }
        assertThat(body.path("webhook_secret").asText()).isEqualTo(TestAccounts.TOKOPEDIA_SECRET);
        assertThat(body.path("fs_id").isInt()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("registrations")
    void changesNothingTheSecondTime(Listing before, Account account) throws Exception {
        // When
        JsonNode once = JSON.readTree(webhooks.body(request(account, before)));
        JsonNode twice = JSON.readTree(webhooks.body(request(account, stored(JSON.writeValueAsBytes(once)))));

        // Then
        assertThat(twice).isEqualTo(once);
    }

    /** What Tokopedia would list after this write: only what it shows, blanks for what was left out. */
    private Listing stored(byte[] body) throws Exception {
        ObjectNode data = JSON.createObjectNode();
        LISTABLE.forEach(kind -> data.put(TokopediaWebhooks.field(kind), ""));
        data.setAll((ObjectNode) JSON.readTree(body));
        data.remove("product_creation_url");
        return listing("{\"data\":" + data + ",\"status\":\"200 Ok\",\"error_message\":[]}");
    }

    private Listing listing(String answer) {
        return webhooks.listing(TestAnswers.answer(ACCOUNT, 200, answer));
    }

    private static RegistrationRequest request(Account account, Listing listing) {
        Map<String, String> urls = new LinkedHashMap<>();
        account.events().forEach(kind -> urls.put(kind, "https://gw.example/" + kind));
        return new RegistrationRequest(account, urls, listing);
    }

    /** Two hundred registrations as others may have left them; the seed is fixed, so a failure comes again. */
    static Stream<Arguments> registrations() {
        Random random = new Random(13004);
        return IntStream.range(0, 200).mapToObj(i -> Arguments.of(anyListing(random), anyAccount(random)));
    }

    private static Listing anyListing(Random random) {
        Map<String, String> listed = new LinkedHashMap<>();
        LISTABLE.forEach(
                kind -> listed.put(kind, random.nextBoolean() ? "" : "https://other.example/" + random.nextInt()));
        Map<String, Object> other = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            Object value =
                    random.nextBoolean() ? (Object) random.nextInt() : "https://other.example/" + random.nextInt();
            other.put("unknown_" + random.nextInt(100) + (random.nextBoolean() ? "_url" : ""), value);
        }
        return new Listing(listed, other, new Secret("theirs-" + random.nextInt()));
    }

    private static Account anyAccount(Random random) {
        String[] kinds = Stream.concat(LISTABLE.stream(), Stream.of("product-creation"))
                .filter(kind -> random.nextInt(3) == 0)
                .toArray(String[]::new);
        return TestAccounts.tokopedia("13004", kinds);
    }
}
