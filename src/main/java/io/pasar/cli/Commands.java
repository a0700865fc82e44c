package io.pasar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pasar.cli.GatewayException.Kind;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command words and their options. Each invocation has one. */
@Command(
        name = "java -jar pasar.jar",
        description = {
            "Asks a running gateway about the registrations of its accounts, and has it publish events again",
            "and release what is in quarantine.",
            "Without a command this is the gateway itself, and options are its configuration (--key=value)."
        },
        footerHeading = "%nEnvironment:%n",
        footer = {
            "  PASAR_API_TOKEN  one of the gateway's pasar.api.tokens; to plan, to apply,",
            "                   to replay and to release, one whose role is write"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing to change (plan), nothing left to change (apply), shown (list), done (replay, release)",
            "1:something failed, for one account or for all",
            "2:something to change (plan), something left to change (apply), still under way (replay, release)"
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {QuarantineCommands.class, HelpCommand.class},
        scope = ScopeType.INHERIT)
final class Commands {

    private static final String TOKEN = "PASAR_API_TOKEN";
    private static final int MOST_OF_A_PAGE = 100;

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;
    private final Screen screen;
    private final ArrayNode results = Gateway.JSON.createArrayNode();

    @Option(
            names = "--marketplace",
            paramLabel = "<name>",
            scope = ScopeType.INHERIT,
            description = "Only accounts at this marketplace")
    private String marketplace;

    @Option(names = "--account", paramLabel = "<id>", scope = ScopeType.INHERIT, description = "Only this account")
    private String account;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "One JSON document on standard output in place of tables")
    private boolean json;

    @Option(
            names = "--url",
            paramLabel = "<url>",
            scope = ScopeType.INHERIT,
            defaultValue = "http://localhost:8081",
            description = "The gateway's management port. Default: ${DEFAULT-VALUE}")
    private URI url;

    @Option(
            names = "--wait",
            paramLabel = "<time>",
            scope = ScopeType.INHERIT,
            defaultValue = "5m",
            description =
                    "How long plan and apply wait for each account, replay and release for their end. Default: ${DEFAULT-VALUE}")
    private Duration wait;

    Commands(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
        this.screen = new Screen(out);
    }

    @Command(description = "Shows what an apply would change, and changes nothing.")
    int plan() throws GatewayException {
        return change(true);
    }

    @Command(description = "Registers what the gateway's configuration asks for.")
    int apply() throws GatewayException {
        return change(false);
    }

    @Command(
            description = "Shows where every registration stands; with --account what is registered, secrets and"
                    + " addresses.")
    int list() throws GatewayException {
        Gateway gateway = gateway();
        List<JsonNode> chosen = chosen(gateway);
        int exitCode = Cli.AS_DESIRED;
        if (account != null) {
            exitCode = detail(gateway, chosen);
        } else if (json) {
            results.addAll(chosen);
        } else if (!chosen.isEmpty()) {
            screen.registrations(chosen);
        }
        printResults();
        return exitCode;
    }

    @Command(
            description =
                    "Publishes a range of a topic again, to another topic: counts first, then shows how far it is."
                            + " It goes on when this command is ended.")
    int replay(
            @Option(names = "--topic", paramLabel = "<topic>", required = true, description = "A topic of events")
                    String topic,
            @Option(names = "--to", paramLabel = "<topic>", required = true, description = "An existing topic")
                    String to,
            @Option(
                            names = "--from",
                            paramLabel = "<time>",
                            description = "The earliest time, like 2026-01-31T08:00:00Z")
                    String from,
            @Option(names = "--until", paramLabel = "<time>", description = "The first time that is too late")
                    String until,
            @Option(names = "--partition", paramLabel = "<number>", description = "Only this partition")
                    String partition,
            @Option(names = "--from-offset", paramLabel = "<number>", description = "The partition's first offset")
                    String fromOffset,
            @Option(
                            names = "--until-offset",
                            paramLabel = "<number>",
                            description = "The partition's first offset that is too late")
                    String untilOffset,
            @Option(names = "--entity", paramLabel = "<id>", description = "Only events about this") String entity,
            @Option(names = "--rate", paramLabel = "<number>", description = "Records per second. Default: 100")
                    String rate,
            @Option(names = "--dry-run", description = "Only count") boolean dryRun,
            @Option(names = "--same-topic", description = "Let --to be --topic, whose consumers see the events again")
                    boolean sameTopic)
            throws GatewayException {
        if (marketplace != null) {
            throw GatewayException.of(
                    Kind.EVERYTHING, "replay knows no --marketplace", "The topic says which marketplace it is.");
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("topic", topic);
        parameters.put("to", to);
        parameters.put("from", from);
        parameters.put("until", until);
        parameters.put("partition", partition);
        parameters.put("from-offset", fromOffset);
        parameters.put("until-offset", untilOffset);
        parameters.put("account", account);
        parameters.put("entity", entity);
        parameters.put("rate", rate);
        parameters.put("dry-run", dryRun ? "true" : null);
        parameters.put("same-topic", sameTopic ? "true" : null);
        Gateway gateway = gateway();
        return watch(gateway, gateway.beginReplay(parameters));
    }

    int release(Map<String, String> parameters) throws GatewayException {
        Gateway gateway = gateway();
        return watch(gateway, gateway.beginRelease(ofAccounts(parameters)));
    }

    /** @param limit how many at most, in as many calls as it takes */
    int quarantine(Map<String, String> parameters, int limit, String cursor) throws GatewayException {
        Gateway gateway = gateway();
        Map<String, String> asked = ofAccounts(parameters);
        ArrayNode deliveries = Gateway.JSON.createArrayNode();
        String next = cursor;
        do {
            asked.put("limit", String.valueOf(Math.min(MOST_OF_A_PAGE, limit - deliveries.size())));
            asked.put("cursor", next);
            JsonNode page = gateway.quarantine(asked);
            page.path("deliveries").forEach(deliveries::add);
            next = page.path("next").textValue();
        } while (next != null && deliveries.size() < limit);
        show(deliveries, next);
        return Cli.AS_DESIRED;
    }

    private void show(ArrayNode deliveries, String next) {
        if (json) {
            ObjectNode document = Gateway.JSON.createObjectNode();
            document.set("deliveries", deliveries);
            print(document.put("next", next));
        } else if (!deliveries.isEmpty()) {
            screen.quarantine(deliveries);
        }
        out.flush();
        if (next != null) {
            err.println("pasar: there may be more; go on with --cursor " + Text.printable(next));
        } else if (deliveries.isEmpty()) {
            err.println("pasar: nothing of that is in quarantine");
        }
    }

    private Map<String, String> ofAccounts(Map<String, String> parameters) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("marketplace", marketplace);
        all.put("account", account);
        all.putAll(parameters);
        return all;
    }

    private int watch(Gateway gateway, JsonNode begunReplay) throws GatewayException {
        long begun = System.nanoTime();
        JsonNode replay = begunReplay;
        String shown = "";
        while (isUnderWay(replay) && System.nanoTime() - begun < wait.toNanos()) {
            replay = gateway.lookAtReplay(replay.path("id").asText(), wait);
            String line = Screen.replay(replay);
            if (!json && !line.equals(shown)) {
                out.println(line);
                shown = line;
            }
        }
        if (json) {
            print(replay);
        }
        if (isUnderWay(replay)) {
            err.println("pasar: it goes on; how far it is: GET /api/replays/"
                    + Text.printable(replay.path("id").asText()));
            return Cli.CHANGES;
        }
        return replay.path("state").asText().equals("done") ? Cli.AS_DESIRED : Cli.ERROR;
    }

    private static boolean isUnderWay(JsonNode replay) {
        String state = replay.path("state").asText();
        return state.equals("counting") || state.equals("running");
    }

    private int detail(Gateway gateway, List<JsonNode> chosen) throws GatewayException {
        Tally tally = new Tally();
        for (JsonNode one : chosen) {
            try {
                JsonNode registration = gateway.registration(one);
                results.add(registration);
                tally.done++;
                if (!json) {
                    screen.registration(registration);
                }
            } catch (GatewayException e) {
                failed(one, e, tally);
                if (e.endsEverything()) {
                    break;
                }
            }
        }
        return tally.failed > 0 ? Cli.ERROR : Cli.AS_DESIRED;
    }

    private int change(boolean dryRun) throws GatewayException {
        Gateway gateway = gateway();
        List<JsonNode> chosen = chosen(gateway);
        Tally tally = new Tally();
        for (JsonNode one : chosen) {
            try {
                changed(one, gateway.apply(one, dryRun, wait), dryRun, tally);
            } catch (GatewayException e) {
                failed(one, e, tally);
                if (e.endsEverything()) {
                    break;
                }
            }
        }
        tally.untried = chosen.size() - tally.done - tally.failed;
        sum(chosen.size(), dryRun, tally);
        printResults();
        return tally.exitCode();
    }

    private void changed(JsonNode one, JsonNode answer, boolean dryRun, Tally tally) {
        JsonNode changes = answer.path("plan").path("changes");
        boolean asDesired = isAsDesired(answer.path("state").asText());
        boolean open = dryRun ? isToChange(changes, asDesired) : !asDesired;
        tally.done++;
        tally.open += open ? 1 : 0;
        if (json) {
            results.add(named(one).setAll((ObjectNode) answer));
        } else {
            screen.changes(one, answer, dryRun ? planned(changes, open) : applied(!changes.isEmpty(), open));
        }
    }

    /** What is only sent again, because it cannot be read, is no change: a script would never see an end of it. */
    private static boolean isToChange(JsonNode changes, boolean asDesired) {
        boolean differs = false;
        for (JsonNode change : changes) {
            differs |= !change.path("from").equals(change.path("to"));
        }
        return differs || !asDesired && !changes.isEmpty();
    }

    private static String planned(JsonNode changes, boolean open) {
        if (open) {
            return "to change:";
        }
        return changes.isEmpty()
                ? "nothing to change"
                : "nothing to change; sent again as it is: "
                        + String.join(
                                ", ",
                                changes.findValuesAsText("field").stream()
                                        .map(Text::printable)
                                        .toList());
    }

    private static String applied(boolean changes, boolean open) {
        if (open) {
            return changes ? "sent, but something is left to change:" : "something is left to change";
        }
        return changes ? "sent:" : "nothing to change";
    }

    private static boolean isAsDesired(String state) {
        return state.equals("in-sync") || state.equals("asserted");
    }

    private void failed(JsonNode one, GatewayException failure, Tally tally) {
        tally.failed++;
        results.add(named(one).set("problem", failure.problem()));
        String name =
                one.path("marketplace").asText() + "/" + one.path("account").asText();
        // Standard output and standard error may be the same terminal
        out.flush();
        failure.lines().forEach(line -> err.println(Text.printable("pasar: " + name + ": " + line)));
    }

    private static ObjectNode named(JsonNode one) {
        return Gateway.JSON
                .createObjectNode()
                .put("marketplace", one.path("marketplace").asText())
                .put("account", one.path("account").asText());
    }

    private void sum(int chosen, boolean dryRun, Tally tally) {
        if (tally.untried > 0) {
            err.println("pasar: the other accounts were not tried: " + tally.untried);
        }
        if (!json && chosen > 1) {
            out.printf(
                    "%n%d accounts: %d %s, %d as desired, %d failed%s%n",
                    chosen,
                    tally.open,
                    dryRun ? "to change" : "with something left to change",
                    tally.done - tally.open,
                    tally.failed,
                    tally.untried > 0 ? ", " + tally.untried + " not tried" : "");
        }
    }

    private void printResults() {
        if (!json) {
            return;
        }
        print(Gateway.JSON.createObjectNode().set("registrations", results));
    }

    private void print(JsonNode document) {
        try {
            // Bytes: JSON is UTF-8, whatever the terminal is
            out.write(Gateway.JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(document));
            out.println();
        } catch (IOException e) {
            throw new IllegalStateException("What was JSON can be written as JSON", e);
        }
    }

    private Gateway gateway() throws GatewayException {
        String token = environment.getOrDefault(TOKEN, "").strip();
        if (token.isEmpty()) {
            throw GatewayException.of(
                    Kind.EVERYTHING, TOKEN + " is not set", "Set it to one of the gateway's pasar.api.tokens.");
        }
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw GatewayException.of(
                    Kind.EVERYTHING,
                    TOKEN + " holds white space or characters that no token has",
                    "Set it to one of the gateway's pasar.api.tokens, and nothing else.");
        }
        return new Gateway(url, token);
    }

    private List<JsonNode> chosen(Gateway gateway) throws GatewayException {
        List<JsonNode> chosen = gateway.registrations(marketplace).stream()
                .filter(one -> account == null || one.path("account").asText().equals(account))
                .toList();
        if (chosen.isEmpty() && (account != null || marketplace != null)) {
            throw GatewayException.of(
                    Kind.EVERYTHING,
                    "The gateway has no account%s%s"
                            .formatted(
                                    account == null ? "" : " '" + account + "'",
                                    marketplace == null ? "" : " at marketplace '" + marketplace + "'"),
                    "Those that it has are shown by list.");
        }
        if (chosen.isEmpty()) {
            err.println("pasar: the gateway has no accounts");
        }
        return chosen;
    }

    /** How many accounts went which way. */
    private static final class Tally {

        private int done;
        private int open;
        private int failed;
        private int untried;

        int exitCode() {
            if (failed > 0) {
                return Cli.ERROR;
            }
            return open > 0 ? Cli.CHANGES : Cli.AS_DESIRED;
        }
    }
}
