package io.pasar.marketplace;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.pasar.account.Account;
import io.pasar.account.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.web.util.HtmlUtils;

/**
 * Takes out of a marketplace's words the secrets that it was sent and may repeat, as they were sent or as any encoder of
 * JSON, a form, a URL or HTML writes them. To be used on the whole text: of a secret that was cut before, the rest would
 * stay. Immutable.
 */
final class Masks {

    private static final String MASK = new Secret("").toString();

    /** What some encoder may write otherwise: they agree on letters and digits alone. */
    private static final Pattern ENCODABLE = Pattern.compile("\\\\+|[^A-Za-z0-9]");

    /** In characters. A shorter secret stands in an id by chance. */
    private static final int LONG = 8;

    /** The longest first: one may stand in another. */
    private final List<Hidden> secrets;

    /** @param token the access token; null if none was sent */
    Masks(Account account, String token) {
        // Without its padding, which may be missing where it is repeated
        String pair = ClientCredentials.pair(account).replaceFirst("=+$", "");
        this.secrets = Stream.concat(
                        account.webhookSecrets().stream().map(Secret::value),
                        Stream.of(account.clientSecret().value(), pair, token == null ? "" : token))
                .filter(secret -> !secret.isEmpty())
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(secret -> new Hidden(secret.length(), forms(secret)))
                .toList();
    }

    private static Pattern forms(String secret) {
        String encoded = ENCODABLE
                .matcher(secret)
                .replaceAll(one -> Matcher.quoteReplacement(
                        one.group().startsWith("\\")
                                ? backslashes(one.group().length())
                                : forms(one.group().codePointAt(0))));
        return Pattern.compile(Pattern.quote(secret) + "|" + encoded);
    }

    /** As one: each may be doubled, so a run of them could be divided in ever so many ways. */
    private static String backslashes(int count) {
        return "(?:\\\\{%1$d,%2$d}+|(?i:%%5c){%1$d}|(?i:&#0*92;|&#x0*5c;){%1$d}|(?:\\\\u(?i:005c)){%1$d})"
                .formatted(count, 2 * count);
    }

    /** No two forms of a character may match the same text: a long run of it would be tried in ever so many ways. */
    private static String forms(int codePoint) {
        String raw = Character.toString(codePoint);
        String named = HtmlUtils.htmlEscape(raw).replace("&#39;", "&apos;");
        String json = String.valueOf(JsonStringEncoder.getInstance().quoteAsString(raw));
        String utf8 = HexFormat.of().withPrefix("%").formatHex(raw.getBytes(StandardCharsets.UTF_8));
        StringBuilder forms = new StringBuilder("(?:")
                .append("\\\\?" + Pattern.quote(raw))
                .append("|(?i:" + utf8 + ")")
                .append("|\\\\?(?i:&#0*" + codePoint + ";|&#x0*" + Integer.toHexString(codePoint) + ";)|");
        raw.chars().forEach(unit -> forms.append("\\\\u(?i:%04x)".formatted(unit)));
        if (!named.equals(raw)) {
            forms.append("|\\\\?" + Pattern.quote(named));
        }
        // A control character's short form
        if (json.length() == 2 && json.charAt(1) != codePoint) {
            forms.append("|" + Pattern.quote(json));
        }
        if (codePoint == ' ') {
            forms.append("|\\+");
        }
        return forms.append(')').toString();
    }

    /** Null stays null. */
    String masked(String text) {
        return masked(text, 1);
    }

    /** An id of the marketplace's own, which its support needs as it is. Null stays null. */
    String maskedId(String id) {
        return masked(id, LONG);
    }

    private String masked(String text, int shortest) {
        String masked = text;
        for (Hidden secret : secrets) {
            if (masked != null && secret.length() >= shortest) {
                masked = secret.forms().matcher(masked).replaceAll(MASK);
            }
        }
        return masked;
    }

    private record Hidden(int length, Pattern forms) {}
}
