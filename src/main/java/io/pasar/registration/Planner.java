package io.pasar.registration;

import io.pasar.marketplace.Listing;
import io.pasar.registration.Plan.Action;
import io.pasar.registration.Plan.Change;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Works out what a write would change. What the marketplace lists counts; for what it does not list, what we last sent
 * does, and that is sent again when it is older than {@code reassertEvery}.
 *
 * <p>A write is always whole. So as soon as there is one reason to write, the plan also names everything that goes with
 * it unchanged: others' URLs as carried over, our own blind fields as resent.
 */
final class Planner {

    static final String SECRET = "secret";
    private static final String WAREHOUSES = "warehouses";

    private final DesiredRegistration desired;
    private final Listing listed;
    private final String listedSecret;
    private final Sent sent;
    private final boolean reassert;

    private final List<Change> reasons = new ArrayList<>();
    private final List<Change> company = new ArrayList<>();

    private Planner(DesiredRegistration desired, Listing listed, String listedSecret, Sent sent, boolean reassert) {
        this.desired = desired;
        this.listed = listed;
        this.listedSecret = listedSecret;
        this.sent = sent;
        this.reassert = reassert;
    }

    /**
     * A pure function of its arguments.
     *
     * @param listed what the marketplace answers; null where it cannot be read
     * @param listedSecret fingerprint of the listed secret; null where it is not shown
     * @param sent null if nothing was ever sent
     * @param reassertEvery zero when it is not known whether the last write was stored
     */
    static Plan plan(
            DesiredRegistration desired,
            Listing listed,
            String listedSecret,
            Sent sent,
            Instant now,
            Duration reassertEvery) {
        boolean reassert = sent == null
                || !now.isBefore(sent.sentAt().plus(reassertEvery))
                || Schedule.isAhead(sent.sentAt(), now);
        return new Planner(desired, listed, listedSecret, sent, reassert).plan();
    }

    /** What of the desired registration cannot be read: event kinds and {@link #SECRET}. */
    static List<String> blind(DesiredRegistration desired, Listing listed, String listedSecret) {
        Stream<String> kinds = desired.webhooks().keySet().stream()
                .filter(kind -> listed == null || !listed.webhooks().containsKey(kind));
        return Stream.concat(kinds, listedSecret == null ? Stream.of(SECRET) : Stream.empty())
                .toList();
    }

    /** Whether any listed URL is one of ours. */
    static boolean listsOurs(DesiredRegistration desired, Listing listed) {
        return listed != null
                && listed.webhooks().entrySet().stream()
                        .anyMatch(webhook -> desired.isOurs(webhook.getKey(), webhook.getValue()));
    }

    /**
     * What the marketplace answered, without the URLs of ours that are no longer wanted: a write made from it does not
     * send them back.
     */
    static Listing withoutUnwanted(DesiredRegistration desired, Listing listed, Sent sent) {
        if (listed == null) {
            return null;
        }
        Map<String, String> webhooks = new LinkedHashMap<>();
        listed.webhooks()
                .forEach((kind, url) -> webhooks.put(kind, isUnwantedOurs(desired, sent, kind, url) ? "" : url));
        Map<String, Object> other = new LinkedHashMap<>(listed.other());
        desired.carryOver()
                .keySet()
                .forEach(field ->
                        other.computeIfPresent(field, (name, url) -> isOursGivenBack(desired, url) ? null : url));
        return new Listing(webhooks, other, listed.secret());
    }

    /** A field that was ours is another's now: what the list still shows in it is not theirs. */
    private static boolean isOursGivenBack(DesiredRegistration desired, Object listed) {
        return listed instanceof String url
                && (url.startsWith(desired.urlPrefix())
                        || desired.formerPrefixes().stream().anyMatch(url::startsWith));
    }

    private Plan plan() {
        desired.webhooks().forEach(this::wanted);
        unwanted();
        secret();
        blind(WAREHOUSES, sent == null ? null : text(sent.warehouses()), text(desired.warehouses()));
        carriedOver();
        List<Change> changes = new ArrayList<>(reasons);
        if (!reasons.isEmpty()) {
            changes.addAll(company);
        }
        return new Plan(List.copyOf(changes), warnings(!reasons.isEmpty()));
    }

    private void wanted(String kind, String url) {
        if (isSeen(kind)) {
            seen(kind, blankToNull(listed.webhooks().get(kind)), url);
        } else {
            blind(kind, sent == null ? null : sent.webhooks().get(kind), url);
        }
    }

    private void unwanted() {
        if (listed != null) {
            listed.webhooks().forEach(this::listedUnwanted);
        }
        if (sent != null) {
            sent.webhooks().forEach((kind, url) -> {
                if (!desired.webhooks().containsKey(kind) && !isSeen(kind)) {
                    reasons.add(new Change(kind, Action.CHANGE, url, null));
                }
            });
        }
    }

