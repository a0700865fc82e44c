package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.pasar.account.Account;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A record's value in {@code pasar.commands}, as JSON.
 *
 * @param id chosen by the sender; the answer carries it
 * @param trigger null for a command of another system that the gateway has not taken over yet. It is no member of the
 *     JSON, where others could claim to be the timer, but a header that the gateway sets
 * @param suspicion what a replica saw; null in commands that are not about that
 */
record Command(
        String id,
        Action action,
        String marketplace,
        String account,
        @JsonIgnore Trigger trigger,
        @JsonInclude(Include.NON_NULL) Suspicion suspicion) {

    private static final ObjectReader ANY_JSON = RegistrationTopics.JSON.reader();
    private static final ObjectReader JSON = ANY_JSON.with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private static final String SENT_BY = "sentBy";
    private static final String SENT_BY_US = "pasar";

    private static final int LONGEST = 200;

    /** One line: these texts are repeated in logs and records. */
    private static final Pattern NAME = Pattern.compile("(?=.*\\S)\\P{Cntrl}{1," + LONGEST + "}");

    private static final String NAME_IN_WORDS =
            "must be a text of 1 to " + LONGEST + " characters without control characters";

    /** @throws BadCommandException unless these bytes are a command, whatever they are */
    static Command read(byte[] json, Trigger trigger) throws BadCommandException {
        JsonNode tree = tree(json);
        String id = name(tree, "id");
        String marketplace = name(tree, "marketplace");
        String account = name(tree, "account");
        Action action = action(tree.path("action"));
        String mistake = null;
        if (!tree.isObject()) {
            mistake = tree.isMissingNode() ? "it is empty" : "it is JSON, but no object";
        } else if (id == null) {
            mistake = "id " + NAME_IN_WORDS;
        } else if (action == null) {
            mistake = "action must be list, plan or apply";
        } else if (trigger == null && SENT_BY_US.equals(tree.path(SENT_BY).textValue())) {
            mistake = "its header " + RegistrationTopics.TRIGGER + " was lost; routes/commands.camel.yaml must keep it";
        } else if (marketplace == null) {
            mistake = "marketplace " + NAME_IN_WORDS;
        } else if (account == null) {
            mistake = "account " + NAME_IN_WORDS;
        }
        if (mistake != null) {
            throw new BadCommandException(mistake, id, marketplace, account);
        }
        return new Command(id, action, marketplace, account, trigger, suspicion(tree, trigger));
    }

    Command(String id, Action action, String marketplace, String account, Trigger trigger) {
        this(id, action, marketplace, account, trigger, null);
    }

    /**
     * A route that wipes headers, as this one's did once, would have each of our commands taken over again and again:
     * it would go round for ever.
     */
    @JsonProperty(SENT_BY)
    String sentBy() {
        return SENT_BY_US;
    }

    String key() {
        return marketplace + "/" + account;
    }

    /** The same, as asked for by somebody else. */
    Command triggeredBy(Trigger other) {
        return new Command(id, action, marketplace, account, other, null);
    }

    /** A new one of ours, with an id that no other has. */
    static Command of(Action action, Account account, Trigger trigger, Suspicion suspicion) {
        return new Command(
                UUID.randomUUID().toString(), action, account.marketplace(), account.id(), trigger, suspicion);
    }

    private static JsonNode tree(byte[] json) throws BadCommandException {
        try {
            return json == null ? MissingNode.getInstance() : JSON.readTree(json);
        } catch (JsonProcessingException e) {
            JsonNode lenient = lenientTree(json);
            String mistake = lenient.isMissingNode() ? "it is no JSON" + where(e) : "a member is in it twice";
            throw new BadCommandException(
                    mistake, name(lenient, "id"), name(lenient, "marketplace"), name(lenient, "account"));
        } catch (IOException e) {
            throw new BadCommandException("it is no JSON", null, null, null);
        }
    }

    /** Jackson does not say where what is nested too deep begins. */
    private static String where(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        return at == null ? "" : ", from line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    private static JsonNode lenientTree(byte[] json) {
        try {
            return ANY_JSON.readTree(json);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /** Null where there is none, or none that can be read: then nothing follows from the command. */
    private static Suspicion suspicion(JsonNode tree, Trigger trigger) {
        if (trigger != Trigger.EVIDENCE) {
            return null;
        }
        try {
            return RegistrationTopics.JSON.treeToValue(tree.path("suspicion"), Suspicion.class);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** Null where there is none that can be repeated. */
    private static String name(JsonNode tree, String member) {
        JsonNode value = tree.path(member);
        return value.isTextual() && NAME.matcher(value.textValue()).matches() ? value.textValue() : null;
    }

    private static Action action(JsonNode word) {
        return Arrays.stream(Action.values())
                .filter(action -> action.name().toLowerCase(Locale.ROOT).equals(word.textValue()))
                .findFirst()
                .orElse(null);
    }
}
