package io.pasar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CliTest {

    private static final String TOKEN = "a-token-that-nobody-may-see";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                                     | false
                    --spring.profiles.active=sandbox       | false
                    --server.port=8081 --debug             | false
                    --pasar.data-dir=plan                  | false
                    --json                                 | false
                    plan                                   | true
                    apply --json                           | true
                    list                                   | true
                    replay --topic pasar.tiki.order        | true
                    quarantine list                        | true
                    help                                   | true
                    -h                                     | true
                    --help                                 | true
                    -V                                     | true
                    --version                              | true
                    explode                                | true
                    explode --server.port=8081             | true
                    --url http://localhost:8081 plan       | true
                    --spring.profiles.active=sandbox apply | true
                    """)
    void leavesOptionsToTheGatewayAndTakesWordsForItself(String line, boolean expected) {
        String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
        assertThat(Cli.isFor(arguments)).isEqualTo(expected);
    }

    @Test
    void knowsItsWordsBeforeItKnowsPicocli() {
        assertThat(Cli.commandLine(Map.of(), System.out, System.err).getSubcommands())
                .containsOnlyKeys(Cli.WORDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help", "help plan", "apply --help", "list -h", "quarantine release -h"})
    void explainsItself(String line) {
        // When
        Invocation help = Invocation.of(null, line.split(" "));

        // Then
        assertThat(help.exitCode()).isZero();
        assertThat(help.out())
                .startsWith("Usage: java -jar pasar.jar")
                .contains("--marketplace", "--account", "--json", "--url", "--wait", "PASAR_API_TOKEN", "Exit codes:");
        assertThat(help.err()).isEmpty();
    }

    @Test
    void tellsItsVersion() {
        // When
        Invocation version = Invocation.of(null, "--version");

        // Then
        assertThat(version.exitCode()).isZero();
        assertThat(version.out()).matches("pasar \\S.*\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    explode                          | There is no command 'explode'
                    plam                             | There is no command 'plam'
                    help explode                     | Unknown subcommand 'explode'
                    quarantine                       | Missing required subcommand
                    plan more                        | Unmatched argument at index 1: 'more'
                    plan --dry-run                   | Unknown option: '--dry-run'
                    --spring.main.a=b apply          | Unknown option: '--spring.main.a=b'
                    plan --account                   | Missing required parameter for option '--account'
                    plan --account 1 --account 2     | should be specified only once
                    plan --wait soon                 | '--wait': write it like 90s or 5m
                    plan --wait -5m                  | '--wait': write it like 90s or 5m
                    plan --url localhost:8081        | '--url': write it like http://localhost:8081
                    plan --url ftp://localhost       | '--url': write it like http://localhost:8081
                    plan --url http://me:it@host     | '--url': write it like http://localhost:8081
                    plan --url http://               | '--url': write it like http://localhost:8081
                    """)
    void failsWhereItIsMisused(String line, String words) {
        // When
        Invocation misused = Invocation.of(TOKEN, line.split(" "));

        // Then
        assertThat(misused.exitCode()).isEqualTo(1);
        assertThat(misused.out()).isEmpty();
        assertThat(misused.err())
                .startsWith("pasar: ")
                .contains(words, "--help")
                .doesNotContain("\tat ", TOKEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plan", "apply", "list", "plan --json"})
    void saysWhichVariableIsMissing(String line) {
        // When
        Invocation closed = Invocation.of(null, line.split(" "));

        // Then
        assertThat(closed.exitCode()).isEqualTo(1);
        assertThat(closed.out()).isEmpty();
        assertThat(closed.err())
                .isEqualTo(
                        """
                        pasar: PASAR_API_TOKEN is not set
                        pasar: Set it to one of the gateway's pasar.api.tokens.
                        """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"two tokens-in-one-variable", "token-with\na-line-break", "tokén-with-an-accent"})
    void doesNotEvenSendWhatCannotBeAToken(String token) {
        // When
        Invocation closed = Invocation.of(token, "plan", "--url", "http://localhost:1");

        // Then
        assertThat(closed.exitCode()).isEqualTo(1);
        assertThat(closed.err())
                .contains("PASAR_API_TOKEN holds white space or characters that no token has")
                .doesNotContain("in-one", "line-break", "accent");
    }
}
