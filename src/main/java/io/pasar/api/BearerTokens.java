package io.pasar.api;

import io.pasar.api.ApiConfiguration.Role;
import io.pasar.api.ApiConfiguration.Token;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;

/**
 * Who a bearer token belongs to. That this is a bean also keeps Spring Boot from making up a user with a password.
 * Safe for use by many threads.
 */
final class BearerTokens implements AuthenticationManager {

    private static final Logger LOGGER = LoggerFactory.getLogger(BearerTokens.class);
    private static final Pattern BEARER = Pattern.compile("bearer +(\\S+) *", Pattern.CASE_INSENSITIVE);

    private final List<Holder> holders;

    BearerTokens(List<Token> tokens) {
        holders = tokens.stream()
                .filter(token -> !token.token().isBlank())
                .map(Holder::of)
                .toList();
        if (holders.isEmpty()) {
            LOGGER.warn("The HTTP API is closed: every call is answered 401 until pasar.api.tokens holds a token");
        }
    }

    /** Whether no token opens anything. */
    boolean closed() {
        return holders.isEmpty();
    }

    /**
     * The token that a request presents; null if it presents none. Other schemes count as none: nothing here knows
     * them.
     */
    static Authentication presentedBy(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        Matcher bearer = BEARER.matcher(header == null ? "" : header);
        return bearer.matches() ? UsernamePasswordAuthenticationToken.unauthenticated(null, bearer.group(1)) : null;
    }

    @Override
    public Authentication authenticate(Authentication presented) throws AuthenticationException {
        byte[] digest = digest(String.valueOf(presented.getCredentials()));
        Holder found = null;
        // Looks at every token whatever it finds, and at digests of one length: the time taken tells a guesser nothing
        for (Holder holder : holders) {
            if (MessageDigest.isEqual(holder.digest(), digest)) {
                found = holder;
            }
        }
        if (found == null) {
            throw new BadCredentialsException("No such token");
        }
        return UsernamePasswordAuthenticationToken.authenticated(found.name(), null, found.authorities());
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        }
    }

    private record Holder(String name, byte[] digest, List<GrantedAuthority> authorities) {

        static Holder of(Token token) {
            String[] roles =
                    token.role() == Role.WRITE ? new String[] {"ROLE_READ", "ROLE_WRITE"} : new String[] {"ROLE_READ"};
            return new Holder(
                    token.name(), BearerTokens.digest(token.token()), AuthorityUtils.createAuthorityList(roles));
        }
    }
}
