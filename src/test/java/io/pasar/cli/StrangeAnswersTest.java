package io.pasar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.marketplace.StandIn;
import io.pasar.marketplace.StandIn.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the command line makes of answers that no gateway of this version gives, or that come from something else. */
class StrangeAnswersTest {

    private static final String TOKEN = "a-token-that-nobody-may-see";
    private static final String REGISTRATIONS = "GET /api/registrations";
    private static final Reply TWO_ACCOUNTS = StandIn.json(
            200,
            "{\"registrations\":[{\"marketplace\":\"tiki\",\"account\":\"a/b c\",\"state\":\"asserted\"},"
                    + "{\"marketplace\":\"tiki\",\"account\":\"p78\",\"state\":\"asserted\"}]}");
    private static final Reply NOTHING_TO_CHANGE =
            StandIn.json(200, "{\"state\":\"asserted\",\"plan\":{\"changes\":[],\"warnings\":[]},\"requestId\":null}");
    private static final String FIRST = "/api/registrations/tiki/a%2Fb%20c";
    private static final String SECOND = "/api/registrations/tiki/p78";

    private final StandIn server = new StandIn();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void namesTheUrlWhereNobodyListens() throws IOException {
        // Given
        String url;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://127.0.0.1:" + closed.getLocalPort();
        }

        // When
        Invocation away = Invocation.of(TOKEN, "plan", "--url", url);

