package io.pasar.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.pasar.account.PublicUrl;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

class AddressesTest {

    private static final PublicUrl PUBLIC_URL = new PublicUrl(
            URI.create("https://Hooks.example/v2"),
            List.of(
                    URI.create("https://hooks.example/v1"),
                    URI.create("https://old.example:8443"),
                    URI.create("https://older.example:443/v1")));

    private final Addresses addresses = new Addresses(PUBLIC_URL, configuration("10.0.0.0/8", "fe80::/10"));

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            textBlock =
                    """
            hooks.example,      /v2,  https://Hooks.example/v2
            HOOKS.example:443,  /v1,  https://hooks.example/v1
            hooks.example:80,   /v1,  https://hooks.example/v1
            hooks.example:8443, /v1,  other
            hooks.example,      '',   https://hooks.example/v1
            hooks.example,      /in,  https://hooks.example/v1
            old.example:8443,   '',   https://old.example:8443
            old.example:8443,   /v1,  other
            old.example,        '',   other
            older.example,      '',   https://older.example:443/v1
            evil.example,       /v2,  other
            '',                 '',   other
            null,               /v2,  other
            """)
    void knowsAnAddressByHostPortAndPrefix(String host, String prefix, String address) {
        assertThat(addresses.of(request("192.0.2.1", host), prefix)).isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3,     https://old.example:8443",
        "fe80::1%eth0, https://old.example:8443",
        "11.1.2.3,     https://older.example:443/v1",
        "2001:db8::1,  https://older.example:443/v1"
    })
    void believesOnlyATrustedProxy(String peer, String address) {
        assertThat(addresses.of(request(peer, "older.example", "X-Forwarded-Host", "old.example:8443"), ""))
                .isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            X-Forwarded-Host | old.example:8443                              | https://old.example:8443
            X-Forwarded-Host | evil.example, old.example:8443                | https://old.example:8443
            X-Forwarded-Host | older.example, old.example:8443               | https://old.example:8443
            X-Forwarded-Host | old.example:8443, inner.local                 | https://old.example:8443
            X-Forwarded-Host | evil.example                                  | other
            Forwarded        | for=1.2.3.4;host="old.example:8443";proto=https | https://old.example:8443
            Forwarded        | for=1.2.3.4, Host=older.example               | https://older.example:443/v1
            Forwarded        | for=1.2.3.4                                   | other
            """)
    void takesTheHostThatATrustedProxySaw(String header, String value, String address) {
        assertThat(addresses.of(request("10.1.2.3", "pasar:8080", header, value), ""))
                .isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource({"/v1,https://hooks.example/v1", "/v2/,https://Hooks.example/v2", "/v3,https://hooks.example/v1"})
    void takesThePrefixThatATrustedProxyTookOff(String stripped, String address) {
        assertThat(addresses.of(request("10.1.2.3", "hooks.example", "X-Forwarded-Prefix", stripped), ""))
                .isEqualTo(address);
    }

    @Test
    void acceptsEveryPrefixTheLongestFirst() {
        assertThat(new Addresses(
                                new PublicUrl(
                                        URI.create("https://a.example/x"), List.of(URI.create("https://b/x/y/z"))),
                                configuration())
                        .prefixes())
                .containsExactly("/x/y/z", "/in", "/x");
    }

    private static HttpServerRequest request(String peer, String host, String... header) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        if (host != null) {
            headers.add("Host", host);
        }
        if (header.length > 0) {
            headers.add(header[0], header[1]);
        }
        HttpServerRequest request = mock(HttpServerRequest.class);
        when(request.headers()).thenReturn(headers);
        when(request.getHeader(any(CharSequence.class)))
                .thenAnswer(call -> headers.get(call.getArgument(0, CharSequence.class)));
        when(request.getHeader(anyString())).thenAnswer(call -> headers.get(call.getArgument(0, String.class)));
        SocketAddress remote = mock(SocketAddress.class);
        when(remote.hostAddress()).thenReturn(peer);
        when(request.remoteAddress()).thenReturn(remote);
        return request;
    }

    private static IngestConfiguration configuration(String... trustedProxies) {
        return new IngestConfiguration(
                0,
                "127.0.0.1",
                "/in",
                List.of(trustedProxies),
                DataSize.ofKilobytes(1),
                Duration.ofMillis(500),
                Duration.ofMillis(300),
                2,
                DataSize.ofKilobytes(2),
                100,
                Duration.ofMinutes(10),
                Duration.ZERO,
                null);
    }
}
