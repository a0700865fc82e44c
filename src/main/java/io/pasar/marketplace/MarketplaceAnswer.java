package io.pasar.marketplace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.pasar.marketplace.MarketplaceException.Kind;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * A marketplace's HTTP answer, to be understood by the step after an {@code http:} step that has
 * {@code throwExceptionOnFailure} off. Immutable.
 */
public final class MarketplaceAnswer {

    /** Exact: integers of any size and decimals keep their value. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final Pattern TITLE =
            Pattern.compile("<title[^>]*>(.*?)</title", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final int LONGEST_MESSAGE = 200;
    private static final int HEAD = 4096;
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);
    private static final Duration LONGEST_REST_OF_ALL = Duration.ofSeconds(10);
    private static final Duration UNTOLD_REST = Duration.ofSeconds(1);

    private final MarketplaceCall call;
    private final int status;
    private final byte[] body;
    private final Duration retryAfter;
    private final Masks masks;

    private MarketplaceAnswer(MarketplaceCall call, int status, byte[] body, Duration retryAfter, Masks masks) {
        this.call = call;
        this.status = status;
        this.body = body;
        this.retryAfter = retryAfter;
        this.masks = masks;
    }

    /** The answer that an {@code http:} step has left in this exchange. */
    public static MarketplaceAnswer of(Exchange exchange) {
        Message message = exchange.getMessage();
        byte[] body = message.getBody(byte[].class);
        return new MarketplaceAnswer(
                exchange.getProperty(MarketplaceCalls.CALL, MarketplaceCall.class),
                message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, int.class),
                body == null ? new byte[0] : body,
                retryAfter(message),
                new Masks(
                        MarketplaceCalls.account(exchange),
                        exchange.getProperty(MarketplaceCalls.ACCESS_TOKEN, String.class)));
    }

    /** Whether the HTTP status is 2xx. */
    public boolean successful() {
        return status / 100 == 2;
    }

    /** The body; a missing node if it is no JSON object. */
    public JsonNode json() {
        try {
            JsonNode node = JSON.readTree(body);
            return node.isObject() ? node : MissingNode.getInstance();
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory failed", e);
        }
    }

    /** The failure when there is nothing to go by but the HTTP status and what a person would read in the body. */
    public MarketplaceException failure() {
        return successful() ? unexpected(said()) : failure(0, null, said(), null);
    }

    /**
     * The failure when the answer claims success but is not what the marketplace's documents promise.
     *
     * @param what is wrong with it; repeats nothing of the body that may be secret
     */
    public MarketplaceException unexpected(String what) {
        String text = "its answer is not what its documents promise" + (what.isEmpty() ? "" : ": " + what);
        return new MarketplaceException(kind(status), status, null, sentence(status, text), null, retryAfter, null);
    }

    /**
     * The failure that the body tells of in the marketplace's own envelope.
     *
     * @param statusInBody the envelope's own status, which counts where HTTP says 2xx; 0 if it has none
     * @param code the marketplace's own error code; null if none
     * @param message in the marketplace's words
     * @param requestId the marketplace's own id of the call; null if none
     */
    public MarketplaceException failure(int statusInBody, String code, String message, String requestId) {
        int effective = successful() && statusInBody >= 400 ? statusInBody : status;
        boolean told = successful() && statusInBody == 0;
        return new MarketplaceException(
                told ? Kind.REJECTED : kind(effective),
                effective,
                shortened(code),
                sentence(effective, message),
                shortenedId(requestId),
                retryAfter,
                null);
    }

    private Kind kind(int effective) {
        return switch (effective) {
            case 401 -> Kind.UNAUTHORIZED;
            case 400, 403 -> call == MarketplaceCall.TOKEN ? Kind.UNAUTHORIZED : Kind.REJECTED;
            case 404, 410 -> Kind.GONE;
            case 429 -> Kind.RATE_LIMITED;
            case 408 -> Kind.UNAVAILABLE;
            default -> {
                // What a redirect asks for is not done, and nothing was stored where it came from
                boolean refused = effective / 100 == 4;
                boolean unclear = effective / 100 == 5 || effective / 100 == 2;
                yield refused ? Kind.REJECTED : unclear && call.writes() ? Kind.OUTCOME_UNKNOWN : Kind.UNAVAILABLE;
            }
        };
    }

    private String sentence(int effective, String message) {
        String said = shortened(message);
        String hint = effective / 100 == 3 ? " (redirects are not followed)" : "";
        return call.words() + ": HTTP " + effective + hint + (said == null || said.isEmpty() ? "" : ": " + said);
    }

    /** An HTML page's title, else a plain text's beginning; nothing of what may be JSON, where secrets can stand. */
    private String said() {
        String text = masks.masked(new String(body, StandardCharsets.UTF_8));
        String head = text.substring(0, Math.min(text.length(), HEAD)).strip();
        if (head.startsWith("<")) {
            Matcher title = TITLE.matcher(head);
            return title.find() ? shortened(title.group(1)) : "an HTML page";
        }
        return successful() || head.startsWith("{") || head.startsWith("[") ? "" : shortened(head);
    }

    /**
     * Fit to be shown, in one line of a log too: no secret, no control characters, no more than one space at a time, not
     * long. Null stays null.
     */
    public String shortened(String text) {
        if (text == null) {
            return null;
        }
        return inOneLine(masks.masked(text));
    }

    /** The same for the marketplace's own id of a call, where a secret of a few characters may stand by chance. */
    public String shortenedId(String id) {
        return id == null ? null : inOneLine(masks.maskedId(id));
    }

    private static String inOneLine(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "…";
    }

    /**
     * How long the marketplace wants no further call of this kind, from anybody; nought if it does not mind. What
     * {@code Retry-After} says may be meant for one account alone, so the others do not wait for all of it.
     */
    static Duration rest(Message message) {
        boolean refused = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, int.class) == 429;
        boolean usedUp = "0"
                .equals(message.getHeader("X-Ratelimit-Remaining", "", String.class)
                        .strip());
        if (!refused && !usedUp) {
            return Duration.ZERO;
        }
        Optional<Duration> reset = wait(message.getHeader("X-Ratelimit-Reset-After", String.class));
        if (reset.isPresent() || !refused) {
            return shorter(reset.orElse(Duration.ZERO), LONGEST_REST);
        }
        Duration told = retryAfter(message);
        return told == null ? UNTOLD_REST : shorter(told, LONGEST_REST_OF_ALL);
    }

    /** Standard header first; else Tokopedia's ("Rate limit"): seconds with a fraction, at times minus nought. */
    private static Duration retryAfter(Message message) {
        return wait(message.getHeader("Retry-After", String.class))
                .or(() -> wait(message.getHeader("X-Ratelimit-Reset-After", String.class)))
                .or(() -> wait(message.getHeader("X-Ratelimit-Full-Reset-After", String.class)))
                .orElse(null);
    }

    private static Optional<Duration> wait(String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            BigDecimal millis = new BigDecimal(text.strip()).movePointRight(3);
            return Optional.of(bounded(
                    millis.compareTo(BigDecimal.valueOf(LONGEST_WAIT.toMillis())) > 0
                            ? LONGEST_WAIT
                            : Duration.ofMillis(millis.longValue())));
        } catch (ArithmeticException e) {
            // An exponent beyond all measure
            return Optional.empty();
        } catch (NumberFormatException e) {
            return until(text.strip());
        }
    }

    private static Optional<Duration> until(String date) {
        try {
            Instant at = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Optional.of(bounded(Duration.between(Instant.now(), at)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Duration bounded(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return shorter(wait, LONGEST_WAIT);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
