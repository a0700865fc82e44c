package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.camel.spi.HeadersMapFactory;
import org.apache.camel.util.CaseInsensitiveMap;
import org.junit.jupiter.api.Test;

/** But for their order, routes and Camel must see what Camel's own maps hold. */
class HeaderMapsTest {

    private final HeadersMapFactory ours = new HeaderMaps();

    record Put(String name, int value) {}

    @Property(tries = 500)
    void holdWhatCamelsOwnHold(@ForAll("puts") List<Put> puts, @ForAll("names") String asked) {
        // Given
        Map<String, Object> expected = new CaseInsensitiveMap();
        Map<String, Object> headers = ours.newMap();
        // When
        puts.forEach(put -> {
            expected.put(put.name(), put.value());
            headers.put(put.name(), put.value());
        });
        // Then
        assertThat(headers.get(asked)).isEqualTo(expected.get(asked));
        assertThat(headers.remove(asked)).isEqualTo(expected.remove(asked));
        assertThat(new HashMap<>(headers)).isEqualTo(new HashMap<>(expected));
    }

    @Provide
    Arbitrary<List<Put>> puts() {
        return Combinators.combine(names(), Arbitraries.integers()).as(Put::new).list();
    }

    /** Few letters and lengths, so that many are equal but for their case. */
    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings().withChars('a', 'A', 'b', '-', 'ı', 'I').ofMaxLength(3);
    }

    @Test
    void areCopiedWithTheirNamesIgnoringCase() {
        // Given
        Map<String, Object> given = new HashMap<>(Map.of("Content-Type", "application/json"));
        // When
        Map<String, Object> copy = ours.newMap(given);
        given.clear();
        // Then
        assertThat(copy.get("content-type")).isEqualTo("application/json");
        assertThat(ours.isInstanceOf(copy)).isTrue();
        assertThat(ours.isInstanceOf(given)).isFalse();
        assertThat(ours.isCaseInsensitive()).isTrue();
    }
}
