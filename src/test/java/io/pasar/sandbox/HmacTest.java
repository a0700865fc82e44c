package io.pasar.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HmacTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HmacSHA1|0123456789abcdef0123456789ABCDEF|{\"data\":{\"date\":\"2031-02-03T04:05:06+07:00\","
                        + "\"ref_code\":\"EX-1\",\"order_code\":\"900000001\",\"main_state\":\"processing\","
                        + "\"main_substate\":\"ready_for_pickup\"}}|44f0e5a27ddf3c93d09db6a61ef20b86a3d5a8f4",
                "HmacSHA1|0123456789abcdef0123456789ABCDEF|{\"data\":{\"date\":\"2031-02-03T04:05:06+07:00\","
                        + "\"ref_code\":\"CR90000000001\",\"order_code\":\"900000001\",\"status\":\"approved\","
                        + "\"type\":\"cr\"}}|65212f52fafe7b265ad8131be170bf25764ee9a1",
                "HmacSHA256|made-up-secret|{\"order_id\":\"900000002\"}"
                        + "|2ffb2395c83079f7a12c7eb2fa0b8af8764acf3785273e5c6b0a0a6733d728ce"
            })
    void agreesWithTheCheckVectors(String algorithm, String secret, String body, String expected) {
        // When
        String hex = Hmac.hex(algorithm, secret, body.getBytes(StandardCharsets.UTF_8));

        // Then
        assertThat(hex).isEqualTo(expected);
    }

    @Test
    void agreesWithAnIndependentComputation() {
        // Given
        byte[] body = "Khách hẹn lại ngày giao".getBytes(StandardCharsets.UTF_8);

        // Then
        assertThat(Hmac.hex("HmacSHA1", "khóa bí mật", body)).isEqualTo(PlainHmac.hex("SHA-1", "khóa bí mật", body));
        assertThat(Hmac.hex("HmacSHA256", "rahasia", body)).isEqualTo(PlainHmac.hex("SHA-256", "rahasia", body));
    }
}