        // Then
        assertFailed(away);
        assertThat(away.err())
                .contains("The gateway cannot be reached at " + url + ": ")
                .contains("Is it running, and does --url name its management port");
    }

    @Test
    void namesTheHostThatIsNotKnown() {
        // When
        Invocation away = Invocation.of(TOKEN, "list", "--url", "http://no-such-host.invalid");

        // Then
        assertFailed(away);
        assertThat(away.err()).contains("http://no-such-host.invalid: no host of that name is known");
    }

    @Test
    void saysThatAPageIsNotTheApi() {
        // Given
        server.on(REGISTRATIONS, StandIn.html(200, "Welcome to nginx!"));

        // When
        Invocation page = run("list", "--json");

        // Then
        assertFailed(page);
        assertThat(page.err())
                .contains(server.url() + " answered 200 with what is not the gateway's API (text/html)")
                .contains("does a proxy in between let its answers through?");
    }

    @Test
    void saysThatAnotherApiIsNotTheApi() {
        // Given
        server.on(REGISTRATIONS, StandIn.json(404, "{\"success\":false,\"error\":{\"code\":\"not-found\"}}"));

        // When
        Invocation other = run("plan");

        // Then
        assertFailed(other);
        assertThat(other.err()).contains("answered 404 with what is not the gateway's API (application/json)");
    }

    @Test
    void takesTheTokenToNobodyElse() {
        // Given
        server.on(REGISTRATIONS, StandIn.answer(302, "", "Location", server.url() + "/login"));

        // When
        Invocation redirected = run("plan");

        // Then
        assertFailed(redirected);
        assertThat(redirected.err()).contains("answered 302");
        assertThat(server.received("GET /login")).isEmpty();
    }

    @Test
    void saysThatTheConnectionBroke() {
        // Given
        server.on(REGISTRATIONS, StandIn.cut());

        // When
        Invocation broken = run("plan");

        // Then
        assertFailed(broken);
        assertThat(broken.err()).contains(server.url() + " broke the connection off");
    }

    @Test
    void goesOnWithTheNextAccountWhenAProxyFails() {
        // Given
        server.on(REGISTRATIONS, TWO_ACCOUNTS);
        server.on("POST " + FIRST + "/apply", StandIn.html(502, "502 Bad Gateway"));
        server.on("POST " + SECOND + "/apply", NOTHING_TO_CHANGE);

        // When
        Invocation half = run("apply");

        // Then
        assertThat(half.exitCode()).isEqualTo(1);
        assertThat(half.out())
                .isEqualTo(
                        """
                        tiki/p78: asserted, nothing to change

                        2 accounts: 0 with something left to change, 1 as desired, 1 failed
                        """);
        assertThat(half.err()).contains("pasar: tiki/a/b c: " + server.url() + " answered 502");
    }

    @Test
    void stopsWhenTheGatewayIsGone() {
        // Given
        server.on(REGISTRATIONS, TWO_ACCOUNTS);
        server.on("POST " + FIRST + "/apply", StandIn.cut());
        server.on("POST " + SECOND + "/apply", NOTHING_TO_CHANGE);

        // When
        Invocation stopped = run("apply");

        // Then
        assertThat(stopped.exitCode()).isEqualTo(1);
        assertThat(stopped.out())
                .isEqualTo("\n2 accounts: 0 with something left to change, 0 as desired, 1 failed, 1 not tried\n");
        assertThat(server.received("POST " + SECOND + "/apply")).isEmpty();
    }

    @Test
    void waitsOnWhileAProxyFails() {
        // Given
        server.on(REGISTRATIONS, TWO_ACCOUNTS);
        server.on("POST " + SECOND + "/apply?dry-run=true", StandIn.json(202, "{\"id\":\"c-1\"}"));
        server.on(
                "GET /api/commands/c-1",
                StandIn.html(502, "502 Bad Gateway"),
                StandIn.cut(),
                StandIn.json(202, "{\"id\":\"c-1\"}"),
                NOTHING_TO_CHANGE);

        // When
        Invocation done = run("plan", "--account", "p78");

        // Then
        assertThat(done).isEqualTo(new Invocation(0, "tiki/p78: asserted, nothing to change\n", ""));
        assertThat(server.received("GET /api/commands/c-1").get(0).header("Authorization"))
                .isEqualTo("Bearer " + TOKEN);
    }

    @Test
    void takesAnOutcomeForTheOutcomeEvenWhereItIsToTryAgain() {
        // Given
        server.on(REGISTRATIONS, TWO_ACCOUNTS);
        server.on("POST " + SECOND + "/apply", StandIn.json(202, "{\"id\":\"c-1\"}"));
        server.on(
                "GET /api/commands/c-1",
                StandIn.json(
                        503,
                        "{\"type\":\"urn:pasar:problem:marketplace-busy\",\"title\":\"Too many\",\"status\":503}"));

        // When
        Invocation busy = run("apply", "--account", "p78", "--wait", "20s");

        // Then
        assertThat(busy.exitCode()).isEqualTo(Cli.ERROR);
        assertThat(busy.err()).contains("tiki/p78: Too many");
        assertThat(server.received("GET /api/commands/c-1")).hasSize(1);
    }

    @Test
    void takesAPathInFrontOfTheApi() {
        // Given
        server.on("GET /gateway/api/registrations?marketplace=tiki", StandIn.json(200, "{\"registrations\":[]}"));

        // When
        Invocation none = Invocation.of(TOKEN, "list", "--url", server.url() + "/gateway/", "--marketplace", "tiki");

        // Then
        assertFailed(none);
        assertThat(none.err()).startsWith("pasar: The gateway has no account at marketplace 'tiki'\n");
    }

    @Test
    void takesOptionsInFrontOfTheCommandToo() {
        // Given
        server.on(REGISTRATIONS, TWO_ACCOUNTS);

        // When
        Invocation before = Invocation.of(TOKEN, "--url", server.url(), "--json", "--account", "p78", "list");
        Invocation after = run("list");

        // Then
        assertThat(before.err()).contains("answered 404");
        assertThat(after.out()).contains("a/b c", "p78");
    }

    @Test
    void showsSecretsAndAddressesWhereTheGatewayTellsThem() {
        // Given
        server.on(REGISTRATIONS, TWO_ACCOUNTS);
        server.on(
                "GET " + SECOND,
                StandIn.json(
                        200,
                        """
                        {
                          "marketplace": "tiki", "account": "p78", "state": "asserted", "reason": null,
                          "since": "2026-01-31T09:30:00.125Z", "nextCheckAt": "2026-01-31T09:45:00Z",
                          "listed": null,
                          "recorded": {
                            "sentAt": "2026-01-30T21:00:00.5Z",
                            "webhooks": {"order": "https://new.example/webhooks/tiki/p78/order"}
                          },
                          "observed": {"order": {"lastVerifiedAt": null}},
                          "secrets": [
                            {"fingerprint": "9f2c5e0d", "role": "registered", "lastUsedAt": "2026-01-31T09:31:02.125Z",
                             "removable": false},
                            {"fingerprint": "77aa0c1b", "role": "accepted", "lastUsedAt": null, "removable": true}
                          ],
                          "addresses": [
                            {"role": "former", "url": "https://old.example", "lastUsedAt": "2026-01-30T21:00:00Z", "drained": true},
                            {"role": "other", "url": null, "lastUsedAt": "2026-01-30T22:00:00Z", "drained": false}
                          ]
                        }"""));

        // When
        Invocation shown = run("list", "--account", "p78");

        // Then
        assertThat(shown)
                .isEqualTo(new Invocation(
                        0,
                        """
                                tiki/p78: asserted
                                  since 2026-01-31T09:30:00Z, next check 2026-01-31T09:45:00Z

                                  As last sent, 2026-01-30T21:00:00Z; the marketplace cannot be read
                                  FIELD  URL                                          LAST EVENT
                                  order  https://new.example/webhooks/tiki/p78/order  -

                                  SECRET    ROLE        LAST USED             MAY GO
                                  9f2c5e0d  registered  2026-01-31T09:31:02Z  no
                                  77aa0c1b  accepted    -                     yes

                                  ADDRESS              ROLE    LAST USED             MAY GO
                                  https://old.example  former  2026-01-30T21:00:00Z  yes
                                  (any other)          other   2026-01-30T22:00:00Z  -
                                """,
                        ""));
    }

    @Test
    void letsNobodySteerTheTerminal() {
        // Given
        server.on(
                REGISTRATIONS,
                StandIn.json(
                        200,
                        "{\"registrations\":[{\"marketplace\":\"tiki\",\"account\":\"1\",\"state\":\"failing\","
                                + "\"reason\":\"\\u001b[2Jgone\\r\\nnext\"}]}"));

        // When
        Invocation shown = run("list");

        // Then
        assertThat(shown.out()).contains(" [2Jgone  next\n").doesNotContain("\u001b", "\r");
    }

    private Invocation run(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--url";
        all[arguments.length + 1] = server.url();
        return Invocation.of(TOKEN, all);
    }

    private static void assertFailed(Invocation invocation) {
        assertThat(invocation.exitCode()).isEqualTo(1);
        assertThat(invocation.out()).isEmpty();
        assertThat(invocation.err())
                .startsWith("pasar: ")
                .doesNotContain("Exception", "\tat ", TOKEN)
                .doesNotContain("null");
    }
}
