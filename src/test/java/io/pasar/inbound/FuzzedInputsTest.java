package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.pasar.inbound.SignatureFuzz.Verifier;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The inputs where fuzzing begins and those that it once found, without the fuzzer. */
class FuzzedInputsTest {

    @AfterAll
    static void stop() {
        IngestUnderFuzz.instance().close();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void holdForEverySeedAndFinding(Class<?> type, Consumer<byte[]> target) {
        // Given
        List<byte[]> inputs = Stream.concat(FuzzSeeds.of(type).stream(), FuzzSeeds.kept(type).stream())
                .toList();

        // Then
        assertThat(inputs).isNotEmpty();
        for (byte[] input : inputs) {
            assertThatCode(() -> target.accept(input))
                    .as(new String(input, ISO_8859_1))
                    .doesNotThrowAnyException();
        }
    }

    static Stream<Arguments> targets() {
        return Stream.of(
                target(SignatureFuzz.class, SignatureFuzz::fuzzerTestOneInput),
                target(IdentityFuzz.class, IdentityFuzz::fuzzerTestOneInput),
                target(DeliveryFuzz.class, DeliveryFuzz::fuzzerTestOneInput),
                target(RequestFuzz.class, RequestFuzz::fuzzerTestOneInput));
    }

    @Test
    void getPastVerificationOverEveryWay() {
        // Given
        IngestUnderFuzz ingest = IngestUnderFuzz.instance();

        // Then
        assertThat(FuzzSeeds.of(RequestFuzz.class))
                .filteredOn(seed -> {
                    ingest.takeEvents();
                    return RequestFuzz.send(ingest, seed).contains(" 200 ");
                })
                .hasSizeGreaterThan(30);
        assertThat(FuzzSeeds.of(DeliveryFuzz.class))
                .filteredOn(seed -> {
                    FuzzedDelivery delivery = FuzzedDelivery.of(seed);
                    return delivery.kind().signatures().proves(delivery.signature(), delivery.body());
                })
                .hasSizeGreaterThan(30);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenVerifiers")
    void convictABrokenVerifier(String name, Verifier broken) {
        assertThat(FuzzSeeds.of(SignatureFuzz.class))
                .anySatisfy(seed ->
                        assertThatCode(() -> SignatureFuzz.check(seed, broken)).isInstanceOf(AssertionError.class));
    }

    static Stream<Arguments> brokenVerifiers() {
        return Stream.of(
                verifier("accepts everything", (model, signature, body) -> true),
                verifier("rejects everything", (model, signature, body) -> false),
                verifier(
                        "accepts none at all",
                        (model, signature, body) -> signature.isEmpty() || model.proves(signature, body)),
                verifier("trims", (model, signature, body) -> model.proves(signature.trim(), body)),
                verifier(
                        "compares only how it begins",
                        (model, signature, body) ->
                                signature.startsWith(model.sign(body).substring(0, 8))),
                verifier("lets something follow", (model, signature, body) -> signature.startsWith(model.sign(body))),
                verifier("looks for it anywhere", (model, signature, body) -> signature.contains(model.sign(body))),
                verifier(
                        "ignores the prefix's case",
                        (model, signature, body) -> model.proves(signature.toLowerCase(Locale.ROOT), body)
                                || model.proves(signature, body)),
                verifier(
                        "needs no prefix",
                        (model, signature, body) -> model.proves(signature, body)
                                || model.proves(model.prefix() + signature, body)
                                || model.sign(body).endsWith(signature) && !signature.isEmpty()),
                verifier(
                        "signs the body as text",
                        (model, signature, body) -> model.proves(signature, new String(body, UTF_8).getBytes(UTF_8))),
                verifier(
                        "signs the body without its last line end",
                        (model, signature, body) -> model.proves(
                                signature, new String(body, ISO_8859_1).strip().getBytes(ISO_8859_1))),
                verifier("compares as many digits as came", (model, signature, body) -> {
                    String right = model.sign(body);
                    int length = Math.min(right.length(), signature.length());
                    return length > 0 && right.regionMatches(true, 0, signature, 0, length);
                }));
    }

    private static Arguments verifier(String name, Verifier verifier) {
        return Arguments.of(name, verifier);
    }

    private static Arguments target(Class<?> type, Consumer<byte[]> target) {
        return Arguments.of(type, target);
    }
}
