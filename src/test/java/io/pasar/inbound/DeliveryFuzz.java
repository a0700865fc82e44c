package io.pasar.inbound;

import io.pasar.inbound.IngestUnderFuzz.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Any delivery through the real inbound route: 200 and one event with the same bytes where the signature is right, 401
 * and no event where it is not, 404 where nobody wants it. Enters where the ingest port hands a body to its route.
 */
public final class DeliveryFuzz {

    private static final int STRANGERS = 64;

    private DeliveryFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        FuzzedDelivery delivery = FuzzedDelivery.of(data);
        if (delivery == null) {
            return;
        }
        IngestUnderFuzz ingest = IngestUnderFuzz.instance();
        EventKindRoute kind = delivery.kind();
        boolean known = (data[1] & 0xff) < 256 - STRANGERS;
        String account = known ? IngestUnderFuzz.ACCOUNTS.get(kind.marketplace()) : "stranger";

        List<Answer> answers = deliver(ingest, delivery, account);

        ingest.check();
        if (answers.size() != 1) {
            throw new AssertionError(answers.size() + " answers to one delivery");
        }
        boolean right = kind.signatures().proves(delivery.signature(), delivery.body());
        int status = known ? right ? 200 : 401 : 404;
        if (answers.get(0).status() != status) {
            throw new AssertionError("Answered " + answers.get(0).status() + " instead of " + status);
        }
        check(delivery, account, status == 200, ingest.takeEvents());
    }

    private static List<Answer> deliver(IngestUnderFuzz ingest, FuzzedDelivery delivery, String account) {
        EventKindRoute kind = delivery.kind();
        IngestEngine.Match match =
                ingest.engine().match(List.of("webhooks", kind.marketplace(), account, kind.eventKind()));
        Map<String, String> headers = new HashMap<>(match.parameters());
        headers.put(AllowedHeaders.CONTENT_TYPE, delivery.contentType());
        headers.put(AllowedHeaders.TRACEPARENT, delivery.contentType());
        if (!delivery.signature().isEmpty()) {
            headers.put(kind.signatures().header(), delivery.signature());
        }
        List<Answer> answers = new ArrayList<>();
        match.consumer().deliver(delivery.body(), headers, answers::add);
        return answers;
    }

    private static void check(FuzzedDelivery delivery, String account, boolean accepted, List<Event> events) {
        if (events.size() != (accepted ? 1 : 0)) {
            throw new AssertionError(events.size() + " events of one delivery");
        }
        EventKindRoute kind = delivery.kind();
        for (Event event : events) {
            if (!event.topic().equals("pasar." + kind.marketplace() + "." + kind.eventKind())
                    || !event.key().startsWith(account + "/")
                    || !delivery.signature().equals(event.headers().get("pasar_signature"))
                    || !delivery.contentType().equals(event.headers().get("content-type"))) {
                throw new AssertionError("Not the event of this delivery");
            }
            if (!Arrays.equals(event.value(), delivery.body())) {
                throw new AssertionError("The bytes were changed");
            }
            Identity expected = IdentityModel.of(kind, account, delivery.body());
            if (expected != null
                    && !(expected.id().equals(event.headers().get("ce_id"))
                            && expected.strength().equals(event.headers().get("pasar_identity")))) {
                throw new AssertionError("Not the identity that the body says");
            }
        }
    }
}
