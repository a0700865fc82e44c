package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A record's value in {@code pasar.commands}, as JSON.
 *
 * @param id chosen by the sender; the answer carries it
 * @param trigger absent in commands of other systems
 * @param suspicion what a replica saw; null in commands that are not about that
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Command(String id, Action action, String marketplace, String account, Trigger trigger, Suspicion suspicion) {

    private static final int LONGEST = 200;

    Command {
        trigger = trigger == null ? Trigger.REQUEST : trigger;
    }

    Command(String id, Action action, String marketplace, String account, Trigger trigger) {
        this(id, action, marketplace, account, trigger, null);
    }

    String key() {
        return marketplace + "/" + account;
    }

    /** What is wrong with it, in words; null if nothing is. */
    String mistake() {
        if (isNoName(id)) {
            return "id is missing, or longer than " + LONGEST + " characters";
        }
        if (action == null) {
            return "action is missing, or none of list, plan, apply";
        }
        if (isNoName(marketplace)) {
            return "marketplace is missing";
        }
        return isNoName(account) ? "account is missing" : null;
    }

    private static boolean isNoName(String text) {
        return text == null || text.isBlank() || text.length() > LONGEST;
    }

    /** As {@link Registrations.Action}, in the words of the topic. */
    enum Action {
        @JsonProperty("list")
        LIST,
        @JsonProperty("plan")
        PLAN,
        @JsonProperty("apply")
        APPLY
    }
}
