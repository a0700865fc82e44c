package io.pasar.marketplace;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.pasar.account.Account;
import io.pasar.account.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.web.util.HtmlUtils;

/**
 * Takes out of a marketplace's words the secrets that it was sent and may repeat, as they were sent or as JSON, a form,
 * a URL or HTML writes them. To be used on the whole text: of a secret that was cut before, the rest would stay.
 * Immutable.
 */
final class Masks {

    private static final String MASK = new Secret("").toString();
    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-F]{2}");

    /** The longest first: one may stand in another. */
    private final List<String> forms;

    /** @param token the access token; null if none was sent */
    Masks(Account account, String token) {
        // Without its padding, which may be missing where it is repeated
        String pair = ClientCredentials.pair(account).replaceFirst("=+$", "");
        this.forms = Stream.concat(
                        account.webhookSecrets().stream().map(Secret::value),
                        Stream.of(account.clientSecret().value(), pair, token == null ? "" : token))
                .filter(secret -> !secret.isEmpty())
                .flatMap(Masks::forms)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    private static Stream<String> forms(String secret) {
        String json = String.valueOf(JsonStringEncoder.getInstance().quoteAsString(secret));
        String form = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        String url = form.replace("+", "%20");
        return Stream.of(
                secret,
                json,
                json.replace("/", "\\/"),
                form,
                url,
                lowerCase(form),
                lowerCase(url),
                HtmlUtils.htmlEscape(secret, "UTF-8"));
    }

    private static String lowerCase(String encoded) {
        return ESCAPE.matcher(encoded)
                .replaceAll((MatchResult escape) -> escape.group().toLowerCase(Locale.ROOT));
    }

    /** Null stays null. */
    String masked(String text) {
        String masked = text;
        if (masked != null) {
            for (String form : forms) {
                masked = masked.replace(form, MASK);
            }
        }
        return masked;
    }
}
