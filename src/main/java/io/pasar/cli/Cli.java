package io.pasar.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.convert.DurationStyle;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry to the command line. Safe for use by many threads. */
public final class Cli {

    /** Nothing to change, or nothing left to change; or it was only looked at. */
    static final int AS_DESIRED = 0;

    static final int ERROR = 1;

    /** Something is to be changed, or left to be changed. */
    static final int CHANGES = 2;

    /** Known here as well as to picocli, so that a gateway starts without it. */
    static final Set<String> WORDS = Set.of("plan", "apply", "list", "replay", "quarantine", "help");

    private static final Set<String> QUESTIONS = Set.of("-h", "--help", "-V", "--version");

    private Cli() {}

    /**
     * Whether these arguments are for the command line and not for the gateway. The gateway takes options only: a first
     * argument that is none is a command, if perhaps a misspelt one, and must not start a gateway.
     */
    public static boolean isFor(String... arguments) {
        return arguments.length > 0
                && (!arguments[0].startsWith("-")
                        || QUESTIONS.contains(arguments[0])
                        || Arrays.stream(arguments).anyMatch(WORDS::contains));
    }

    /**
     * Carries out one command. Never throws, prints no stack trace and no token.
     *
     * @param environment where {@code PASAR_API_TOKEN} is looked up
     * @return the process's exit code
     */
    public static int run(String[] arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
        CommandLine commandLine = commandLine(environment, out, err);
        int exitCode = commandLine.execute(arguments);
        commandLine.getOut().flush();
        return exitCode;
    }

    static CommandLine commandLine(Map<String, String> environment, PrintStream out, PrintStream err) {
        return new CommandLine(new Commands(environment, out, err))
                .registerConverter(Duration.class, Cli::duration)
                .registerConverter(URI.class, Cli::url)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setParameterExceptionHandler(Cli::misused)
                .setExecutionExceptionHandler(Cli::failed);
    }

    private static int misused(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("pasar: " + Text.printable(words(mistake, command)));
        UnmatchedArgumentException.printSuggestions(mistake, err);
        err.println("Try '%s --help'.".formatted(command.getCommandSpec().qualifiedName()));
        return ERROR;
    }

    private static String words(ParameterException mistake, CommandLine command) {
        boolean noCommand = mistake instanceof UnmatchedArgumentException unmatched
                && command.getParent() == null
                && !unmatched.isUnknownOption();
        return noCommand
                ? "There is no command '%s'"
                        .formatted(((UnmatchedArgumentException) mistake)
                                .getUnmatched()
                                .get(0))
                : mistake.getMessage();
    }

    private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        if (failure instanceof GatewayException told) {
            told.lines().forEach(line -> command.getErr().println("pasar: " + Text.printable(line)));
        } else {
            // Its message is left out: it may hold anything
            command.getErr()
                    .println("pasar: internal error, " + failure.getClass().getName());
        }
        return ERROR;
    }

    private static Duration duration(String text) {
        try {
            Duration duration = DurationStyle.SIMPLE.parse(text, ChronoUnit.SECONDS);
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            // Said below, as for a negative one
        }
        throw new TypeConversionException("write it like 90s or 5m");
    }

    private static URI url(String text) {
        try {
            URI url = new URI(text.replaceAll("/+$", ""));
            boolean web = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            boolean plain = url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
            if (web && plain && url.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Said below, as for one that is a URL of another kind
        }
        throw new TypeConversionException("write it like http://localhost:8081");
    }
}
