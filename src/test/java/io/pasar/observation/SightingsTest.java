package io.pasar.observation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SightingsTest {

    private static final Instant NOW = Instant.parse("2031-02-03T04:05:06Z");
    private static final Duration STEP = Duration.ofMinutes(1);

    @ParameterizedTest
    @MethodSource("seeds")
    void becomeOneInWhateverOrderAndHoweverOften(int seed) {
        // Given
        Random random = new Random(seed);
        List<Sightings> parts =
                new ArrayList<>(Stream.generate(() -> any(random)).limit(5).toList());

        // When
        Sightings one = merged(parts);
        parts.add(parts.get(random.nextInt(5)));
        Collections.shuffle(parts, random);
        Sightings other = merged(parts);

        // Then
        assertThat(other).isEqualTo(one);
        assertThat(parts).noneMatch(part -> part.isBeyond(one, NOW.plus(STEP), Duration.ZERO));
        assertThat(parts).allMatch(part -> one.merge(part) == one);
    }

    static IntStream seeds() {
        return IntStream.range(0, 100);
    }

    @Test
    void keepWhenEachThingWasLastSeenAndSinceWhenAnybodyLooks() {
        // Given
        Sightings one = new Sightings(
                NOW,
                Map.of("order", new Sightings.EventKind(NOW, null)),
                Map.of("f1", NOW),
                Map.of("https://a", NOW.minusSeconds(9)));
        Sightings other = new Sightings(
                NOW.minusSeconds(60),
                Map.of("order", new Sightings.EventKind(NOW.minusSeconds(1), NOW.minusSeconds(2))),
                Map.of("f2", NOW.minusSeconds(3)),
                Map.of("https://a", NOW));

        // Then
        assertThat(one.merge(other))
                .isEqualTo(new Sightings(
                        NOW.minusSeconds(60),
                        Map.of("order", new Sightings.EventKind(NOW, NOW.minusSeconds(2))),
                        Map.of("f1", NOW, "f2", NOW.minusSeconds(3)),
                        Map.of("https://a", NOW)));
    }

    @Test
    void areBeyondOthersAtOnceOrWhenTheyHaveMovedOnEnough() {
        // Given
        Sightings held = secret(NOW.minusSeconds(30));

        // Then
        assertThat(secret(NOW.minusSeconds(90)).isBeyond(Sightings.NONE, NOW, STEP))
                .isTrue();
        assertThat(secret(NOW).isBeyond(held, NOW, STEP)).isFalse();
        assertThat(secret(NOW).isBeyond(held, NOW, Duration.ZERO)).isTrue();
        assertThat(secret(NOW).isBeyond(held, NOW.plus(STEP), STEP)).isTrue();
        assertThat(secret(NOW.plusSeconds(30)).isBeyond(held, NOW.plusSeconds(30), STEP))
                .isTrue();
        assertThat(held.isBeyond(held, NOW.plus(STEP), Duration.ZERO)).isFalse();
        assertThat(secret(NOW.minusSeconds(31)).isBeyond(held, NOW, Duration.ZERO))
                .isFalse();
        assertThat(Sightings.begun(NOW).isBeyond(held, NOW, STEP)).isTrue();
        assertThat(Sightings.begun(NOW).isBeyond(Sightings.begun(NOW.minusSeconds(1)), NOW, STEP))
                .isFalse();
    }

    @Test
    void forgetSecretsAndAddressesThatNobodyUses() {
        // Given
        Sightings seen = new Sightings(
                NOW.minusSeconds(9),
                Map.of("order", new Sightings.EventKind(NOW.minusSeconds(9), null)),
                Map.of("old", NOW.minusSeconds(9), "new", NOW),
                Map.of("https://old", NOW.minusSeconds(9), "https://new", NOW));

        // Then
        assertThat(seen.since(NOW))
                .isEqualTo(new Sightings(
                        NOW.minusSeconds(9), seen.eventKinds(), Map.of("new", NOW), Map.of("https://new", NOW)));
        assertThat(seen.since(NOW.minusSeconds(9))).isSameAs(seen);
    }

    private static Sightings secret(Instant lastUsedAt) {
        return new Sightings(null, null, Map.of("f1", lastUsedAt), null);
    }

    private static Sightings merged(List<Sightings> parts) {
        return parts.stream().reduce(Sightings.NONE, Sightings::merge);
    }

    private static Sightings any(Random random) {
        Map<String, Sightings.EventKind> kinds = new HashMap<>();
        Map<String, Instant> secrets = new HashMap<>();
        for (String name : List.of("a", "b", "c")) {
            if (random.nextBoolean()) {
                kinds.put(name, new Sightings.EventKind(instant(random), instant(random)));
                secrets.put(name, NOW.minusSeconds(random.nextInt(10)));
            }
        }
        return new Sightings(instant(random), kinds, secrets, secrets);
    }

    private static Instant instant(Random random) {
        return random.nextBoolean() ? null : NOW.minusSeconds(random.nextInt(10));
    }
}
