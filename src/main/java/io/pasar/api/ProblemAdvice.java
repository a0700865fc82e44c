package io.pasar.api;

import io.pasar.registration.RegistrationUnreadableException;
import io.pasar.replay.NotReadyException;
import io.pasar.replay.ReplayRefusedException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Failure to answer, in one place and by the type of the failure. Nothing of an exception reaches the caller, save the
 * marketplace's own words.
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
final class ProblemAdvice extends ResponseEntityExceptionHandler {

    private static final Logger LOGGER = LoggerFactory.getLogger(ProblemAdvice.class);

    /** Long enough for a broker to come back or a leader to be elected, short enough for a person who waits. */
    static final String RETRY_AFTER_SECONDS = "5";

    @ExceptionHandler
    ResponseEntity<Object> marketplaceFailed(RegistrationUnreadableException e) {
        ErrorResponseException problem = MarketplaceReply.problem(e.failure());
        return answer(problem.getBody(), problem.getHeaders());
    }

    @ExceptionHandler
    ResponseEntity<Object> kafkaUnavailable(KafkaException e) {
        LOGGER.atWarn().addKeyValue("cause", e.toString()).log("Kafka did not answer a call of the API");
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        return answer(
                Problem.KAFKA_UNAVAILABLE.with("Try again shortly: to ask twice does no harm,"
                        + " save for a replay or a release: see GET /api/replays first."),
                headers);
    }

    @ExceptionHandler
    ResponseEntity<Object> replayRefused(ReplayRefusedException e) {
        return answer(Problem.INVALID_PARAMETER.with(e.getMessage()), HttpHeaders.EMPTY);
    }

    @ExceptionHandler
    ResponseEntity<Object> notReady(NotReadyException e) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        return answer(Problem.NOT_READY.with("Try again shortly."), headers);
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception e, WebRequest request) {
        if (DisconnectedClientHelper.isClientDisconnectedException(e)) {
            return null;
        }
        LOGGER.atError()
                .addKeyValue("method", ((ServletWebRequest) request).getHttpMethod())
                .addKeyValue("path", ((ServletWebRequest) request).getRequest().getRequestURI())
                .setCause(e)
                .log("A call of the management port failed");
        return answer(Problem.INTERNAL_ERROR.with(null), HttpHeaders.EMPTY);
    }

    /** Where all of Spring's own exceptions come by: their status is right, their words are not ours. */
    @Override
    protected ResponseEntity<Object> handleExceptionInternal(
            Exception e, Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (e instanceof ErrorResponse response && Problem.made(response.getBody())) {
            return answer(response.getBody(), headers);
        }
        if (status.is5xxServerError()) {
            return unexpected(e, request);
        }
        return answer(Problem.of(status.value()).with(detail(e)), headers);
    }

    private static String detail(Exception e) {
        return e instanceof HttpRequestMethodNotSupportedException unsupported
                        && unsupported.getSupportedMethods() != null
                ? "It knows " + String.join(", ", unsupported.getSupportedMethods()) + "."
                : null;
    }

    private static ResponseEntity<Object> answer(ProblemDetail problem, HttpHeaders headers) {
        return ResponseEntity.status(problem.getStatus()).headers(headers).body(problem);
    }
}
