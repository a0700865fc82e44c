package io.pasar.api;

import io.pasar.kafka.spool.SpoolStatus;
import io.pasar.observation.Observations.Observed;
import io.pasar.registration.AddressTraffic;
import io.pasar.registration.AddressUse;
import io.pasar.registration.Outcome;
import io.pasar.registration.Plan;
import io.pasar.registration.Plan.Action;
import io.pasar.registration.Plan.Change;
import io.pasar.registration.RegistrationDetail;
import io.pasar.registration.RegistrationDetail.Desired;
import io.pasar.registration.RegistrationDetail.Finding;
import io.pasar.registration.RegistrationDetail.Listed;
import io.pasar.registration.RegistrationDetail.Recorded;
import io.pasar.registration.RegistrationStatus;
import io.pasar.registration.SecretUse;
import io.pasar.registration.State;
import io.pasar.registration.Webhooks;
import io.pasar.replay.Quarantine;
import io.pasar.replay.Quarantined;
import io.pasar.replay.Replay;
import io.pasar.replay.ReplayRequest;
import io.pasar.replay.Selection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** What stands behind the answers in {@link Examples}. */
final class Fixtures {

    private static final Instant READ_AT = Instant.parse("2026-01-31T09:31:02.125Z");
    private static final Instant SENT_AT = Instant.parse("2026-01-30T21:00:00Z");
    private static final String OURS = "https://hooks.example.com/webhooks/tokopedia/13004/order-status";
    private static final String THEIRS = "https://other.example.com/status";
    private static final String FULFILLMENT = "https://other.example.com/fulfillment";
    private static final String FINGERPRINT = "9f2c5e0d7b1a4c3f";

    static final RegistrationStatus TOKOPEDIA = new RegistrationStatus(
            "tokopedia",
            "13004",
            State.DRIFTED,
            "order-status points elsewhere",
            Instant.parse("2026-01-31T09:30:00Z"),
            SENT_AT,
            Instant.parse("2026-01-31T09:45:00Z"));

    static final RegistrationStatus TIKI =
            new RegistrationStatus("tiki", "41235121321", State.NEVER_REGISTERED, null, null, null, null);

    static final SpoolStatus SPOOL = new SpoolStatus(
            true,
            true,
            1204,
            1_733_120,
            1_073_741_824,
            READ_AT,
            Duration.ofSeconds(95),
            false,
            false,
            1,
            List.of(new SpoolStatus.SetAside(
                    "pasar.tiki.order", "41235121321/627100042", "0fa6c1d4e5b9", "record-too-large", READ_AT)));

    static final Quarantine.Page QUARANTINE = new Quarantine.Page(
            List.of(new Quarantine.Listed(
                    new Quarantined(
                            3,
                            41,
                            READ_AT,
                            "wrong-signature",
                            "tiki",
                            "41235121321",
                            "order",
                            READ_AT,
                            "application/json",
                            null,
                            new byte[] {'{', '}'}),
                    null)),
            new Quarantine.Position(3, 42));

    static final Replay REPLAY = running(
            "5f0f7a1e-8a4f-4f55-9f0e-0a3c5d1b2c33",
            ReplayRequest.ofEvents(
                    "pasar.tiki.order",
                    "orders-again",
                    Selection.ofEvents(
                            Instant.parse("2026-01-31T08:00:00Z"), null, null, null, null, "41235121321", null),
                    100,
                    false,
                    false),
            new Replay.Skipped(0, 0, 0));

    static final Replay RELEASE = running(
            "0f3b1c7e-52a9-4b7e-9c55-1f6f0a9d7e21",
            ReplayRequest.release(
                    Selection.inQuarantine(
                            Instant.parse("2026-01-31T08:00:00Z"), null, "tiki", "41235121321", null, null),
                    100,
                    false,
                    false),
            new Replay.Skipped(3, 0, 17));

