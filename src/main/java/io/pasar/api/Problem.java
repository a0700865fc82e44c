package io.pasar.api;

import java.net.URI;
import java.util.Locale;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * Every way a call can fail, as the {@code type} of its RFC 9457 problem. Callers tell problems apart by the type alone,
 * so a name here is public: never rename one.
 */
enum Problem {
    INVALID_PARAMETER(HttpStatus.BAD_REQUEST, "A parameter of this call is wrong"),
    BAD_REQUEST(HttpStatus.BAD_REQUEST, "The request cannot be understood"),
    UNAUTHORIZED(HttpStatus.UNAUTHORIZED, "A token is needed"),
    API_CLOSED(HttpStatus.UNAUTHORIZED, "The API is closed"),
    FORBIDDEN(HttpStatus.FORBIDDEN, "This token may not do that"),
    NOT_FOUND(HttpStatus.NOT_FOUND, "There is no such path"),
    UNKNOWN_ACCOUNT(HttpStatus.NOT_FOUND, "There is no such account"),
    UNKNOWN_TOPIC(HttpStatus.NOT_FOUND, "There is no such topic"),
    UNKNOWN_COMMAND(HttpStatus.NOT_FOUND, "There is no such command, or not any more"),
    UNKNOWN_REPLAY(HttpStatus.NOT_FOUND, "There is no such replay, or not any more"),
    STILL_CONFIGURED(HttpStatus.CONFLICT, "The account is configured"),
    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "This path does not know that method"),
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "The answer is JSON, which the request does not accept"),
    UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "This call takes no body of that kind"),
    INTERNAL_ERROR(HttpStatus.INTERNAL_SERVER_ERROR, "The gateway failed; its log says why"),
    MARKETPLACE_FAILED(HttpStatus.BAD_GATEWAY, "The marketplace did not do what it was asked"),
    MARKETPLACE_BUSY(HttpStatus.SERVICE_UNAVAILABLE, "Too many calls wait for the marketplace's rate limit"),
    NOT_READY(HttpStatus.SERVICE_UNAVAILABLE, "The gateway was not ready, and nothing was done"),
    KAFKA_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "Kafka does not answer"),
    SPOOL_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "The spool cannot be used now");

    private static final String SCHEME = "urn:pasar:problem:";

    private final HttpStatus status;
    private final URI type;
    private final String title;

    Problem(HttpStatus status, String title) {
        this.status = status;
        this.type = URI.create(SCHEME + name().toLowerCase(Locale.ROOT).replace('_', '-'));
        this.title = title;
    }

    HttpStatus status() {
        return status;
    }

    URI type() {
        return type;
    }

    String title() {
        return title;
    }

    /** @param detail what a person can do about it; null where the title says it all */
    ProblemDetail with(String detail) {
        ProblemDetail problem = ProblemDetail.forStatus(status);
        problem.setType(type);
        problem.setTitle(title);
        problem.setDetail(detail);
        return problem;
    }

    /** To be thrown by a call; the caller is shown the detail as it is. */
    ErrorResponseException because(String detail) {
        return new ErrorResponseException(status, with(detail), null);
    }

    /** The problem that best says why Spring or Tomcat ended a request with this status. */
    static Problem of(int status) {
        return switch (status) {
            case 401 -> UNAUTHORIZED;
            case 403 -> FORBIDDEN;
            case 404 -> NOT_FOUND;
            case 405 -> METHOD_NOT_ALLOWED;
            case 406 -> NOT_ACCEPTABLE;
            case 415 -> UNSUPPORTED_MEDIA_TYPE;
            default -> status >= 400 && status < 500 ? BAD_REQUEST : INTERNAL_ERROR;
        };
    }

    /** Whether one of these, and not the framework, made this problem. */
    static boolean made(ProblemDetail problem) {
        return problem.getType() != null && problem.getType().toString().startsWith(SCHEME);
    }
}
