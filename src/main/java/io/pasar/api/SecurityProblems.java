package io.pasar.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.stereotype.Component;

/** What the security filters answer when they let a request no further, with the challenges of RFC 6750, section 3. */
@Component
final class SecurityProblems {

    private final BearerTokens tokens;
    private final ProblemWriter problems;

    SecurityProblems(BearerTokens tokens, ProblemWriter problems) {
        this.tokens = tokens;
        this.problems = problems;
    }

    void unauthorized(HttpServletRequest request, HttpServletResponse response, AuthenticationException e)
            throws IOException {
        boolean refused = e instanceof BadCredentialsException;
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, refused ? "Bearer error=\"invalid_token\"" : "Bearer");
        problems.write(
                request.getRequestURI(),
                response,
                tokens.closed()
                        ? Problem.API_CLOSED.with("No token is configured. Set pasar.api.tokens and start again.")
                        : Problem.UNAUTHORIZED.with(
                                refused
                                        ? "The token is not one of pasar.api.tokens."
                                        : "Send one of pasar.api.tokens as 'Authorization: Bearer <token>'."));
    }

    void forbidden(HttpServletRequest request, HttpServletResponse response, AccessDeniedException e)
            throws IOException {
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"insufficient_scope\", scope=\"write\"");
        problems.write(
                request.getRequestURI(),
                response,
                Problem.FORBIDDEN.with("This call needs a token whose role is write."));
    }

    void rejected(HttpServletRequest request, HttpServletResponse response, RequestRejectedException e)
            throws IOException {
        problems.write(
                request.getRequestURI(),
                response,
                Problem.BAD_REQUEST.with("The path or a header is not a valid one."));
    }
}
