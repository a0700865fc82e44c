package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentitySchemeTest {

    private static final IdentityScheme ORDER = new IdentityScheme(
            "/data/order_code",
            "/data/order_code, /data/main_state, /data/main_substate?, /data/date",
            "strong",
            "/data/date");

    private static final String BODY =
            """
            {"data":{"date":"2031-02-03T04:05:06+07:00","order_code":"9","main_state":"shipping","main_substate":"x"}}""";

    @Test
    void findsEntityIdentityAndTimeInTheBody() throws Exception {
        // When
        Identity identity = identify(ORDER, BODY);

        // Then
        String id = sha256("tiki", "p77", "order", "9", "shipping", "x", "2031-02-03T04:05:06+07:00");
        assertThat(identity).isEqualTo(new Identity("9", id, true, "2031-02-03T04:05:06+07:00"));
    }

    @Test
    void isTheSameForARetryWithOtherWhiteSpaceAndFieldOrder() {
        // Given
        String retry =
                """
                {"data": {"main_substate": "x", "main_state": "shipping",
                 "order_code": "9", "date": "2031-02-03T04:05:06+07:00", "new_field": 1}}
                """;

        // Then
        assertThat(identify(ORDER, retry).id()).isEqualTo(identify(ORDER, BODY).id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"main_substate\":null", ",\"main_substate\":\"\""})
    void countsAnOptionalPartThatSaysNothingAsMissing(String part) throws Exception {
        // Given
        String cancelled = "{\"data\":{\"date\":\"d\",\"order_code\":\"9\",\"main_state\":\"canceled\"" + part + "}}";

        // Then
        assertThat(identify(ORDER, cancelled))
                .isEqualTo(new Identity("9", sha256("tiki", "p77", "order", "9", "canceled", "", "d"), true, "d"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'id':1}    | {'id':2}",
                "['a']       | ['b']",
                "{}          | []",
                "'\\ud83d' | '\\ud83c'",
                "'1@'        | '2@'"
            })
    void keepsEventsApartThatDifferOnlyInAnOptionalPartThatCannotBeUsed(String part, String otherPart) {
        // Given
        String body = "{'data':{'date':'d','order_code':'9','main_state':'s','main_substate':%s}}";

        // When
        Identity one = identify(
                ORDER, body.formatted(part).replace("@", "x".repeat(256)).replace('\'', '"'));
        Identity other = identify(
                ORDER, body.formatted(otherPart).replace("@", "x".repeat(256)).replace('\'', '"'));

        // Then
        assertThat(one.id()).isNotEqualTo(other.id());
        assertThat(one.strength()).isEqualTo("weak");
        assertThat(one.entity()).isEqualTo("p77");
    }

    @Test
    void readsIdsWrittenAsNumbersAndAsTextAlike() {
        // Given
        IdentityScheme scheme = new IdentityScheme("/id", "/id", "weak", "");

        // Then
        assertThat(identify(scheme, "{\"id\":900000002}")).isEqualTo(identify(scheme, "{\"id\":\"900000002\"}"));
        assertThat(identify(scheme, "{\"id\":1927831506123456789}").entity()).isEqualTo("1927831506123456789");
    }

    @Test
    void keepsEventsApartWhoseIdsUtf8CannotWrite() {
        // Given
        IdentityScheme scheme = new IdentityScheme("/id", "/id", "strong", "");

        // When
        Identity one = identify(scheme, "{\"id\":\"\\ud83d\"}");
        Identity other = identify(scheme, "{\"id\":\"\\ud83c\"}");

        // Then
        assertThat(one.id()).isNotEqualTo(other.id());
        assertThat(one.strength()).isEqualTo("weak");
        assertThat(identify(scheme, "{\"id\":\"\\ud83d\\ude00\"}").entity()).isEqualTo("\ud83d\ude00");
    }

    @Test
    void joinsAnEntityOfSeveralParts() {
        // Given
        IdentityScheme stock = new IdentityScheme("/data/warehouse, /data/sku", "body", "strong", "");

        // Then
        assertThat(identify(stock, "{\"data\":{\"warehouse\":\"sgn3\",\"sku\":\"744\"}}")
                        .entity())
                .isEqualTo("sgn3/744");
    }

    @Test
    void takesTheAccountAsEntityWhereNoneIsDeclared() {
        // Given
        IdentityScheme changes = new IdentityScheme("", "body", "strong", "");

        // Then
        assertThat(identify(changes, "{}").entity()).isEqualTo("p77");
        assertThat(identify(changes, "{}").strong()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("unreadableBodies")
    void identifiesWhatCannotBeReadByItsBytes(byte[] body) throws Exception {
        // When
        Identity identity = ORDER.identify("tiki", "p77", "order", body);

        // Then
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        assertThat(identity.entity()).isEqualTo("p77");
        assertThat(identity.strong()).isFalse();
        assertThat(identity.id()).isEqualTo(sha256("tiki", "p77", "order", hash));
    }

    static Stream<byte[]> unreadableBodies() {
        return Stream.of(
                new byte[0],
                "null".getBytes(UTF_8),
                "[]".getBytes(UTF_8),
                "{".getBytes(UTF_8),
                "order_code=9&main_state=shipping".getBytes(UTF_8),
                (BODY + "{}").getBytes(UTF_8),
                BODY.replace("\"x\"", "\"Đã gi\u00e0o\"").getBytes(ISO_8859_1),
                new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1},
                new byte[] {0x1f, (byte) 0x8b, 8, 0, 0},
                "{\"data\":{\"order_code\":\"9\"}}".getBytes(UTF_8),
                BODY.replace("\"9\"", "{}").getBytes(UTF_8),
                BODY.replace("\"9\"", "\"\"").getBytes(UTF_8),
                BODY.replace("\"9\"", "\"" + "9".repeat(257) + "\"").getBytes(UTF_8),
                "{\"data\":{\"order_code\":1e2147483648}}".getBytes(UTF_8),
                "{\"data\":{\"order_code\":1000e-2147483648}}".getBytes(UTF_8),
                "[".repeat(100_000).getBytes(UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/id     | {'id':'a','id':'b'}                           | b",
                "/id     | {'more':{'id':'x','deep':[{'id':1}]},'id':'z'}| z",
                "/a/id   | {'a':{'id':'x'},'a':{'other':1}}              | p77",
                "/a/id   | {'a':{'id':'x'},'a':7}                        | p77",
                "/a/1/id | {'a':[{'id':1},{'id':2,'more':[{}]}]}         | 2",
                "/a/1/id | {'a':[{'id':1}]}                              | p77",
                "/id     | {'id':-0}                                     | 0",
                "/id     | {'id':12.50}                                  | 12.5",
                "/id     | {'id':true}                                   | true",
                "/id     | {'id':null}                                   | p77",
                "/id     | {'id':['x']}                                  | p77"
            })
    void readsASingleValueWhereverItIs(String pointer, String body, String entity) {
        // Given
        IdentityScheme scheme = new IdentityScheme(pointer, "body", "strong", "");

        // Then
        assertThat(identify(scheme, body.replace('\'', '"')).entity()).isEqualTo(entity);
    }

    @Test
    void readsABodyThatBeginsWithAByteOrderMark() {
        assertThat(identify(ORDER, "\uFEFF" + BODY)).isEqualTo(identify(ORDER, BODY));
    }

    @Test
    void keepsPartsApartThatWouldReadTheSameJoined() {
        // Given
        IdentityScheme scheme = new IdentityScheme("", "/a, /b", "strong", "");

        // Then
        assertThat(identify(scheme, "{\"a\":\"ab\",\"b\":\"c\"}").id())
                .isNotEqualTo(identify(scheme, "{\"a\":\"a\",\"b\":\"bc\"}").id());
    }

    @ParameterizedTest
    @CsvSource({
        "data/order_code, body,        strong, 'data/order_code' is no JSON pointer",
        "/id,             '',          strong, An identity needs at least one part",
        "'',              '/a?, /b?',  strong, one part that may not be missing",
        "/id,             /id,         sure,   Unknown strength 'sure'"
    })
    void refusesADeclarationThatCannotWork(String entity, String identity, String strength, String message) {
        assertThatThrownBy(() -> new IdentityScheme(entity, identity, strength, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static Identity identify(IdentityScheme scheme, String body) {
        return scheme.identify("tiki", "p77", "order", body.getBytes(UTF_8));
    }

    private static String sha256(String... parts) throws GeneralSecurityException, IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        for (String part : parts) {
            data.writeInt(part.getBytes(UTF_8).length);
            data.write(part.getBytes(UTF_8));
        }
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    }
}