    static final RegistrationDetail DETAIL = new RegistrationDetail(
            TOKOPEDIA,
            new Desired(Map.of("order-status", OURS), List.of(), FINGERPRINT),
            new Listed(READ_AT, Map.of("order-status", THEIRS), Map.of("fulfillment_url", FULFILLMENT), FINGERPRINT),
            new Recorded(SENT_AT, Map.of("order-status", OURS), List.of(), FINGERPRINT, null),
            Map.of(
                    "order-status",
                    new Observed(
                            Instant.parse("2026-01-31T08:12:45Z"),
                            210,
                            Instant.parse("2026-01-31T08:20:00Z"),
                            Map.of("wrong-signature", 2L))),
            List.of(
                    new SecretUse(FINGERPRINT, SecretUse.Role.REGISTERED, Instant.parse("2026-01-31T08:12:45Z"), false),
                    new SecretUse(
                            "41d0a6b28c93e7f5", SecretUse.Role.ACCEPTED, Instant.parse("2026-01-30T20:58:13Z"), true)),
            List.of(
                    new AddressUse(
                            "https://hooks.example.com",
                            AddressUse.Role.CURRENT,
                            Instant.parse("2026-01-31T08:12:45Z"),
                            false),
                    new AddressUse(null, AddressUse.Role.OTHER, null, false)),
            List.of(new Finding(
                    "silence",
                    "order-status",
                    Instant.parse("2026-01-31T08:12:45Z"),
                    null,
                    null,
                    "No delivery of order-status since 2026-01-31 08:12 UTC; one is expected every 1h.")),
            new Plan(
                    List.of(
                            new Change("order-status", Action.CHANGE, THEIRS, OURS),
                            new Change("fulfillment_url", Action.CARRY_OVER, FULFILLMENT, FULFILLMENT)),
                    List.of("fulfillment_url is not ours and is signed with the same secret")));

    /** Of an account about which nothing is known yet. */
    static final RegistrationDetail BARE_DETAIL = new RegistrationDetail(
            TIKI,
            new Desired(Map.of(), List.of("sgn3"), FINGERPRINT),
            null,
            null,
            Map.of("order", new Observed(null, 0, null, Map.of())),
            List.of(new SecretUse(FINGERPRINT, SecretUse.Role.REGISTERED, null, false)),
            List.of(new AddressUse(null, AddressUse.Role.OTHER, null, false)),
            List.of(),
            null);

    static final List<AddressTraffic> ADDRESSES = List.of(
            new AddressTraffic(
                    "https://hooks.example.com",
                    AddressUse.Role.CURRENT,
                    Instant.parse("2026-01-31T09:30:41Z"),
                    2,
                    false,
                    null),
            new AddressTraffic(
                    "https://old.example.com/pasar",
                    AddressUse.Role.FORMER,
                    Instant.parse("2026-01-31T08:12:45Z"),
                    1,
                    false,
                    "It was used at 2026-01-31T08:12:45Z, which is not 4h ago"),
            new AddressTraffic(null, AddressUse.Role.OTHER, null, 0, false, null));

    static final Webhooks WEBHOOKS = new Webhooks(
            Webhooks.Source.LISTED, READ_AT, Map.of("order-status", OURS), Map.of("fulfillment_url", FULFILLMENT));

    static final Outcome DONE = new Outcome(
            "0b7c2e44-5d0c-4f43-8d5a-6a4d4a1c9a77",
            new RegistrationStatus("tiki", "41235121321", State.ASSERTED, null, READ_AT, READ_AT, null),
            new Plan(
                    List.of(new Change(
                            "order", Action.RESEND, null, "https://hooks.example.com/webhooks/tiki/41235121321/order")),
                    List.of()),
            "6c1a0a7d-6f0e-4a55-9a3b-0c6a3a9a2f10",
            null);

    static final ConsumerRecord<byte[], byte[]> RECORD =
            record("41235121321/627100042", "{\"order_code\":\"627100042\"}".getBytes(StandardCharsets.UTF_8));

    static {
        header("ce_specversion", "1.0");
        header("ce_type", "tiki.order");
        header("pasar_identity", "strong");
    }

    private Fixtures() {}

    private static Replay running(String id, ReplayRequest request, Replay.Skipped skipped) {
        return new Replay(
                id,
                request,
                Replay.State.RUNNING,
                List.of(new Replay.Range(3, 12, 841, 2077)),
                1204,
                400,
                skipped,
                Instant.parse("2026-01-31T09:30:00Z"),
                READ_AT,
                null);
    }

    /** Both may be null. */
    static ConsumerRecord<byte[], byte[]> record(String key, byte[] value) {
        return new ConsumerRecord<>(
                "pasar.tiki.order",
                3,
                41,
                READ_AT.toEpochMilli(),
                TimestampType.CREATE_TIME,
                -1,
                -1,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                value,
                new RecordHeaders(),
                java.util.Optional.empty());
    }

    private static void header(String name, String value) {
        RECORD.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