    private void listedUnwanted(String kind, String url) {
        if (url.isEmpty() || desired.webhooks().containsKey(kind)) {
            return;
        }
        if (isUnwantedOurs(desired, sent, kind, url)) {
            reasons.add(new Change(kind, Action.CHANGE, url, null));
        } else {
            company.add(new Change(kind, Action.CARRY_OVER, url, url));
        }
    }

    private static boolean isUnwantedOurs(DesiredRegistration desired, Sent sent, String kind, String url) {
        boolean sentBefore = sent != null && url.equals(sent.webhooks().get(kind));
        return !url.isEmpty() && !desired.webhooks().containsKey(kind) && (sentBefore || desired.isOurs(kind, url));
    }

    private void secret() {
        if (listedSecret == null) {
            blind(SECRET, sent == null ? null : sent.secret(), desired.secret());
        } else if (!sameSecret(listedSecret, desired.secret())) {
            boolean none = listed.secret().value().isEmpty();
            reasons.add(none ? set(SECRET, desired.secret()) : change(SECRET, listedSecret, desired.secret()));
        }
    }

    private void carriedOver() {
        if (listed != null) {
            listed.other().forEach((field, value) -> {
                if (desired.carryOver().containsKey(field) && isOursGivenBack(desired, value)) {
                    reasons.add(
                            change(field, (String) value, desired.carryOver().get(field)));
                } else if (isUrl(value)) {
                    company.add(new Change(field, Action.CARRY_OVER, (String) value, (String) value));
                }
            });
        }
        desired.carryOver().forEach((field, url) -> {
            if (listed == null || !listed.other().containsKey(field)) {
                carryOver(field, sent == null ? null : sent.carryOver().get(field), url);
            }
        });
        if (sent != null) {
            sent.carryOver().forEach((field, url) -> {
                if (!desired.carryOver().containsKey(field)) {
                    reasons.add(new Change(field, Action.CHANGE, url, null));
                }
            });
        }
    }

    private void carryOver(String field, String from, String to) {
        boolean due = reassert || !to.equals(from);
        (due ? reasons : company).add(new Change(field, Action.CARRY_OVER, from, to));
    }

    private void seen(String field, String from, String to) {
        if (from == null) {
            reasons.add(set(field, to));
        } else if (!from.equals(to)) {
            reasons.add(change(field, from, to));
        }
    }

    private void blind(String field, String from, String to) {
        boolean none = to.isEmpty() && (from == null || from.isEmpty());
        if (none) {
            return;
        }
        if (from == null) {
            reasons.add(set(field, to));
        } else if (!from.equals(to)) {
            reasons.add(change(field, from, to));
        } else {
            (reassert ? reasons : company).add(new Change(field, Action.RESEND, from, to));
        }
    }

    private boolean isSeen(String kind) {
        return listed != null && listed.webhooks().containsKey(kind);
    }

    private List<String> warnings(boolean writes) {
        if (listed == null) {
            return blindWarnings();
        }
        List<String> warnings = new ArrayList<>();
        List<String> foreign = Stream.concat(reasons.stream(), company.stream())
                .filter(change -> change.action() == Action.CARRY_OVER)
                .map(Change::field)
                .toList();
        if (!foreign.isEmpty()) {
            warnings.add("One secret serves all receivers of this account. Others receive " + String.join(", ", foreign)
                    + ": they need the same secret.");
        }
        List<String> unseen = desired.webhooks().keySet().stream()
                .filter(kind -> !isSeen(kind))
                .toList();
        if (!unseen.isEmpty()) {
            warnings.add("The marketplace does not list " + String.join(", ", unseen)
                    + ": it is sent with every write, and its drift cannot be seen.");
        }
        if (writes) {
            warnings.add("A write blanks what the marketplace does not list. URLs of others in such fields must stand"
                    + " under carry-over of the account.");
        }
        return List.copyOf(warnings);
    }

    /** Of no marketplace that cannot be read is it known that a write ends what it leaves out. */
    private List<String> blindWarnings() {
        List<String> ended = reasons.stream()
                .filter(change -> change.to() == null)
                .map(Change::field)
                .toList();
        return ended.isEmpty()
                ? List.of()
                : List.of(
                        "Whether leaving out " + String.join(", ", ended) + " ends it cannot be read. If webhooks of it"
                                + " still come, they are answered 404: ask the marketplace to end it.");
    }

    private static Change set(String field, String to) {
        return new Change(field, Action.SET, null, to);
    }

    private static Change change(String field, String from, String to) {
        return new Change(field, Action.CHANGE, from, to);
    }

    private static String text(List<String> warehouses) {
        return String.join(",", warehouses);
    }

    private static String blankToNull(String url) {
        return url.isEmpty() ? null : url;
    }

    static boolean isUrl(Object value) {
        return value instanceof String text && (text.startsWith("https://") || text.startsWith("http://"));
    }

    private static boolean sameSecret(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
