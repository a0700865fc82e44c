package io.pasar.sandbox;

import java.net.URI;

/**
 * One webhook, ready to be sent any number of times with the same bytes.
 *
 * @param signature null to send none
 */
record Webhook(
        String marketplace,
        String account,
        String eventKind,
        URI url,
        byte[] body,
        String signatureHeader,
        String signature) {

    /** What a sent webhook came to. */
    record Answer(int status, String body, String failure) {

        static Answer of(int status, String body) {
            return new Answer(status, body, null);
        }

        static Answer none(String failure) {
            return new Answer(0, null, failure);
        }

        boolean accepted() {
            return status >= 200 && status < 300;
        }

        String outcome() {
            return status == 0 ? "no answer" : Integer.toString(status);
        }
    }
}
