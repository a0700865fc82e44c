package io.pasar.api;

/** Answers as the OpenAPI document shows them. The tests get these very texts over HTTP, so they cannot go stale. */
final class Examples {

    static final String FORGOTTEN =
            """
            {
              "marketplace": "tokopedia",
              "account": "13004",
              "state": "drifted",
              "reason": "order-status points elsewhere",
              "since": "2026-01-31T09:30:00Z",
              "lastAssertedAt": "2026-01-30T21:00:00Z",
              "nextCheckAt": "2026-01-31T09:45:00Z"
            }
            """;

    static final String REGISTRATIONS = """
            {
              "registrations": [
            """
            + FORGOTTEN
            + """
                ,
                {
                  "marketplace": "tiki",
                  "account": "41235121321",
                  "state": "never-registered",
                  "reason": null,
                  "since": null,
                  "lastAssertedAt": null,
                  "nextCheckAt": null
                }
              ]
            }""";

    static final String REGISTRATION =
            """
            {
              "marketplace": "tokopedia",
              "account": "13004",
              "state": "drifted",
              "reason": "order-status points elsewhere",
              "since": "2026-01-31T09:30:00Z",
              "lastAssertedAt": "2026-01-30T21:00:00Z",
              "nextCheckAt": "2026-01-31T09:45:00Z",
              "desired": {
                "webhooks": {
                  "order-status": "https://hooks.example.com/webhooks/tokopedia/13004/order-status"
                },
                "warehouses": [],
                "secret": "9f2c5e0d7b1a4c3f"
              },
              "listed": {
                "readAt": "2026-01-31T09:31:02.125Z",
                "webhooks": {
                  "order-status": "https://other.example.com/status"
                },
                "other": {
                  "fulfillment_url": "https://other.example.com/fulfillment"
                },
                "secret": "9f2c5e0d7b1a4c3f"
              },
              "recorded": {
                "sentAt": "2026-01-30T21:00:00Z",
                "webhooks": {
                  "order-status": "https://hooks.example.com/webhooks/tokopedia/13004/order-status"
                },
                "warehouses": [],
                "secret": "9f2c5e0d7b1a4c3f",
                "requestId": null
              },
              "observed": {
                "order-status": {
                  "lastVerifiedAt": "2026-01-31T08:12:45Z",
                  "verified": 210,
                  "lastRejectedAt": "2026-01-31T08:20:00Z",
                  "rejected": {
                    "wrong-signature": 2
                  }
                }
              },
              "secrets": [
                {
                  "fingerprint": "9f2c5e0d7b1a4c3f",
                  "role": "registered",
                  "lastUsedAt": "2026-01-31T08:12:45Z",
                  "removable": false
                },
                {
                  "fingerprint": "41d0a6b28c93e7f5",
                  "role": "accepted",
                  "lastUsedAt": "2026-01-30T20:58:13Z",
                  "removable": true
                }
              ],
              "addresses": [
                {
                  "url": "https://hooks.example.com",
                  "role": "current",
                  "lastUsedAt": "2026-01-31T08:12:45Z",
                  "drained": false
                },
                {
                  "url": null,
                  "role": "other",
                  "lastUsedAt": null,
                  "drained": false
                }
              ],
              "evidence": [
                {
                  "kind": "silence",
                  "eventKind": "order-status",
                  "since": "2026-01-31T08:12:45Z",
                  "deliveries": null,
                  "resentAt": null,
                  "text": "No delivery of order-status since 2026-01-31 08:12 UTC; one is expected every 1h."
                }
              ],
              "plan": {
                "changes": [
                  {
                    "field": "order-status",
                    "action": "change",
                    "from": "https://other.example.com/status",
                    "to": "https://hooks.example.com/webhooks/tokopedia/13004/order-status"
                  },
                  {
                    "field": "fulfillment_url",
                    "action": "carry-over",
                    "from": "https://other.example.com/fulfillment",
                    "to": "https://other.example.com/fulfillment"
                  }
                ],
                "warnings": [
                  "fulfillment_url is not ours and is signed with the same secret"
                ]
              }
            }""";

    static final String ADDRESSES =
            """
            {
              "addresses": [
                {
                  "url": "https://hooks.example.com",
                  "role": "current",
                  "lastUsedAt": "2026-01-31T09:30:41Z",
                  "accounts": 2,
                  "drained": false,
                  "reason": null
                },
                {
                  "url": "https://old.example.com/pasar",
                  "role": "former",
                  "lastUsedAt": "2026-01-31T08:12:45Z",
                  "accounts": 1,
                  "drained": false,
                  "reason": "It was used at 2026-01-31T08:12:45Z, which is not 4h ago"
                },
                {
                  "url": null,
                  "role": "other",
                  "lastUsedAt": null,
                  "accounts": 0,
                  "drained": false,
                  "reason": null
                }
              ]
            }""";

