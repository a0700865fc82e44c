package io.pasar.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses what a call would otherwise ignore. An ignored {@code dryrun=true}, {@code ?dry-run} or
 * {@code {"dry-run":true}} would write for real.
 */
final class StrictRequests implements HandlerInterceptor {

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod call) {
            refuseBody(request);
            refuseStrangeParameters(request.getParameterMap(), parametersOf(call));
        }
        return true;
    }

    private static void refuseBody(HttpServletRequest request) {
        if (request.getContentLengthLong() > 0 || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null) {
            throw Problem.UNSUPPORTED_MEDIA_TYPE.because(
                    "This call takes no body at all; its parameters go into the query.");
        }
    }

    private static void refuseStrangeParameters(Map<String, String[]> sent, Set<String> known) {
        sent.forEach((name, values) -> {
            if (!known.contains(name)) {
                throw Problem.INVALID_PARAMETER.because(
                        known.isEmpty()
                                ? "Unknown parameter '%s': this call takes none.".formatted(name)
                                : "Unknown parameter '%s': this call takes %s."
                                        .formatted(name, String.join(", ", known)));
            }
            if (values.length > 1) {
                throw Problem.INVALID_PARAMETER.because("'%s' is given more than once.".formatted(name));
            }
            if (values[0].isBlank()) {
                throw Problem.INVALID_PARAMETER.because("'%s' has no value.".formatted(name));
            }
        });
    }

    private static Set<String> parametersOf(HandlerMethod call) {
        return Arrays.stream(call.getMethodParameters())
                .map(parameter -> parameter.getParameterAnnotation(RequestParam.class))
                .filter(annotation -> annotation != null)
                .map(RequestParam::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
