package io.pasar.observation;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;

/**
 * When each thing was last seen of one account: a record's value in {@code pasar.observations}, as JSON. Only latest
 * instants, so two of these become one without asking who saw what: {@link #merge} may be done in any order and any
 * number of times. Immutable; holds secrets as fingerprints only.
 *
 * @param observedSince when observation of this account began; null if it has not. Before it, nothing is known
 * @param eventKinds by event kind
 * @param secrets when each secret last proved a delivery, by fingerprint
 * @param addresses when a verified delivery last came for each address: a configured public URL, or
 *     {@link io.pasar.account.PublicUrl#OTHER}
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Sightings(
        Instant observedSince,
        Map<String, EventKind> eventKinds,
        Map<String, Instant> secrets,
        Map<String, Instant> addresses) {

    static final Sightings NONE = new Sightings(null, null, null, null);

    public Sightings {
        eventKinds = eventKinds == null ? Map.of() : Map.copyOf(eventKinds);
        secrets = secrets == null ? Map.of() : Map.copyOf(secrets);
        addresses = addresses == null ? Map.of() : Map.copyOf(addresses);
    }

    /**
     * @param lastVerifiedAt null if never
     * @param lastRejectedAt null if never
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record EventKind(Instant lastVerifiedAt, Instant lastRejectedAt) {

        static final EventKind NONE = new EventKind(null, null);

        EventKind merge(EventKind other) {
            return new EventKind(
                    later(lastVerifiedAt, other.lastVerifiedAt), later(lastRejectedAt, other.lastRejectedAt));
        }
    }

    static Sightings begun(Instant observedSince) {
        return new Sightings(observedSince, null, null, null);
    }

    Sightings begunAtAnUnknownTime() {
        return new Sightings(null, eventKinds, secrets, addresses);
    }

    /** What either of the two has seen last; since when the earlier of the two has observed. */
    Sightings merge(Sightings other) {
        Sightings merged = new Sightings(
                earlier(observedSince, other.observedSince),
                union(eventKinds, other.eventKinds, EventKind::merge),
                union(secrets, other.secrets, Sightings::later),
                union(addresses, other.addresses, Sightings::later));
        // One object where nothing is new: there may be very many accounts
        return merged.equals(this) ? this : merged;
    }

    /** Without secrets and addresses that were last used before: most of them are no longer configured. */
    Sightings since(Instant before) {
        Map<String, Instant> recentSecrets = new HashMap<>(secrets);
        Map<String, Instant> recentAddresses = new HashMap<>(addresses);
        boolean changed = recentSecrets.values().removeIf(before::isAfter);
        changed |= recentAddresses.values().removeIf(before::isAfter);
        return changed ? new Sightings(observedSince, eventKinds, recentSecrets, recentAddresses) : this;
    }

    /**
     * Whether this knows something that the other does not. An instant that has only moved on counts when it has moved
     * by {@code step}, or is itself as old as that: so a busy account is written once per step, and a last sighting is
     * written all the same.
     */
    boolean isBeyond(Sightings other, Instant now, Duration step) {
        if (observedSince != null && (other.observedSince == null || observedSince.isBefore(other.observedSince))) {
            return true;
        }
        return isBeyond(secrets, other.secrets, now, step)
                || isBeyond(addresses, other.addresses, now, step)
                || isBeyond(instants(eventKinds), instants(other.eventKinds), now, step);
    }

    private static boolean isBeyond(
            Map<String, Instant> these, Map<String, Instant> those, Instant now, Duration step) {
        return these.entrySet().stream().anyMatch(entry -> {
            Instant mine = entry.getValue();
            Instant theirs = those.get(entry.getKey());
            return theirs == null
                    || mine.isAfter(theirs) && (!mine.isBefore(theirs.plus(step)) || !now.isBefore(mine.plus(step)));
        });
    }

    private static Map<String, Instant> instants(Map<String, EventKind> kinds) {
        Map<String, Instant> instants = new HashMap<>();
        kinds.forEach((kind, seen) -> {
            if (seen.lastVerifiedAt != null) {
                instants.put("verified " + kind, seen.lastVerifiedAt);
            }
            if (seen.lastRejectedAt != null) {
                instants.put("rejected " + kind, seen.lastRejectedAt);
            }
        });
        return instants;
    }

    private static <V> Map<String, V> union(Map<String, V> one, Map<String, V> other, BinaryOperator<V> merge) {
        if (other.isEmpty()) {
            return one;
        }
        Map<String, V> union = new HashMap<>(one);
        other.forEach((key, value) -> union.merge(key, value, merge));
        return union;
    }

    /** The latest of these; null if there is none. */
    public static Instant latest(Collection<Instant> instants) {
        return instants.stream().reduce(null, Sightings::later);
    }

    static Instant later(Instant one, Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? other : one;
    }

    private static Instant earlier(Instant one, Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }
}
