package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/**
 * One reason to doubt a registration, from its first sign to its all-clear; kept in {@code pasar.registrations}, so that
 * neither another replica nor a restart acts on it again.
 *
 * @param since the first wrongly signed delivery; from when on nothing came
 * @param deliveries wrongly signed ones that one replica saw in a row; 0 for silence
 * @param lastAt the last of them that was told; null for silence
 * @param resentAt when the registration was sent again because of it; null if it was not
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Episode(Kind kind, String eventKind, Instant since, long deliveries, Instant lastAt, Instant resentAt) {

    static Episode silence(String eventKind, Instant since) {
        return new Episode(Kind.SILENCE, eventKind, since, 0, null, null);
    }

    static Episode signatures(Suspicion suspicion) {
        return new Episode(
                Kind.SIGNATURES,
                suspicion.eventKind(),
                suspicion.since(),
                suspicion.deliveries(),
                suspicion.lastAt(),
                null);
    }

    /** Told again, by the same replica or another one. */
    Episode goneOn(Suspicion suspicion) {
        return new Episode(
                kind, eventKind, since, Math.max(deliveries, suspicion.deliveries()), suspicion.lastAt(), resentAt);
    }

    Episode resent(Instant at) {
        return new Episode(kind, eventKind, since, deliveries, lastAt, at);
    }

    @JsonIgnore
    boolean isWhole() {
        return kind != null && eventKind != null && since != null && (kind == Kind.SILENCE || lastAt != null);
    }

    boolean isOf(Kind other, String otherKind) {
        return kind == other && eventKind.equals(otherKind);
    }

    /** What speaks against a registration. */
    enum Kind {
        /** Deliveries are signed with another secret. */
        @JsonProperty("signatures")
        SIGNATURES,
        /** Nothing came for longer than {@code expect-every}. */
        @JsonProperty("silence")
        SILENCE
    }
}
