package io.pasar.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pasar.sandbox.Faults.Effect;
import io.pasar.sandbox.Faults.Fault;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One control call: what it asks for, checked and done. {@code {"do": "fail", "call": "register", "times": 2}} and so
 * on; {@link #KEYS} has every word and the keys it takes.
 */
final class Control {

    private static final Map<String, Set<String>> KEYS = new TreeMap<>(Map.of(
            "fail", Set.of("call", "account", "times", "status", "html", "retry-after"),
            "rate-limit", Set.of("call", "account", "times", "retry-after"),
            "delay", Set.of("call", "account", "times", "millis"),
            "store-then-fail", Set.of("account", "times", "status", "html"),
            "store-then-drop", Set.of("account", "times"),
            "change", Set.of("account", "event-kind", "url"),
            "blank", Set.of("account", "event-kind"),
            "change-secret", Set.of("account", "secret"),
            "expire-tokens", Set.of()));

    /** Every word that {@code do} may have. */
    static final Set<String> WORDS = KEYS.keySet();

    private static final int MOST_TIMES = 1_000_000;
    private static final int LONGEST_DELAY = 120_000;

    private final StandIn standIn;
    private final ObjectNode wish;

    private Control(StandIn standIn, ObjectNode wish) {
        this.standIn = standIn;
        this.wish = wish;
    }

    /** @throws ControlException if the wish is not understood; nothing has happened then */
    static void obey(StandIn standIn, ObjectNode wish) {
        new Control(standIn, wish).obey();
    }

    private void obey() {
        String action = wish.path("do").asText();
        Set<String> keys = KEYS.get(action);
        if (keys == null) {
            throw ControlException.badRequest("\"do\" must be one of " + String.join(", ", KEYS.keySet()));
        }
        wish.fieldNames().forEachRemaining(key -> {
            if (!key.equals("do") && !keys.contains(key)) {
                throw ControlException.badRequest(
                        "\"" + action + "\" has no key \"" + key + "\"; it takes " + new TreeSet<>(keys));
            }
        });
        switch (action) {
            case "fail" -> fault(Effect.FAIL, call(), number("status", 500, 400, 599), 0);
            case "rate-limit" -> fault(Effect.RATE_LIMIT, call(), 429, 0);
            case "delay" -> fault(Effect.DELAY, call(), 0, number("millis", 2_000, 1, LONGEST_DELAY));
            case "store-then-fail" -> fault(Effect.STORE_THEN_FAIL, Call.REGISTER, number("status", 500, 400, 599), 0);
            case "store-then-drop" -> fault(Effect.STORE_THEN_DROP, Call.REGISTER, 0, 0);
            case "change" -> setUrl(url());
            case "blank" -> setUrl("");
            case "change-secret" -> standIn.setSecret(registeredAccount(), text("secret"));
            default -> standIn.tokens().expireAll();
        }
    }

    private void fault(Effect effect, Call call, int status, long millis) {
        String account = wish.has("account") ? text("account") : null;
        if (account != null && standIn.seller(account).isEmpty()) {
            throw ControlException.badRequest("\"account\" must be one of "
                    + standIn.sellers().stream().map(Seller::id).toList());
        }
        standIn.faults()
                .add(new Fault(
                        effect,
                        call,
                        account,
                        number("times", 1, 1, MOST_TIMES),
                        status,
                        flag("html"),
                        millis,
                        wish.has("retry-after") ? number("retry-after", 0, 0, 86_400) : null));
    }

    private void setUrl(String url) {
        String account = registeredAccount();
        if (!standIn.setUrl(account, text("event-kind"), url)) {
            throw ControlException.badRequest("Account " + account + " has no webhook \"" + text("event-kind")
                    + "\"; it has " + standIn.urls(account).keySet());
        }
        standIn.enlist(account);
    }

    private String registeredAccount() {
        String account = text("account");
        if (!standIn.registered().contains(account)) {
            throw ControlException.badRequest(
                    "Account " + account + " has registered nothing; registered are " + standIn.registered());
        }
        return account;
    }

    private String url() {
        String url = text("url");
        if (!StandIn.isWebUrl(url)) {
            throw ControlException.badRequest("\"url\" must be an http or https URL");
        }
        return url;
    }

    private Call call() {
        if (!wish.has("call")) {
            return null;
        }
        String word = text("call");
        return Arrays.stream(Call.values())
                .filter(call -> call.word().equals(word) && standIn.calls().contains(call))
                .findFirst()
                .orElseThrow(() -> ControlException.badRequest("\"call\" must be one of " + callWords()));
    }

    private List<String> callWords() {
        return standIn.calls().stream().map(Call::word).sorted().collect(Collectors.toList());
    }

    private String text(String key) {
        JsonNode node = wish.path(key);
        if (!node.isTextual()) {
            throw ControlException.badRequest("\"" + key + "\" must be given, as a text");
        }
        return node.asText();
    }

    private int number(String key, int otherwise, int least, int most) {
        JsonNode node = wish.path(key);
        if (node.isMissingNode()) {
            return otherwise;
        }
        if (!node.canConvertToInt() || !node.isIntegralNumber() || node.asInt() < least || node.asInt() > most) {
            throw ControlException.badRequest("\"" + key + "\" must be a number from " + least + " to " + most);
        }
        return node.asInt();
    }

    private boolean flag(String key) {
        JsonNode node = wish.path(key);
        if (!node.isMissingNode() && !node.isBoolean()) {
            throw ControlException.badRequest("\"" + key + "\" must be true or false");
        }
        return node.asBoolean();
    }
}
