package io.pasar.marketplace;

import com.fasterxml.jackson.databind.JsonNode;
import io.pasar.account.Account;
import io.pasar.account.Account.TokenAuth;
import io.pasar.account.Secret;
import io.pasar.marketplace.MarketplaceException.Kind;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;

/**
 * The steps of a {@code -token} route that YAML cannot say: OAuth2's client credentials grant, the same at every
 * marketplace that uses it.
 */
final class ClientCredentials {

    /** For an answer that does not say how long the token lives. */
    private static final Duration SHORT_LIFE = Duration.ofMinutes(5);

    /** RFC 6750's b68token, and whatever else can stand in a header as one word. */
    private static final Pattern ONE_WORD = Pattern.compile("[\\x21-\\x7e]+");

    /** The {@code Authorization} header; null for a client that proves itself in the body. */
    public String authorization(Account account) {
        return account.tokenAuth() == TokenAuth.BASIC ? basic(account) : null;
    }

    /** The {@code Authorization} header of a marketplace that knows no other way. */
    public String basic(Account account) {
        return "Basic " + pair(account);
    }

    /** What proves the client in the header, base64 as it is sent. */
    static String pair(Account account) {
        String pair = account.clientId() + ":" + account.clientSecret().value();
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    /** The form body of the grant. */
    public byte[] form(Account account) {
        String form = "grant_type=client_credentials";
        if (account.tokenAuth() == TokenAuth.BODY) {
            form += "&client_id=" + encoded(account.clientId()) + "&client_secret="
                    + encoded(account.clientSecret().value());
        }
        return form.getBytes(StandardCharsets.US_ASCII);
    }

    /** @throws MarketplaceException unless the answer holds a token */
    public AccessToken token(Exchange exchange) {
        MarketplaceAnswer answer = MarketplaceAnswer.of(exchange);
        JsonNode body = answer.json();
        if (body.path("error").isTextual()) {
            String said = body.path("error_description").asText(null);
            throw answer.failure(400, body.path("error").asText(), said, null);
        }
        if (!answer.successful()) {
            throw advised(answer.failure(), MarketplaceCalls.account(exchange));
        }
        String token = body.path("access_token").asText("");
        if (!ONE_WORD.matcher(token).matches()) {
            throw answer.unexpected("it holds no access_token");
        }
        return new AccessToken(new Secret(token), life(body.path("expires_in").asLong(0)));
    }

    private static MarketplaceException advised(MarketplaceException failure, Account account) {
        return failure.kind() == Kind.GONE
                ? failure.advising("Nothing gives tokens there: check pasar.marketplaces." + account.marketplace()
                        + ".token-url, and whether the marketplace still offers this API")
                : failure;
    }

    private static Duration life(long seconds) {
        return seconds > 0
                ? Duration.ofSeconds(Math.min(seconds, Duration.ofDays(365).toSeconds()))
                : SHORT_LIFE;
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
