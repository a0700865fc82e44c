package io.pasar.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/**
 * What a stand-in answers.
 *
 * @param headers beside {@code Content-Type}
 */
record Reply(int status, String contentType, byte[] body, Map<String, String> headers) {

    static Reply json(int status, Object body) {
        return new Reply(status, "application/json", Json.bytes(body), Map.of());
    }

    /** The page that nginx shows in front of an API: the form of Tokopedia's 401 in "List Registered Webhook". */
    static Reply nginxPage(int status) {
        // The document's page says "Authorization Required", nginx's own words for 401
        String title = status + " " + (status == 401 ? "Authorization Required" : phrase(status));
        String page =
                """
                <html>
                <head>
                <title>%1$s</title>
                </head>
                <body bgcolor="white">
                <center>
                <h1>%1$s</h1>
                </center>
                <hr>
                <center>nginx</center>
                </body>
                </html>
                """
                        .formatted(title);
        return new Reply(status, "text/html", page.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static String phrase(int status) {
        HttpStatus known = HttpStatus.resolve(status);
        return known == null ? "Error" : known.getReasonPhrase();
    }

    Reply with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new Reply(status, contentType, body, all);
    }

    ResponseEntity<byte[]> asResponse() {
        ResponseEntity.BodyBuilder response =
                ResponseEntity.status(status).header(HttpHeaders.CONTENT_TYPE, contentType);
        headers.forEach(response::header);
        return response.body(body);
    }
}
