package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.pasar.account.Secret;
import io.pasar.inbound.HmacScheme.Verdict;
import io.pasar.inbound.SignatureRejectedException.Reason;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class HmacSchemeTest {

    private static final String URL = "https://gw.example/webhooks/tiki/p77/order";
    private static final String CLIENT_ID = "client-7";
    private static final Secret SECRET = new Secret("0123456789abcdef0123456789ABCDEF");
    private static final byte[] BODY = "{\"a\":1}".getBytes(UTF_8);
    private static final HmacScheme TIKI = new HmacScheme("x-signature", "HmacSHA1", "hex", "sha1=", "{body}");

    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void acceptsWhatOthersComputed(String name, HmacScheme scheme, Secret secret, byte[] body, String signature) {
        // When
        Reason rejection = verify(scheme, signature, body, List.of(secret));

        // Then
        assertThat(rejection).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void rejectsEverySingleChangedByte(String name, HmacScheme scheme, Secret secret, byte[] body, String signature) {
        for (int i = 0; i < body.length; i++) {
            // Given
            byte[] changed = body.clone();
            changed[i] ^= 1;

            // When
            Reason rejection = verify(scheme, signature, changed, List.of(secret));

            // Then
            assertThat(rejection).isEqualTo(Reason.WRONG);
        }
    }

    static Stream<Arguments> vectors() throws IOException {
        JsonNode vectors =
                new YAMLMapper().readTree(HmacSchemeTest.class.getResourceAsStream("/inbound/signatures.yaml"));
        return StreamSupport.stream(vectors.spliterator(), false)
                .map(vector -> Arguments.of(
                        vector.get("name").asText(),
                        new HmacScheme(
                                "any",
                                vector.get("algorithm").asText(),
                                vector.path("encoding").asText("hex"),
                                vector.get("prefix").asText(),
                                vector.path("signed").asText("{body}")),
                        new Secret(vector.get("secret").asText()),
                        vector.get("body").asText().getBytes(UTF_8),
                        vector.get("signature").asText()));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            textBlock =
                    """
            null,                                                MISSING
            '',                                                  MISSING
            44f0e5a27ddf3c93d09db6a61ef20b86a3d5a8f4,            MALFORMED
            SHA1=44f0e5a27ddf3c93d09db6a61ef20b86a3d5a8f4,       MALFORMED
            sha1=,                                               MALFORMED
            sha1=44f0,                                           MALFORMED
            sha1=44f0e5a27ddf3c93d09db6a61ef20b86a3d5a8f400,     MALFORMED
            sha1=zzf0e5a27ddf3c93d09db6a61ef20b86a3d5a8f4,       MALFORMED
            'sha1=44f0e5a27ddf3c93d09db6a61ef20b86a3d5a8f4 ',    MALFORMED
            'sha1=44f0e5a27ddf3c93d09db6a61ef20b86a3d5a8f4, sha1=44f0e5a27ddf3c93d09db6a61ef20b86a3d5a8f4', MALFORMED
            sha1=44f0e5a27ddf3c93d09db6a61ef20b86a3d5a8f4,       WRONG
            sha256=44f0e5a27ddf3c93d09db6a61ef20b86a3d5a8f4,     MALFORMED
            """)
    void saysWhyASignatureIsNotAccepted(String signature, Reason reason) {
        assertThat(verify(TIKI, signature, BODY, List.of(SECRET))).isEqualTo(reason);
    }

    @Test
    void acceptsEverySecretThatIsStillAccepted() {
        // Given
        List<Secret> rotated = List.of(new Secret("the-new-one-the-new-one-the-new!"), SECRET);

        // When
        Reason rejection = verify(TIKI, "sha1=4e8abd2768000d51386beb030e95117e28ba1f37", BODY, rotated);

        // Then
        assertThat(rejection).isNull();
    }

    @Test
    void saysWhichSecretProvedIt() {
        // Given
        Secret added = new Secret("the-new-one-the-new-one-the-new!");
        String signature = "sha1=4e8abd2768000d51386beb030e95117e28ba1f37";

        // Then
        assertThat(TIKI.verify(signature, BODY, List.of(added, SECRET), List.of(), CLIENT_ID))
                .isEqualTo(new Verdict(null, SECRET, -1));
        assertThat(TIKI.verify(signature, BODY, List.of(SECRET, added), List.of(), CLIENT_ID))
                .isEqualTo(new Verdict(null, SECRET, -1));
        assertThat(TIKI.verify(signature, BODY, List.of(added), List.of(), CLIENT_ID))
                .isEqualTo(new Verdict(Reason.WRONG, null, -1));
    }

    @Test
    void triesEveryUrlUnderWhichItMayHaveBeenRegistered() throws Exception {
        // Given
        HmacScheme scheme = new HmacScheme("any", "HmacSHA256", "hex", "", "{url}|{body}");
        String former = "https://old.example/webhooks/tiki/p77/order";
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.utf8(), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal((former + "|{\"a\":1}").getBytes(UTF_8)));
        List<Secret> secrets = List.of(new Secret("another"), SECRET);

        // Then
        assertThat(scheme.verify(signature, BODY, secrets, List.of(URL, former), CLIENT_ID))
                .isEqualTo(new Verdict(null, SECRET, 1));
        assertThat(scheme.verify(signature, BODY, secrets, List.of(URL), CLIENT_ID)
                        .rejection())
                .isEqualTo(Reason.WRONG);
    }

    @ParameterizedTest
    @CsvSource({
        "HmacMD6,    hex,    {body},           Unknown signature algorithm HmacMD6",
        "HmacSHA256, hexa,   {body},           Unknown signature encoding hexa",
        "HmacSHA256, hex,    {url},            What is signed must hold {body}",
        "HmacSHA256, hex,    {header}{body},   Unknown {header} in what is signed"
    })
    void refusesASchemeThatCannotWork(String algorithm, String encoding, String signed, String message) {
        assertThatThrownBy(() -> new HmacScheme("x-signature", algorithm, encoding, "", signed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    private static Reason verify(HmacScheme scheme, String signature, byte[] body, List<Secret> secrets) {
        return scheme.verify(signature, body, secrets, List.of(URL), CLIENT_ID).rejection();
    }
}
