package io.pasar.inbound;

import io.pasar.account.PublicUrl;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.security.web.util.matcher.IpAddressMatcher;

/**
 * For which of the configured public URLs did a request come? Compares host, port and the path in front of {@code
 * /webhooks}, and answers nothing that is not configured: hosts are what a sender writes. Immutable.
 */
final class Addresses {

    /** Names the address among the message's headers; not a request header, so no sender can set it. */
    static final String HEADER = "pasarAddress";

    private static final Pattern FORWARDED_HOST =
            Pattern.compile("(?:^|;)\\s*host\\s*=\\s*\"?([^\";]+)\"?", Pattern.CASE_INSENSITIVE);

    /** The empty one too: a colon may stand without a port. */
    private static final List<String> DEFAULT_PORTS = List.of(":80", ":443", ":");

    private final List<Address> addresses;
    private final List<String> prefixes;
    private final String pathPrefix;
    private final List<IpAddressMatcher> trustedProxies;

    Addresses(PublicUrl publicUrl, IngestConfiguration configuration) {
        this.addresses = publicUrl.all().stream().map(Address::of).toList();
        this.pathPrefix = configuration.pathPrefix();
        this.prefixes = Stream.concat(Stream.of(pathPrefix), addresses.stream().map(Address::prefix))
                .filter(prefix -> !prefix.isEmpty())
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        this.trustedProxies = configuration.trustedProxies().stream()
                .map(IpAddressMatcher::new)
                .toList();
    }

    /** What may stand in front of {@code /webhooks}, beside nothing; the longest first. */
    List<String> prefixes() {
        return prefixes;
    }

    /**
     * @param prefix which of {@link #prefixes()} the request's path begins with; empty for none
     * @return the configured URL, or {@link PublicUrl#OTHER}
     */
    String of(HttpServerRequest request, String prefix) {
        if (!isFromTrustedProxy(request)) {
            return find(request.getHeader(HttpHeaders.HOST), prefix, prefix).orOther();
        }
        String stripped = request.getHeader("X-Forwarded-Prefix");
        String whole = stripped == null ? prefix : stripped.strip().replaceFirst("/$", "") + prefix;
        return forwardedHosts(request.headers())
                .map(host -> find(host, whole, prefix))
                .filter(Found::isConfigured)
                .findFirst()
                .orElse(Found.NONE)
                .orOther();
    }

    private boolean isFromTrustedProxy(HttpServerRequest request) {
        if (trustedProxies.isEmpty() || request.remoteAddress() == null) {
            return false;
        }
        String peer = request.remoteAddress().hostAddress();
        if (peer == null) {
            return false;
        }
        // Behind the address of a link there may stand which interface it is on
        String address = peer.replaceFirst("%.*", "");
        return trustedProxies.stream().anyMatch(proxy -> proxy.matches(address));
    }

    /**
     * The nearest proxy's word first. What stands before it in a list was said further out, perhaps by the sender; it
     * counts only where the nearer ones are no address of ours, as with a proxy that appends its own name.
     */
    private static Stream<String> forwardedHosts(MultiMap headers) {
        List<String> hosts = new ArrayList<>();
        elements(headers, "X-Forwarded-Host").forEach(hosts::add);
        elements(headers, "Forwarded")
                .map(FORWARDED_HOST::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .forEach(hosts::add);
        Collections.reverse(hosts);
        hosts.add(headers.get(HttpHeaders.HOST));
        return hosts.stream().filter(Objects::nonNull);
    }

    private static Stream<String> elements(MultiMap headers, String name) {
        return headers.getAll(name).stream().flatMap(value -> Arrays.stream(value.split(",")));
    }

    /** @param asSeen the prefix that the path has here, where a proxy may have taken one off or put one on */
    private Found find(String host, String prefix, String asSeen) {
        if (host == null) {
            return Found.NONE;
        }
        String normal = normal(host);
        boolean changedOnTheWay = asSeen.isEmpty() || asSeen.equals(pathPrefix);
        Found oldest = Found.NONE;
        for (Address each : addresses) {
            if (each.host.equals(normal)) {
                if (each.prefix.equals(prefix)) {
                    return each.found;
                }
                oldest = each.found;
            }
        }
        // Among several on one host the oldest: better that it seems to be in use than that it seems not to be
        return changedOnTheWay ? oldest : Found.NONE;
    }

    private static String normal(String host) {
        String stripped = host.strip().toLowerCase(Locale.ROOT);
        for (String port : DEFAULT_PORTS) {
            if (stripped.endsWith(port)) {
                return stripped.substring(0, stripped.length() - port.length());
            }
        }
        return stripped;
    }

    private record Address(Found found, String host, String prefix) {

        private static Address of(URI url) {
            return new Address(new Found(url.toString()), normal(url.getRawAuthority()), url.getRawPath());
        }
    }

    /** @param url null if none is configured like this */
    private record Found(String url) {

        private static final Found NONE = new Found(null);

        private boolean isConfigured() {
            return url != null;
        }

        private String orOther() {
            return url == null ? PublicUrl.OTHER : url;
        }
    }
}
