package io.pasar.loss;

import io.pasar.loss.Ledger.Answer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Compares what the senders were told with what lies in the topics. Knows nothing of how a gateway works. */
final class Checker {

    enum Kind {
        /** Answered 2xx, and these very bytes are in no record. */
        LOST,
        /** In an event's topic or in quarantine, and nobody sent these bytes. */
        ALTERED,
        /** In an event's topic without proof of its sender. */
        UNVERIFIED,
        /** Proven, and in quarantine all the same. */
        WRONGLY_QUARANTINED,
        /** Proven, and answered as if the sender were at fault, who then may not send it again. */
        WRONGLY_REFUSED,
        /** Under another topic or key than its own, or one key in two partitions. */
        MISPLACED,
        OUT_OF_ORDER,
        /** A repeat that consumers cannot tell. */
        REPEAT_WITH_ANOTHER_ID,
        /** An event that consumers would drop as a repeat. */
        ID_OF_ANOTHER_EVENT,
        /** 2xx for a forgery, or with a body that says that it failed. */
        YES_TO_A_FAILURE,
        /** A secret in what others may read. */
        SECRET_TOLD,
        /** A part of a body outside of its topic. */
        PAYLOAD_TOLD
    }

    record Violation(Kind kind, String what) {}

    private final Ledger ledger;
    private final String quarantine;
    private final List<Violation> violations = new ArrayList<>();

    private Checker(Ledger ledger, String quarantine) {
        this.ledger = ledger;
        this.quarantine = quarantine;
    }

    /**
     * @param stored every record of every topic, each partition's in the order of its offsets
     * @param quarantine topic of what may be there without proof
     */
    static List<Violation> check(Ledger ledger, Collection<Stored> stored, String quarantine) {
        Checker checker = new Checker(ledger, quarantine);
        List<Stored> events = new ArrayList<>();
        for (Stored record : stored) {
            if (record.topic().equals(quarantine)) {
                checker.quarantined(record);
            } else if (checker.isAnEvent(record)) {
                events.add(record);
            }
        }
        Map<String, Stored> first = new HashMap<>();
        events.forEach(record -> first.putIfAbsent(record.bodyHash(), record));
        checker.answers();
        checker.nothingLost(first);
        checker.placesAndIds(events, first);
        checker.order(first);
        return checker.violations;
    }

    /**
     * @param where the lines are from
     * @param secrets that nobody may be told
     */
    static List<Violation> checkTold(String where, Iterable<String> lines, Collection<String> secrets) {
        List<Violation> told = new ArrayList<>();
        int number = 0;
        for (String line : lines) {
            number++;
            // Where, and not what: this is shown in a log itself
            if (secrets.stream().anyMatch(line::contains)) {
                told.add(new Violation(Kind.SECRET_TOLD, where + " " + number));
            }
            if (line.contains(Webhook.MARK)) {
                told.add(new Violation(Kind.PAYLOAD_TOLD, where + " " + number));
            }
        }
        return told;
    }

    private void quarantined(Stored record) {
        Webhook webhook = ledger.withHash(record.bodyHash());
        if (webhook == null) {
            add(Kind.ALTERED, record);
        } else if (webhook.genuine()) {
            add(Kind.WRONGLY_QUARANTINED, webhook);
        }
    }

    private boolean isAnEvent(Stored record) {
        Webhook webhook = ledger.withHash(record.bodyHash());
        if (webhook == null) {
            add(Kind.ALTERED, record);
        } else if (!webhook.genuine()) {
            add(Kind.UNVERIFIED, webhook + " at " + record);
        }
        return webhook != null && webhook.genuine();
    }

    private void answers() {
        for (Answer answer : ledger.answers()) {
            boolean failure = !answer.webhook().genuine() || !answer.body().contains("\"success\":true");
            if (answer.isYes() && failure) {
                add(Kind.YES_TO_A_FAILURE, answer.webhook() + ": " + answer.status());
            }
            // 408 is the sender's fault indeed where the link between them is silent
            if (answer.webhook().genuine() && answer.status() / 100 == 4 && answer.status() != 408) {
                add(Kind.WRONGLY_REFUSED, answer.webhook() + ": " + answer.status());
            }
        }
    }

    private void nothingLost(Map<String, Stored> first) {
        for (Webhook webhook : ledger.acknowledged()) {
            if (webhook.genuine() && !first.containsKey(webhook.bodyHash())) {
                add(Kind.LOST, webhook);
            }
        }
    }

    private void placesAndIds(List<Stored> events, Map<String, Stored> first) {
        Map<String, Integer> partitions = new HashMap<>();
        Map<String, String> hashes = new HashMap<>();
        for (Stored record : events) {
            Webhook webhook = ledger.withHash(record.bodyHash());
            Integer partition = partitions.putIfAbsent(record.topic() + " " + record.key(), record.partition());
            if (!record.topic().equals(webhook.topic())
                    || !record.key().equals(webhook.key())
                    || (partition != null && partition != record.partition())) {
                add(Kind.MISPLACED, webhook + " at " + record);
            }
            if (!record.ceId().equals(first.get(record.bodyHash()).ceId())) {
                add(Kind.REPEAT_WITH_ANOTHER_ID, webhook + " at " + record);
            }
            String hash = hashes.putIfAbsent(record.ceId(), record.bodyHash());
            if (hash != null && !hash.equals(record.bodyHash())) {
                add(Kind.ID_OF_ANOTHER_EVENT, webhook + " at " + record);
            }
        }
    }

    /** A repeat may come at any time, so what counts is where each was for the first time. */
    private void order(Map<String, Stored> first) {
        Map<String, List<Webhook>> byKey = ledger.acknowledged().stream()
                .filter(webhook -> webhook.genuine() && first.containsKey(webhook.bodyHash()))
                .collect(Collectors.groupingBy(webhook -> webhook.topic() + " " + webhook.key()));
        new TreeMap<>(byKey).values().forEach(webhooks -> {
            webhooks = new ArrayList<>(webhooks);
            webhooks.sort(Comparator.comparingLong(Webhook::sequence));
            long highest = -1;
            for (Webhook webhook : webhooks) {
                long offset = first.get(webhook.bodyHash()).offset();
                if (offset < highest) {
                    add(Kind.OUT_OF_ORDER, webhook);
                }
                highest = Math.max(highest, offset);
            }
        });
    }

    private void add(Kind kind, Object what) {
        violations.add(new Violation(kind, what.toString()));
    }

    /** For people: how many of each kind, and the first of each. */
    static String summary(List<Violation> violations) {
        Map<Kind, List<Violation>> byKind = violations.stream()
                .collect(Collectors.groupingBy(Violation::kind, LinkedHashMap::new, Collectors.toList()));
        return byKind.entrySet().stream()
                .map(kind -> kind.getValue().size() + " " + kind.getKey() + ", e.g. "
                        + kind.getValue().stream().limit(5).map(Violation::what).collect(Collectors.joining("; ")))
                .collect(Collectors.joining("\n"));
    }
}
