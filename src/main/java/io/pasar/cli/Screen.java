package io.pasar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.List;

/** Answers of the API as tables for people. Reads what is there: an older or newer gateway may say less or more. */
final class Screen {

    private static final String INDENT = "  ";

    private final PrintStream out;

    Screen(PrintStream out) {
        this.out = out;
    }

    void registrations(List<JsonNode> registrations) {
        Table table = new Table("MARKETPLACE", "ACCOUNT", "STATE", "SINCE", "LAST SENT", "NEXT CHECK", "REASON");
        registrations.forEach(registration -> table.row(
                Text.of(registration.path("marketplace")),
                Text.of(registration.path("account")),
                Text.of(registration.path("state")),
                Text.time(registration.path("since")),
                Text.time(registration.path("lastAssertedAt")),
                Text.time(registration.path("nextCheckAt")),
                Text.of(registration.path("reason"))));
        table.print(out, "");
    }

    void registration(JsonNode registration) {
        out.printf("%s: %s%n", name(registration), Text.of(registration.path("state")));
        if (registration.hasNonNull("reason")) {
            out.println(INDENT + Text.of(registration.path("reason")));
        }
        out.printf(
                "%ssince %s, next check %s%n",
                INDENT, Text.time(registration.path("since")), Text.time(registration.path("nextCheckAt")));
        webhooks(registration);
        secrets(registration.path("secrets"));
        addresses(registration.path("addresses"));
    }

    void changes(JsonNode account, JsonNode answer, String verdict) {
        out.printf("%s: %s, %s%n", name(account), Text.of(answer.path("state")), verdict);
        JsonNode changes = answer.path("plan").path("changes");
        if (!changes.isEmpty()) {
            Table table = new Table("FIELD", "ACTION", "FROM", "TO");
            changes.forEach(change -> table.row(
                    Text.of(change.path("field")),
                    Text.of(change.path("action")),
                    Text.of(change.path("from")),
                    change.path("to").equals(change.path("from")) ? "(the same)" : Text.of(change.path("to"))));
            table.print(out, INDENT);
        }
        answer.path("plan").path("warnings").forEach(warning -> out.println(INDENT + "warning: " + Text.of(warning)));
    }

    void quarantine(Iterable<JsonNode> deliveries) {
        Table table = new Table("RECEIVED", "MARKETPLACE", "ACCOUNT", "EVENT KIND", "REASON", "SIZE", "RELEASED BY");
        deliveries.forEach(delivery -> table.row(
                Text.time(delivery.path("receivedAt")),
                Text.of(delivery.path("marketplace")),
                Text.of(delivery.path("account")),
                Text.of(delivery.path("eventKind")),
                Text.of(delivery.path("reason")),
                Text.of(delivery.path("size")),
                Text.of(delivery.path("releasedBy"))));
        table.print(out, "");
    }

    static String replay(JsonNode replay) {
        String line = Text.of(replay.path("id")) + ": " + Text.of(replay.path("state")) + ", " + progress(replay);
        JsonNode skipped = replay.path("skipped");
        if (skipped.isObject()) {
            line += "; left out: %s still wrong, %s unwanted, %s released before"
                    .formatted(
                            Text.of(skipped.path("rejected")),
                            Text.of(skipped.path("unwanted")),
                            Text.of(skipped.path("releasedBefore")));
        }
        return replay.hasNonNull("reason") ? line + " (" + Text.of(replay.path("reason")) + ")" : line;
    }

    private static String progress(JsonNode replay) {
        String selected = Text.of(replay.path("selected"));
        if (replay.path("state").asText().equals("counting")) {
            return selected + " so far";
        }
        return replay.path("dryRun").asBoolean()
                ? selected + " to publish"
                : Text.of(replay.path("published")) + " of " + selected + " published";
    }

    private void webhooks(JsonNode registration) {
        boolean readable = registration.path("listed").isObject();
        JsonNode source = registration.path(readable ? "listed" : "recorded");
        out.println();
        if (!source.isObject()) {
            out.println(INDENT + "Nothing was sent yet, and the marketplace cannot be read.");
            return;
        }
        out.println(INDENT
                + (readable
                        ? "As the marketplace lists it, " + Text.time(source.path("readAt"))
                        : "As last sent, " + Text.time(source.path("sentAt")) + "; the marketplace cannot be read"));
        Table table = new Table("FIELD", "URL", "LAST EVENT");
        source.path("webhooks")
                .properties()
                .forEach(webhook -> table.row(
                        Text.printable(webhook.getKey()),
                        Text.of(webhook.getValue()),
                        Text.time(registration
                                .path("observed")
                                .path(webhook.getKey())
                                .path("lastVerifiedAt"))));
        source.path("other")
                .properties()
                .forEach(other -> table.row(Text.printable(other.getKey()), Text.of(other.getValue()), "-"));
        table.print(out, INDENT);
    }

    private void secrets(JsonNode secrets) {
        if (secrets.isEmpty()) {
            return;
        }
        Table table = new Table("SECRET", "ROLE", "LAST USED", "MAY GO");
        secrets.forEach(secret -> table.row(
                Text.of(secret.path("fingerprint")),
                Text.of(secret.path("role")),
                Text.time(secret.path("lastUsedAt")),
                Text.yesOrNo(secret.path("removable"))));
        out.println();
        table.print(out, INDENT);
    }

    private void addresses(JsonNode addresses) {
        Table table = new Table("ADDRESS", "ROLE", "LAST USED", "MAY GO");
        boolean any = false;
        for (JsonNode address : addresses) {
            boolean other = address.path("role").asText().equals("other");
            if (!other || address.hasNonNull("lastUsedAt")) {
                any = true;
                table.row(
                        other ? "(any other)" : Text.of(address.path("url")),
                        Text.of(address.path("role")),
                        Text.time(address.path("lastUsedAt")),
                        other ? "-" : Text.yesOrNo(address.path("drained")));
            }
        }
        if (any) {
            out.println();
            table.print(out, INDENT);
        }
    }

    private static String name(JsonNode account) {
        return Text.of(account.path("marketplace")) + "/" + Text.of(account.path("account"));
    }
}
