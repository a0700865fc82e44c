package io.pasar.marketplace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.Account.TokenAuth;
import io.pasar.account.Secret;
import io.pasar.marketplace.MarketplaceException.Kind;
import io.pasar.marketplace.StandIn.Received;
import io.pasar.marketplace.StandIn.Reply;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The calls of both route files over real HTTP, with the time-outs and switches of application.yaml. */
@SpringBootTest(
        classes = MarketplaceRoutesIT.Beans.class,
        webEnvironment = WebEnvironment.NONE,
        properties = {
            "camel.main.routes-collector-enabled=false",
            "management.endpoint.health.validate-group-membership=false",
            // Long enough for a machine that is busy
            "camel.component.http.response-timeout=5000",
            "camel.component.http.so-timeout=5000"
        })
class MarketplaceRoutesIT {

    private static final StandIn API = new StandIn();
    private static final StandIn TOKENS = new StandIn();
    private static final StandIn ELSEWHERE = new StandIn();

    private static final String TIKI_REGISTER = "POST /business/v1/register-webhooks";
    private static final String TIKI_TOKEN = "POST /sc/oauth2/token";
    private static final String TOKOPEDIA_TOKEN = "POST /token?grant_type=client_credentials";
    private static final String LIST = "GET /v1/fs/13004";
    private static final String REGISTER = "POST /v1/fs/13004/register";

    private static final Reply TIKI_TOOK_IT =
            StandIn.json(200, "{\"success\":true,\"meta_data\":{\"request_id\":\"97b2702c775f57c565b5a3c6f01052a1\"}}");
    private static final Reply TOKOPEDIA_TOOK_IT =
            StandIn.json(200, "{\"data\":\"success\",\"status\":\"200 Ok\",\"error_message\":[]}");
    private static final Reply LISTED =
            StandIn.json(200, "{\"data\":{\"fs_id\":13004},\"status\":\"200 Ok\",\"error_message\":[]}");

    private static final Account TIKI = TestAccounts.tiki("41235121321", "order", "stock", "aftersale");
    private static final Account TOKOPEDIA = TestAccounts.tokopedia("13004", "order-status");

    @Autowired
    private CamelContext context;

    @Autowired
    private ProducerTemplate template;

    private MarketplaceCalls calls;

    @DynamicPropertySource
    static void marketplaces(DynamicPropertyRegistry properties) {
        properties.add("pasar.marketplaces.tiki.api-url", API::url);
        properties.add("pasar.marketplaces.tiki.token-url", () -> TOKENS.url() + "/sc/oauth2/token");
        properties.add("pasar.marketplaces.tokopedia.api-url", API::url);
        properties.add("pasar.marketplaces.tokopedia.token-url", () -> TOKENS.url() + "/token");
    }

    @BeforeEach
    void newScript() throws Exception {
        if (context.getRoute("tiki-register") == null) {
            RouteFiles.load(context, "marketplaces/tiki.camel.yaml", "marketplaces/tokopedia.camel.yaml");
        }
        List.of(API, TOKENS, ELSEWHERE).forEach(StandIn::forget);
        Reply[] tokens = IntStream.rangeClosed(1, 9)
                .mapToObj(i -> StandIn.json(
                        200, "{\"access_token\":\"token-" + i + "\",\"token_type\":\"bearer\",\"expires_in\":3600}"))
                .toArray(Reply[]::new);
        TOKENS.on(TIKI_TOKEN, tokens).on(TOKOPEDIA_TOKEN, tokens);
        calls = new MarketplaceCalls(context, template, RateLimits.none(), Clock.systemUTC());
    }

    @AfterAll
    static void closeStandIns() {
        List.of(API, TOKENS, ELSEWHERE).forEach(StandIn::close);
    }

