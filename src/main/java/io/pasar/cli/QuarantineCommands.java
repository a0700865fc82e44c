package io.pasar.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The command words behind {@code quarantine}. */
@Command(
        name = "quarantine",
        description = "Lists deliveries whose signature was not right, and releases those that are right by now.")
final class QuarantineCommands {

    @ParentCommand
    private Commands commands;

    @Command(description = "Shows what is in quarantine, why, and what was released already.")
    int list(
            @Mixin Chosen chosen,
            @Option(
                            names = "--limit",
                            paramLabel = "<number>",
                            defaultValue = "50",
                            description = "How many at most. Default: ${DEFAULT-VALUE}")
                    int limit,
            @Option(names = "--cursor", paramLabel = "<text>", description = "Where the list before has ended")
                    String cursor)
            throws GatewayException {
        return commands.quarantine(chosen.parameters(), limit, cursor);
    }

    @Command(
            description =
                    "Verifies again what is in quarantine, with the secrets of now, and publishes what is right: counts first,"
                            + " then shows how far it is. It goes on when this command is ended.")
    int release(
            @Mixin Chosen chosen,
            @Option(names = "--rate", paramLabel = "<number>", description = "Deliveries per second. Default: 100")
                    String rate,
            @Option(names = "--dry-run", description = "Only verify and count") boolean dryRun,
            @Option(names = "--again", description = "Also what was released before") boolean again)
            throws GatewayException {
        Map<String, String> parameters = chosen.parameters();
        parameters.put("rate", rate);
        parameters.put("dry-run", dryRun ? "true" : null);
        parameters.put("again", again ? "true" : null);
        return commands.release(parameters);
    }

    /** Which deliveries, besides their marketplace and account. */
    static final class Chosen {

        @Option(names = "--event-kind", paramLabel = "<name>", description = "Only of this event kind")
        private String eventKind;

        @Option(names = "--reason", paramLabel = "<name>", description = "Only rejected for this, like wrong-signature")
        private String reason;

        @Option(
                names = "--from",
                paramLabel = "<time>",
                description = "The earliest time at which one was received, like 2026-01-31T08:00:00Z")
        private String from;

        @Option(names = "--until", paramLabel = "<time>", description = "The first time that is too late")
        private String until;

        private Map<String, String> parameters() {
            Map<String, String> parameters = new LinkedHashMap<>();
            parameters.put("event-kind", eventKind);
            parameters.put("reason", reason);
            parameters.put("from", from);
            parameters.put("until", until);
            return parameters;
        }
    }
}