    static final String WEBHOOKS =
            """
            {
              "source": "listed",
              "readAt": "2026-01-31T09:31:02.125Z",
              "webhooks": {
                "order-status": "https://hooks.example.com/webhooks/tokopedia/13004/order-status"
              },
              "other": {
                "fulfillment_url": "https://other.example.com/fulfillment"
              }
            }""";

    static final String APPLIED =
            """
            {
              "state": "asserted",
              "plan": {
                "changes": [
                  {
                    "field": "order",
                    "action": "resend",
                    "from": null,
                    "to": "https://hooks.example.com/webhooks/tiki/41235121321/order"
                  }
                ],
                "warnings": []
              },
              "requestId": "6c1a0a7d-6f0e-4a55-9a3b-0c6a3a9a2f10"
            }""";

    static final String ACCEPTED =
            """
            {
              "id": "0b7c2e44-5d0c-4f43-8d5a-6a4d4a1c9a77"
            }""";

    static final String QUEUED = """
            {
              "queued": 2
            }""";

    static final String RECORDS =
            """
            {
              "records": [
                {
                  "partition": 3,
                  "offset": 41,
                  "timestamp": "2026-01-31T09:31:02.125Z",
                  "key": "41235121321/627100042",
                  "headers": {
                    "ce_specversion": "1.0",
                    "ce_type": "tiki.order",
                    "pasar_identity": "strong"
                  },
                  "value": "{\\"order_code\\":\\"627100042\\"}",
                  "valueBase64": null
                }
              ]
            }""";

    static final String SPOOL =
            """
            {
              "taking": true,
              "kafkaAway": true,
              "events": 1204,
              "bytes": 1733120,
              "maxBytes": 1073741824,
              "oldest": "2026-01-31T09:31:02.125Z",
              "oldestAgeSeconds": 95,
              "tooOld": false,
              "damaged": false,
              "setAsideEvents": 1,
              "setAside": [
                {
                  "topic": "pasar.tiki.order",
                  "key": "41235121321/627100042",
                  "ceId": "0fa6c1d4e5b9",
                  "reason": "record-too-large",
                  "since": "2026-01-31T09:31:02.125Z"
                }
              ]
            }""";

    static final String REPLAY =
            """
            {
              "id": "5f0f7a1e-8a4f-4f55-9f0e-0a3c5d1b2c33",
              "topic": "pasar.tiki.order",
              "to": "orders-again",
              "selection": {
                "from": "2026-01-31T08:00:00Z",
                "until": null,
                "partition": null,
                "fromOffset": null,
                "untilOffset": null,
                "marketplace": null,
                "account": "41235121321",
                "eventKind": null,
                "entity": null,
                "reason": null
              },
              "rate": 100,
              "dryRun": false,
              "state": "running",
              "selected": 1204,
              "published": 400,
              "skipped": null,
              "startedAt": "2026-01-31T09:30:00Z",
              "updatedAt": "2026-01-31T09:31:02.125Z",
              "reason": null,
              "ranges": [
                {
                  "partition": 3,
                  "first": 12,
                  "next": 841,
                  "end": 2077
                }
              ]
            }""";

    static final String REPLAYS = "{\"replays\": [" + REPLAY + "]}";

    static final String QUARANTINE =
            """
            {
              "deliveries": [
                {
                  "partition": 3,
                  "offset": 41,
                  "receivedAt": "2026-01-31T09:31:02.125Z",
                  "marketplace": "tiki",
                  "account": "41235121321",
                  "eventKind": "order",
                  "reason": "wrong-signature",
                  "contentType": "application/json",
                  "size": 2,
                  "releasedBy": null,
                  "valueBase64": null
                }
              ],
              "next": "3-42"
            }""";

    static final String RELEASE =
            """
            {
              "id": "0f3b1c7e-52a9-4b7e-9c55-1f6f0a9d7e21",
              "topic": "pasar.quarantine",
              "to": null,
              "selection": {
                "from": "2026-01-31T08:00:00Z",
                "until": null,
                "partition": null,
                "fromOffset": null,
                "untilOffset": null,
                "marketplace": "tiki",
                "account": "41235121321",
                "eventKind": null,
                "entity": null,
                "reason": null
              },
              "rate": 100,
              "dryRun": false,
              "state": "running",
              "selected": 1204,
              "published": 400,
              "skipped": {
                "rejected": 3,
                "unwanted": 0,
                "releasedBefore": 17
              },
              "startedAt": "2026-01-31T09:30:00Z",
              "updatedAt": "2026-01-31T09:31:02.125Z",
              "reason": null,
              "ranges": [
                {
                  "partition": 3,
                  "first": 12,
                  "next": 841,
                  "end": 2077
                }
              ]
            }""";

    private Examples() {}
}