    @Test
    void registersAtTikiWithExactlyTheDocumentedBody() throws Exception {
        // Given
        API.on(TIKI_REGISTER, TIKI_TOOK_IT);

        // When
        Registered registered = calls.register(tikiRequest(TIKI));

        // Then
        assertThat(registered.requestId()).isEqualTo("97b2702c775f57c565b5a3c6f01052a1");
        Received call = only(API);
        assertThat(call.call()).isEqualTo(TIKI_REGISTER);
        assertThat(call.header("Authorization")).isEqualTo("Bearer token-1");
        assertThat(call.header("Content-Type")).isEqualTo("application/json");
        assertThat(call.header("Content-Length")).isEqualTo(String.valueOf(call.body().length));
        assertThat(new ObjectMapper().readTree(call.body()))
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        """
                                {"sync_inventory_location": ["sgn3", "tbn1"],
                                 "sync_webhook": {
                                  "order": {"url": "https://gw.example/order", "secret_key": "sjYKaAFXDaS4qxeykux4WL1qMI0gzAc0"},
                                  "stock": {"url": "https://gw.example/stock", "secret_key": "sjYKaAFXDaS4qxeykux4WL1qMI0gzAc0"},
                                  "aftersale": {"url": "https://gw.example/aftersale", "secret_key": "sjYKaAFXDaS4qxeykux4WL1qMI0gzAc0"}},
                                 "external_partner_id": "41235121321"}
                                """));
    }

    @Test
    void leavesOutOfTheBodyForTikiWhatIsNotWanted() throws Exception {
        // Given
        API.on(TIKI_REGISTER, TIKI_TOOK_IT);

        // When
        calls.register(tikiRequest(TestAccounts.tiki("41235121321", "order")));

        // Then
        assertThat(new ObjectMapper().readTree(only(API).body()))
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        """
                                {"sync_inventory_location": ["sgn3", "tbn1"],
                                 "sync_webhook": {
                                  "order": {"url": "https://gw.example/order", "secret_key": "sjYKaAFXDaS4qxeykux4WL1qMI0gzAc0"}},
                                 "external_partner_id": "41235121321"}
                                """));
    }

    @Test
    void keepsARequestIdFitToBeShown() {
        // Given
        String requestId = "97b2" + TestAccounts.TIKI_SECRET + "x".repeat(500);
        API.on(
                TIKI_REGISTER,
                StandIn.json(200, "{\"success\":true,\"meta_data\":{\"request_id\":\"" + requestId + "\"}}"));

        // When
        Registered registered = calls.register(tikiRequest(TIKI));

        // Then
        assertThat(registered.requestId()).startsWith("97b2***xxx").hasSizeLessThan(210);
    }

    @Test
    void sendsNothingBesideTheHeadersOfTheCall() {
        // Given
        API.on(TIKI_REGISTER, TIKI_TOOK_IT);

        // When
        calls.register(tikiRequest(TIKI));

        // Then
        assertThat(only(API).headers().keySet())
                .containsExactlyInAnyOrder(
                        "Accept-encoding",
                        "Authorization",
                        "Connection",
                        "Content-length",
                        "Content-type",
                        "Host",
                        "User-agent");
    }

    @Test
    void provesTheClientToTikiByHttpBasic() {
        // Given
        API.on(TIKI_REGISTER, TIKI_TOOK_IT);

        // When
        calls.register(tikiRequest(TIKI));

        // Then
        Received call = only(TOKENS);
        assertThat(call.header("Authorization")).isEqualTo("Basic dGlraS1jbGllbnQ6dGlraTpjbGllbnQvcyZjcmV0");
        assertThat(call.header("Content-Type")).isEqualTo("application/x-www-form-urlencoded");
        assertThat(call.text()).isEqualTo("grant_type=client_credentials");
    }

    @Test
    void provesTheClientToTikiInTheBody() {
        // Given
        Account account = TestAccounts.tiki("p77", TokenAuth.BODY, OnDrift.REPAIR, TestAccounts.TIKI_SECRET, "order");
        API.on(TIKI_REGISTER, TIKI_TOOK_IT);

        // When
        calls.register(tikiRequest(account));

        // Then
        Received call = only(TOKENS);
        assertThat(call.header("Authorization")).isNull();
        assertThat(call.text())
                .isEqualTo("grant_type=client_credentials&client_id=tiki-client"
                        + "&client_secret=tiki%3Aclient%2Fs%26cret");
    }

    @Test
    void asksTokopediaForATokenWithAnEmptyBody() {
        // Given
        API.on(LIST, LISTED);

        // When
        calls.list(TOKOPEDIA);

        // Then
        Received call = only(TOKENS);
        assertThat(call.call()).isEqualTo(TOKOPEDIA_TOKEN);
        assertThat(call.header("Authorization"))
                .isEqualTo("Basic dG9rb3BlZGlhLWNsaWVudDp0b2tvcGVkaWEtY2xpZW50LXNlY3JldA==");
        assertThat(call.header("Content-Length")).isEqualTo("0");
    }

    @Test
    void registersAtTokopediaWhatWasListedAndWhatIsWanted() throws Exception {
        // Given
        API.on(
                LIST,
                StandIn.json(200, "{\"data\":{\"fs_id\":13004,\"chat_notification_url\":\"https://crm.example/c\"}}"));
        API.on(REGISTER, TOKOPEDIA_TOOK_IT);

        // When
        Listing listed = calls.list(TOKOPEDIA);
        calls.register(new RegistrationRequest(TOKOPEDIA, Map.of("order-status", "https://gw.example/s"), listed));

        // Then
        Received call = API.received(REGISTER).get(0);
        assertThat(call.header("Authorization")).isEqualTo("Bearer token-1");
        assertThat(new ObjectMapper().readTree(call.body()))
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        """
                                {"fs_id": 13004, "chat_notification_url": "https://crm.example/c",
                                 "order_status_url": "https://gw.example/s", "webhook_secret": "our-webhook-secret"}
                                """));
    }

    @Test
    void carriesOverToTheDigitWhatIsNotKnown() {
        // Given
        String unknown = "\"ratio\":1.10,\"big\":123456789012345678901234567890";
        API.on(LIST, StandIn.json(200, "{\"data\":{\"fs_id\":13004," + unknown + "}}"));
        API.on(REGISTER, TOKOPEDIA_TOOK_IT);

        // When
        calls.register(new RegistrationRequest(TOKOPEDIA, Map.of(), calls.list(TOKOPEDIA)));

        // Then
        assertThat(API.received(REGISTER).get(0).text())
                .isEqualTo("{\"fs_id\":13004," + unknown + ",\"webhook_secret\":\"our-webhook-secret\"}");
    }

    @Test
    void namesWhatNoDocumentNamesWhereARegistrationIsRefused() {
        // Given
        API.on(
                REGISTER,
                StandIn.json(
                        400, "{\"data\":null,\"status\":\"400 Bad Request\",\"error_message\":[\"bad input data\"]}"));
        Account documented = TestAccounts.tokopedia("13004", "order-status", "product-creation");
        Account not = TestAccounts.tokopedia(
                "13004", OnDrift.REPAIR, Map.of("order_actions_url", "https://x.example"), "order-partial-fulfillment");

        // When
        MarketplaceException plain = failureOfRegister(tokopediaRequest(documented));
        MarketplaceException advised = failureOfRegister(tokopediaRequest(not));

        // Then
        assertThat(plain).hasMessage("Registering: HTTP 400: bad input data");
        assertThat(advised.getMessage())
                .startsWith("Registering: HTTP 400: bad input data. Among what was sent no document of this call names"
                        + " order_actions_url, order_partial_fulfillment_url:");
    }

    @Test
    void knowsWhichMarketplaceCanBeRead() {
        // Given
        assertThat(context.getEndpoint("direct:tiki-list")).isNotNull();

        // Then
        assertThat(calls.canList("tokopedia")).isTrue();
        assertThat(calls.canList("tiki")).isFalse();
    }

    @Test
    void refreshesTheTokenOnceAfterA401() {
        // Given
        API.on(LIST, StandIn.html(401, "401 Authorization Required"), LISTED);

        // When
        calls.list(TOKOPEDIA);

        // Then
        assertThat(API.received(LIST))
                .extracting(call -> call.header("Authorization"))
                .containsExactly("Bearer token-1", "Bearer token-2");
        assertThat(TOKENS.received()).hasSize(2);
    }

    @Test
    void refreshesTheTokenOnceAfterA401ThatIsJson() {
        // Given
        API.on(
                TIKI_REGISTER,
                StandIn.json(401, "{\"success\":false,\"error\":{\"status_code\":401,\"message\":\"Unauthorized\"}}"),
                TIKI_TOOK_IT);

        // When
        calls.register(tikiRequest(TIKI));

        // Then
        assertThat(API.received())
                .extracting(call -> call.header("Authorization"))
                .containsExactly("Bearer token-1", "Bearer token-2");
    }

    @ParameterizedTest
    @CsvSource({"500, UNAVAILABLE", "503, UNAVAILABLE", "429, RATE_LIMITED", "401, UNAUTHORIZED", "404, GONE"})
    void tellsWhatItMeansWhereThereIsNoTokenToBeHad(int status, Kind kind) {
        // Given
        TOKENS.on(TIKI_TOKEN, StandIn.html(status, "Some page"));

        // When
        MarketplaceException failure = failureOfRegister();

        // Then
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.getMessage()).startsWith("Asking for a token: HTTP " + status + ": Some page");
        assertThat(API.received()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 410})
    void tellsAPersonWhatToDoAboutWhatIsGone(int status) {
        // Given
        API.on(TIKI_REGISTER, StandIn.html(status, "Some page")).on(LIST, StandIn.html(status, "Some page"));

        // When
        MarketplaceException tiki = failureOfRegister();
        MarketplaceException tokopedia = failureOfList();

        // Then
        assertThat(tiki.getMessage()).contains("external_partner_id 41235121321", "pasar.marketplaces.tiki.api-url");
        assertThat(tokopedia.getMessage()).contains("fs_id 13004", "merged into Tokopedia & TikTok Shop");
    }

    @Test
    void refreshesTheTokenOnceForManyCallsThatFailAtOnce() throws Exception {
        // Given
        CountDownLatch allThere = new CountDownLatch(4);
        Reply held = exchange -> {
            if (!exchange.getRequestHeaders().getFirst("Authorization").equals("Bearer token-1")) {
                LISTED.send(exchange);
                return;
            }
            allThere.countDown();
            try {
                allThere.await(500, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            StandIn.html(401, "401 Authorization Required").send(exchange);
        };
        API.on(LIST, held);
        ExecutorService threads = Executors.newFixedThreadPool(4);

        // When
        List<Future<Listing>> lists = IntStream.range(0, 4)
                .mapToObj(i -> threads.submit(() -> calls.list(TOKOPEDIA)))
                .toList();
        for (Future<Listing> list : lists) {
            list.get(20, TimeUnit.SECONDS);
        }
        threads.shutdown();

        // Then
        assertThat(TOKENS.received()).hasSize(2);
    }

    @Test
    void givesUpAfterASecond401() {
        // Given
        API.on(LIST, StandIn.html(401, "401 Authorization Required"));

        // When
        MarketplaceException failure = failureOfList();

        // Then
        assertThat(failure.kind()).isEqualTo(Kind.UNAUTHORIZED);
        assertThat(failure.status()).isEqualTo(401);
        assertThat(failure).hasMessage("Reading the registration: HTTP 401: 401 Authorization Required");
        assertThat(API.received()).hasSize(2);
    }

    @Test
    void keepsWhatTikiSaysAboutAFailure() {
        // Given
        API.on(
                TIKI_REGISTER,
                StandIn.json(
                        401,
                        """
                        {"success": false,
                         "error": {"status_code": 401, "message": "Unauthorized", "message_code": "INVALID_TOKEN"},
                         "meta_data": {"request_id": "97b2702c775f57c565b5a3c6f01052a1"}}
                        """));

        // When
        MarketplaceException failure = failureOfRegister();

        // Then
        assertThat(failure.kind()).isEqualTo(Kind.UNAUTHORIZED);
        assertThat(failure.code()).isEqualTo("INVALID_TOKEN");
        assertThat(failure.requestId()).isEqualTo("97b2702c775f57c565b5a3c6f01052a1");
        assertThat(failure).hasMessage("Registering: HTTP 401: Unauthorized");
    }

    @ParameterizedTest
    @CsvSource({
        "400, REJECTED",
        "403, REJECTED",
        "404, GONE",
        "408, UNAVAILABLE",
        "410, GONE",
        "422, REJECTED",
        "429, RATE_LIMITED",
        "500, OUTCOME_UNKNOWN",
        "503, OUTCOME_UNKNOWN",
        "302, UNAVAILABLE"
    })
    void tellsWhatAFailedWriteMeans(int status, Kind kind) {
        // Given
        API.on(TIKI_REGISTER, StandIn.html(status, "Some page"));

        // When
        MarketplaceException failure = failureOfRegister();

        // Then
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.getMessage()).contains("HTTP " + status, ": Some page");
        assertThat(API.received()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "400, REJECTED",
        "404, GONE",
        "410, GONE",
        "429, RATE_LIMITED",
        "500, UNAVAILABLE",
        "503, UNAVAILABLE",
        "302, UNAVAILABLE"
    })
    void tellsWhatAFailedReadMeans(int status, Kind kind) {
        // Given
        API.on(LIST, StandIn.html(status, "Some page"));

        // When
        MarketplaceException failure = failureOfList();

        // Then
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(API.received()).hasSize(1);
    }

    @Test
    void takesSuccessFalseForAFailureWhateverTheStatus() {
        // Given
        API.on(
                TIKI_REGISTER,
                StandIn.json(200, "{\"success\":false,\"error\":{\"status_code\":400,\"message\":\"Bad warehouse\"}}"),
                StandIn.json(200, "{\"success\":false,\"error\":{\"message\":\"Something\"}}"));

        // When
        MarketplaceException withStatus = failureOfRegister();
        MarketplaceException without = failureOfRegister();

        // Then
        assertThat(withStatus.kind()).isEqualTo(Kind.REJECTED);
        assertThat(withStatus).hasMessage("Registering: HTTP 400: Bad warehouse");
        assertThat(without.kind()).isEqualTo(Kind.REJECTED);
    }

    @Test
    void understandsBothOfTokopediasErrorEnvelopes() {
        // Given
        API.on(
                LIST,
                StandIn.json(
                        400, "{\"data\":null,\"status\":\"400 Bad Request\",\"error_message\":[\"bad input data\"]}"),
                StandIn.json(
                        200,
                        "{\"header\":{\"process_time\":1,\"messages\":\"no\",\"reason\":\"not yours\","
                                + "\"error_code\":\"SHP_GRPC_001\"},\"data\":null}"));

        // When
        MarketplaceException old = failureOfList();
        MarketplaceException other = failureOfList();

        // Then
        assertThat(old.kind()).isEqualTo(Kind.REJECTED);
        assertThat(old).hasMessage("Reading the registration: HTTP 400: bad input data");
        assertThat(other.kind()).isEqualTo(Kind.REJECTED);
        assertThat(other.code()).isEqualTo("SHP_GRPC_001");
    }

    @Test
    void doesNotTakeAnAnswerWithoutDataForAnEmptyRegistration() {
        // Given
        API.on(LIST, StandIn.json(200, "{\"data\":null,\"status\":\"200 Ok\",\"error_message\":[]}"));

        // When
        MarketplaceException failure = failureOfList();

        // Then
        assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void doesNotTakeAnotherAccountsRegistrationForOurs() {
        // Given
        API.on(LIST, StandIn.json(200, "{\"data\":{\"fs_id\":13005},\"status\":\"200 Ok\",\"error_message\":[]}"));

        // When
        MarketplaceException failure = failureOfList();

        // Then
        assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void doesNotTakeHtmlForAnAnswer() {
        // Given
        API.on(LIST, StandIn.html(200, "Maintenance"));
        API.on(TIKI_REGISTER, StandIn.html(200, "Maintenance"));

        // When
        MarketplaceException read = failureOfList();
        MarketplaceException write = failureOfRegister();

        // Then
        assertThat(read.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(read.getMessage()).endsWith("not what its documents promise: Maintenance");
        assertThat(write.kind()).isEqualTo(Kind.OUTCOME_UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "Retry-After, 7, PT7S",
        "X-Ratelimit-Reset-After, 0.25, PT0.25S",
        "X-Ratelimit-Reset-After, -0.000000, PT0S",
        "X-Ratelimit-Full-Reset-After, 2, PT2S",
        "Retry-After, 99999999999999999999, PT24H",
        "Retry-After, -5, PT0S",
        "Retry-After, soon,",
        "Retry-After, 1e2147483647,",
        "Retry-After, -1e999999999,",
        "Retry-After, 'Fri, 03 Feb 2096 04:05:06 GMT', PT24H",
        "X-Ratelimit-Reset-After, NaN,",
        "'Retry-After', 'Mon, 03 Feb 2020 04:05:06 GMT', PT0S"
    })
    void keepsHowLongToWait(String header, String value, Duration expected) {
        // Given
        API.on(LIST, StandIn.answer(429, "slow down", header, value));

        // When
        MarketplaceException failure = failureOfList();

        // Then
        assertThat(failure.retryAfter()).isEqualTo(expected);
        assertThat(failure.getMessage()).endsWith("slow down");
    }

    @Test
    void retriesNothingByItself() {
        // Given
        API.on(LIST, StandIn.answer(503, "", "Retry-After", "0"), LISTED);
        API.on(TIKI_REGISTER, StandIn.answer(429, "", "Retry-After", "0"), TIKI_TOOK_IT);

        // When
        failureOfList();
        failureOfRegister();

        // Then
        assertThat(API.received()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void followsNoRedirect(int status) {
        // Given
        ELSEWHERE.on("GET /", LISTED).on("POST /", TIKI_TOOK_IT);
        Reply redirect = StandIn.answer(status, "", "Location", ELSEWHERE.url() + "/");
        API.on(LIST, redirect).on(TIKI_REGISTER, redirect);

        // When
        failureOfList();
        MarketplaceException failure = failureOfRegister();
        TOKENS.on(TIKI_TOKEN, redirect);
        Account noTokenYet = TestAccounts.tiki("p78", "order");
        assertThatThrownBy(() -> calls.register(tikiRequest(noTokenYet))).isInstanceOf(MarketplaceException.class);

        // Then
        assertThat(ELSEWHERE.received()).isEmpty();
        assertThat(failure.getMessage()).contains("redirects are not followed");
    }

    @Test
    void letsNoHeaderOfTheMessageSteerTheCall() {
        // Given
        API.on(TIKI_REGISTER, TIKI_TOOK_IT).on(REGISTER, TOKOPEDIA_TOOK_IT).on(LIST, LISTED);
        Map<String, Object> steering = Map.of(
                "CamelHttpUri", ELSEWHERE.url(),
                "CamelRestHttpUri", ELSEWHERE.url(),
                "CamelHttpPath", "/evil",
                "CamelHttpQuery", "upload=1",
                "CamelRestHttpQuery", "upload=1",
                "CamelHttpRawQuery", "upload=1",
                "CamelHttpMethod", "DELETE",
                "X-Extra", "1");

        // When
        send("direct:tiki-token", TIKI, TIKI, steering);
        send("direct:tiki-register", tikiRequest(TIKI), TIKI, steering);
        send("direct:tokopedia-token", TOKOPEDIA, TOKOPEDIA, steering);
        send("direct:tokopedia-list", TOKOPEDIA, TOKOPEDIA, steering);
        send("direct:tokopedia-register", new RegistrationRequest(TOKOPEDIA, Map.of(), none()), TOKOPEDIA, steering);

        // Then
        assertThat(ELSEWHERE.received()).isEmpty();
        assertThat(TOKENS.received()).extracting(Received::call).containsExactly(TIKI_TOKEN, TOKOPEDIA_TOKEN);
        assertThat(API.received()).extracting(Received::call).containsExactly(TIKI_REGISTER, LIST, REGISTER);
        assertThat(API.received())
                .allSatisfy(call -> assertThat(call.header("X-Extra")).isNull());
    }

    @Test
    void sendsNoCookieBack() {
        // Given
        API.on(LIST, StandIn.answer(429, "", "Set-Cookie", "session=1; Path=/"), LISTED);

        // When
        failureOfList();
        calls.list(TOKOPEDIA);

        // Then
        assertThat(API.received(LIST).get(1).header("Cookie")).isNull();
    }

    @Test
    void doesNotKnowWhetherAWriteWithoutAnswerWasStored() {
        // Given
        API.on(TIKI_REGISTER, StandIn.cut());
        API.on(LIST, StandIn.cut());

        // When
        MarketplaceException write = failureOfRegister();
        MarketplaceException read = failureOfList();

        // Then
        assertThat(write.kind()).isEqualTo(Kind.OUTCOME_UNKNOWN);
        assertThat(write.status()).isZero();
        assertThat(read.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(read.getMessage()).isEqualTo("Reading the registration: connection cut, or not HTTP");
        assertThat(API.received()).hasSize(2);
    }

    @Test
    void doesNotWaitForEver() {
        // Given
        CountDownLatch end = new CountDownLatch(1);
        API.on(TIKI_REGISTER, exchange -> {
            try {
                end.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        // When
        MarketplaceException failure = failureOfRegister();
        end.countDown();

        // Then
        assertThat(failure.kind()).isEqualTo(Kind.OUTCOME_UNKNOWN);
        assertThat(failure.getMessage()).isEqualTo("Registering: no answer in time");
    }

    @Test
    void readsNoEndlessAnswer() {
        // Given
        API.on(LIST, StandIn.endless());

        // When
        MarketplaceException failure = failureOfList();

        // Then
        assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure.getMessage()).contains("larger than 1048576 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "X-Endless: x\r\n"})
    void readsNoEndlessHeaders(String piece) throws Exception {
        // Given
        byte[] block = piece.repeat(8192 / piece.length()).getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread endless = new Thread(() -> {
                try (Socket connection = server.accept()) {
                    connection
                            .getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nX-Long: ".getBytes(StandardCharsets.US_ASCII));
                    for (int i = 0; i < 2500; i++) {
                        connection.getOutputStream().write(block);
                    }
                    server.accept();
                } catch (IOException e) {
                    // Gone
                }
            });
            endless.start();
            String name = "endless" + piece.length();
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    errorHandler(noErrorHandler());
                    from("direct:" + name + "-token")
                            .setBody(constant(new AccessToken(new Secret("endless-s3cr3t"), Duration.ofHours(1))));
                    from("direct:" + name + "-list")
                            .setBody(constant(""))
                            .to("http://localhost:" + server.getLocalPort());
                }
            });

            // When
            MarketplaceException failure = catchThrowableOfType(
                    MarketplaceException.class, () -> calls.list(TestAccounts.at(name, "1", "order")));

            // Then
            assertThat(failure).hasMessage("Reading the registration: the headers of the answer are too large");
        }
    }

    @Test
    void unpacksOnlyWhatIsBounded() {
        // Given
        String listing = "{\"data\":{\"fs_id\":13004}}";
        API.on(
                LIST,
                packed("gzip", listing),
                packed("xgzip", listing),
                packed("gzip", listing + " ".repeat(2_000_000)));

        // When
        Listing gzip = calls.list(TOKOPEDIA);
        MarketplaceException xgzip = failureOfList();
        MarketplaceException bomb = failureOfList();

        // Then
        assertThat(gzip.webhooks()).isNotEmpty();
        assertThat(xgzip.getMessage()).contains("not what its documents promise");
        assertThat(bomb.getMessage()).contains("larger than 1048576 bytes");
    }

    private static Reply packed(String coding, String body) {
        return exchange -> {
            exchange.getResponseHeaders().add("Content-Encoding", coding);
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = new GZIPOutputStream(exchange.getResponseBody())) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
        };
    }

    @Test
    void saysThatACertificateIsForAnotherHostAndThatNothingWasSent(@TempDir Path directory) throws Exception {
        // Given
        KeyStore store = keyStore(directory);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(ssl(store)));
        server.start();
        SSLContextParameters trusting = new SSLContextParameters() {
            @Override
            public SSLContext createSSLContext(CamelContext camelContext) {
                return ssl(store);
            }
        };
        context.getRegistry().bind("trusting", trusting);
        String url = "https://127.0.0.1:" + server.getAddress().getPort() + "?sslContextParameters=#trusting";
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:otherhost-token")
                        .setBody(constant(new AccessToken(new Secret("otherhost-s3cr3t"), Duration.ofHours(1))));
                from("direct:otherhost-register").setBody(constant("")).to(url);
            }
        });

        // When
        MarketplaceException failure = catchThrowableOfType(
                MarketplaceException.class,
                () -> calls.register(tikiRequest(TestAccounts.at("otherhost", "1", "order"))));
        server.stop(0);

        // Then
        assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure).hasMessage("Registering: no connection: TLS: its certificate is for another host");
    }

    /** A certificate for localhost, and for nobody else. */
    private static KeyStore keyStore(Path directory) throws Exception {
        Path file = directory.resolve("store.p12");
        String options = "-genkeypair -alias other -keyalg RSA -dname CN=localhost -ext SAN=dns:localhost"
                + " -storetype PKCS12 -storepass changeit -keystore " + file;
        List<String> command = new ArrayList<>(List.of(options.split(" ")));
        command.add(
                0, Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        KeyStore store = KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
        store.setCertificateEntry("trusted", store.getCertificate("other"));
        return store;
    }

    private static SSLContext ssl(KeyStore store) {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, "changeit".toCharArray());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void knowsThatNothingWasStoredWhereNobodyListens() throws Exception {
        // Given
        StandIn closed = new StandIn();
        closed.close();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:nowhere-token")
                        .setBody(constant(new AccessToken(new Secret("nowhere-s3cr3t"), Duration.ofHours(1))));
                from("direct:nowhere-register").setBody(constant("")).to("http:" + closed.url());
            }
        });

        // When
        MarketplaceException failure = catchThrowableOfType(
                MarketplaceException.class,
                () -> calls.register(tikiRequest(TestAccounts.at("nowhere", "1", "order"))));

        // Then
        assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure.status()).isZero();
        assertThat(failure.getMessage())
                .isEqualTo("Registering: no connection to "
                        + URI.create(closed.url()).getAuthority());
    }

    @Test
    void showsNoSecretThatAMarketplaceRepeats() {
        // Given
        API.on(
                TIKI_REGISTER,
                StandIn.json(
                        400,
                        "{\"success\":false,\"error\":{\"status_code\":400,\"message\":\"bad secret_key "
                                + TestAccounts.TIKI_SECRET + " with token-1\\n\\u001b[31m" + "x".repeat(500) + "\"}}"));

        // When
        MarketplaceException failure = failureOfRegister();

        // Then
        assertThat(failure.getMessage())
                .startsWith("Registering: HTTP 400: bad secret_key *** with *** [31mxxx")
                .hasSizeLessThan(300);
    }

    @Test
    void saysWhatFailedInItsOwnWordsWhateverTheSecretsAre() {
        // Given
        API.on(TIKI_REGISTER, StandIn.cut());
        Account account = TestAccounts.tiki("41235121321", TokenAuth.BASIC, OnDrift.REPAIR, "e", "order");

        // When
        MarketplaceException failure =
                catchThrowableOfType(MarketplaceException.class, () -> calls.register(tikiRequest(account)));

        // Then
        assertThat(failure).hasMessage("Registering: connection cut, or not HTTP");
    }

    @Test
    void repeatsNothingOfAListThatWasCutShort() {
        // Given
        API.on(LIST, StandIn.json(200, "{\"data\":{\"fs_id\":13004,\"webhook_secret\":\"theirs\""));

        // When
        MarketplaceException failure = failureOfList();

        // Then
        assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure.getMessage()).doesNotContain("theirs");
    }

    @Test
    void understandsARefusedClient() {
        // Given
        TOKENS.on(TIKI_TOKEN, StandIn.json(400, "{\"error\":\"invalid_client\",\"error_description\":\"unknown\"}"));
        TOKENS.on(TOKOPEDIA_TOKEN, StandIn.json(200, "{\"token_type\":\"bearer\"}"));

        // When
        MarketplaceException refused = failureOfRegister();
        MarketplaceException empty = failureOfList();

        // Then
        assertThat(refused.kind()).isEqualTo(Kind.UNAUTHORIZED);
        assertThat(refused.code()).isEqualTo("invalid_client");
        assertThat(refused).hasMessage("Asking for a token: HTTP 400: unknown");
        assertThat(empty.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(API.received()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void appliesTheSwitchesToBothComponents(String scheme) {
        // When
        HttpComponent component = context.getComponent(scheme, HttpComponent.class);

        // Then
        assertThat(component.isAutomaticRetriesDisabled()).isTrue();
        assertThat(component.isRedirectHandlingDisabled()).isTrue();
        assertThat(component.isFollowRedirects()).isFalse();
        assertThat(component.isCookieManagementDisabled()).isTrue();
        assertThat(component.isCopyHeaders()).isFalse();
        assertThat(component.getConnectTimeout()).isEqualTo(5000);
        assertThat(component.getConnectionRequestTimeout()).isEqualTo(5000);
        assertThat(component.getResponseTimeout()).isEqualTo(5000);
        assertThat(component.getSoTimeout()).isEqualTo(5000);
        assertThat(component).isInstanceOf(BoundedHttpComponent.class);
        assertThat(component.getHttpClientConfigurer()).isInstanceOf(BoundedAnswers.class);
    }

    private MarketplaceException failureOfRegister() {
        return failureOfRegister(tikiRequest(TIKI));
    }

    private MarketplaceException failureOfRegister(RegistrationRequest request) {
        return catchThrowableOfType(MarketplaceException.class, () -> calls.register(request));
    }

    private MarketplaceException failureOfList() {
        return catchThrowableOfType(MarketplaceException.class, () -> calls.list(TOKOPEDIA));
    }

    private void send(String endpoint, Object body, Account account, Map<String, Object> headers) {
        Exchange exchange = template.request(endpoint, prepared -> {
            prepared.setProperty(MarketplaceCalls.ACCOUNT, account);
            prepared.setProperty(MarketplaceCalls.ACCESS_TOKEN, "token");
            prepared.getMessage().setHeaders(new LinkedHashMap<>(headers));
            prepared.getMessage().setBody(body);
        });
        assertThat(exchange.getException()).isNull();
    }

    private static Listing none() {
        return new Listing(Map.of(), Map.of(), new Secret(""));
    }

    private static RegistrationRequest tikiRequest(Account account) {
        return request(account, null);
    }

    private static RegistrationRequest tokopediaRequest(Account account) {
        return request(account, none());
    }

    private static RegistrationRequest request(Account account, Listing listed) {
        Map<String, String> urls = new LinkedHashMap<>();
        account.events().forEach(kind -> urls.put(kind, "https://gw.example/" + kind));
        return new RegistrationRequest(account, urls, listed);
    }

    private static Received only(StandIn standIn) {
        assertThat(standIn.received()).hasSize(1);
        return standIn.received().get(0);
    }

    /** Not marked as a configuration, so that the scan of another test does not find it. */
    @EnableAutoConfiguration
    @ComponentScan
    static class Beans {
        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }
    }
}
