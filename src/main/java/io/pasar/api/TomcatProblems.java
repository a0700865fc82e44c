package io.pasar.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.http.MediaType;

/**
 * What Tomcat answers to requests that are too broken to reach any filter, in place of its HTML page. Public with a
 * constructor without arguments because Tomcat makes it from its name.
 */
public final class TomcatProblems extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, Throwable failure) {
        // The same conditions as in the page that this replaces: an answer that has begun must not be written into
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        Problem problem = Problem.of(response.getStatus());
        byte[] body = "{\"type\":\"%s\",\"title\":\"%s\",\"status\":%d}"
                .formatted(problem.type(), problem.title(), response.getStatus())
                .getBytes(StandardCharsets.UTF_8);
        try {
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            container.getLogger().debug("The client of a broken request is gone", e);
        }
    }
}
