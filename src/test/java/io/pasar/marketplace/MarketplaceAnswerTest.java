package io.pasar.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.Account.TokenAuth;
import java.util.Base64;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarketplaceAnswerTest {

    private static final String SECRET = "tw0  blänks/\"q&ot\"+ <l>ngEr=text";
    private static final String TOKEN = "acc3ss.t0ken~that-is~long+en0ugh/2==";
    private static final Account ACCOUNT = TestAccounts.tiki("p77", TokenAuth.BODY, OnDrift.REPAIR, SECRET, "order");

    @ParameterizedTest
    @ValueSource(
            strings = {
                SECRET,
                TOKEN,
                "tiki:client/s&cret",
                "tiki%3Aclient%2Fs%26cret",
                "tiki%3aclient%2fs%26cret",
                "dGlraS1jbGllbnQ6dGlraTpjbGllbnQvcyZjcmV0",
                "tw0++bl%C3%A4nks%2F%22q%26ot%22%2B+%3Cl%3EngEr%3Dtext",
                "tw0%20%20bl%c3%a4nks%2f%22q%26ot%22%2b%20%3cl%3engEr%3dtext",
                "tw0  blänks/\\\"q&ot\\\"+ <l>ngEr=text",
                "tw0  blänks\\/\\\"q&ot\\\"+ <l>ngEr=text",
                "tw0  blänks/&quot;q&amp;ot&quot;+ &lt;l&gt;ngEr=text",
                "tw0  bl&auml;nks&#x2F;&#34;q&#038;ot&#34;&#43; &#60;l&#62;ngEr&#61;text",
                "tw0  bl\\u00e4nks/\\\"q\\u0026ot\\\"+ \\u003cl\\u003EngEr=text",
                "tw0  bl\\u00e4nks/\\&quot;q&amp;ot\\&quot;+ &lt;l&gt;ngEr=text",
                "tw0%20%20bl%C3%A4nks/%22q&ot%22+%20%3Cl%3EngEr=text",
                "acc3ss.t0ken~that-is~long%2Ben0ugh%2F2%3D%3D"
            })
    void showsNoPartOfASecretWhereverTheTextIsCut(String form) {
        for (int offset = 120; offset < 210; offset++) {
            // Given
            String echo = "x".repeat(offset) + form + " end";

            // When
            MarketplaceException told = answer(400, echo).failure(0, echo, echo, echo);
            MarketplaceException text = answer(400, echo).failure();
            MarketplaceException html =
                    answer(400, "<html><title>" + echo + "</title></html>").failure();

            // Then
            String part = form.replaceAll("\\s+", " ").substring(0, 3);
            for (String shown :
                    new String[] {told.getMessage(), told.code(), told.requestId(), text.getMessage(), html.getMessage()
                    }) {
                assertThat(shown)
                        .as("offset " + offset)
                        .startsWith(shown.startsWith("Reg") ? "Registering: HTTP 400: xxx" : "xxx")
                        .doesNotContain(part);
            }
        }
    }

    @Test
    void looksForASecretBeforeItReadsOnlyTheBeginning() {
        // Given
        String blanks = " ".repeat(4096 - 8 - "sorry".length());

        // When
        MarketplaceException text = answer(400, "sorry" + blanks + SECRET).failure();

        // Then
        assertThat(text).hasMessage("Registering: HTTP 400: sorry ***");
    }

    @Test
    void masksTheClientInWhatItWasSentAs() {
        // Given
        String header = "Basic " + Base64.getEncoder().encodeToString("tiki-client:tiki:client/s&cret".getBytes());

        // Then
        assertThat(answer(400, "bad header " + header).failure())
                .hasMessage("Registering: HTTP 400: bad header Basic ***");
    }

    @Test
    void masksAPayloadThatIsRepeatedAsText() throws Exception {
        // Given
        String payload = new ObjectMapper().writeValueAsString(Map.of("secret_key", SECRET));

        // Then
        assertThat(answer(400, "").failure(0, null, "bad payload " + payload, null))
                .hasMessage("Registering: HTTP 400: bad payload {\"secret_key\":\"***\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\\\\b'&\tc",
                "a\\\\\\\\b'\\u0026\\tc",
                "a%5C%5cb%27%26%09c",
                "a&#92;&#92;b&apos;&amp;&#9;c",
                "a\\\\b&apos;&amp;&#9;c"
            })
    void masksTheOddestSecretHoweverItIsWritten(String form) {
        // Given
        Account account = TestAccounts.tiki("p77", TokenAuth.BODY, OnDrift.REPAIR, "a\\\\b'&\tc", "order");

        // Then
        assertThat(answer(account, 400, "").failure(0, null, "bad " + form + " end", null))
                .hasMessage("Registering: HTTP 400: bad *** end");
    }

    @Test
    @Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
    void isNotLostInALongText() {
        // Given
        Account account = TestAccounts.tiki("p77", TokenAuth.BODY, OnDrift.REPAIR, "\\".repeat(64) + "&#%+", "order");

        // Then
        for (String piece : new String[] {"\\", "&#0", "&#x0", "%5c", "%", "\\u005c"}) {
            String text = "x" + piece.repeat(10_000);
            assertThat(answer(account, 400, text).failure().getMessage()).startsWith("Registering: HTTP 400: x");
        }
    }

    @Test
    void hidesALongTokenThatIsRepeated() {
        // Given
        String token = "eyJ-_.".repeat(1000);
        Exchange exchange = TestAnswers.answer(MarketplaceCall.REGISTER, ACCOUNT, 400, "bad " + token);
        exchange.setProperty(MarketplaceCalls.ACCESS_TOKEN, token);

        // Then
        assertThat(MarketplaceAnswer.of(exchange).failure()).hasMessage("Registering: HTTP 400: bad ***");
    }

    @Test
    void leavesARequestIdInWhichAShortSecretStandsByChance() {
        // Given
        Account account = TestAccounts.tiki("p77", TokenAuth.BODY, OnDrift.REPAIR, "97b2", "order");

        // When
        MarketplaceException failure = answer(account, 400, "").failure(0, null, "bad 97b2", "97b2702c");

        // Then
        assertThat(failure).hasMessage("Registering: HTTP 400: bad ***");
        assertThat(failure.requestId()).isEqualTo("97b2702c");
    }

    private static MarketplaceAnswer answer(int status, String body) {
        return answer(ACCOUNT, status, body);
    }

    private static MarketplaceAnswer answer(Account account, int status, String body) {
        Exchange exchange = TestAnswers.answer(MarketplaceCall.REGISTER, account, status, body);
        exchange.setProperty(MarketplaceCalls.ACCESS_TOKEN, TOKEN);
        return MarketplaceAnswer.of(exchange);
    }
}
