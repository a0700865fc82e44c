package io.pasar.configuration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.account.Accounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.ByteArrayResource;

/** The accounts that README.md and application.yaml show are such as the gateway takes. */
class ConfigurationExamplesTest {

    private static final Pattern EXAMPLE = Pattern.compile("^```yaml\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)}");

    @Test
    void showsAccountsThatAreTakenAsTheyStand(@TempDir Path accounts) throws IOException {
        // Given
        List<String> examples = EXAMPLE.matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(examples).hasSize(2);

        // When
        Files.writeString(accounts.resolve("shop.yaml"), examples.get(1));

        // Then
        assertThat(accountsOf(examples.get(0), accounts)).containsExactly("tiki/41235121321", "tokopedia/13004");
    }

    @Test
    void applicationYamlHoldsAccountsThatNeedOnlyTheirSecretsToBeTaken(@TempDir Path none) throws IOException {
        // Given
        String commented = Files.readString(Path.of("application.yaml"))
                .replaceFirst("(?m)^  accounts: \\[]$", "  accounts:")
                .replaceAll("(?m)^  #", "  ")
                .replaceFirst("(?m)^(  public-url:).*$", "$1 https://gateway.shop.example");

        // Then
        assertThat(accountsOf(commented, none)).containsExactly("tiki/41235121321", "tokopedia/13004");
    }

    /** The keys of those that the gateway takes; each variable is set, to as many characters as Tiki wants. */
    private static List<String> accountsOf(String configuration, Path accountsDir) throws IOException {
        String all = configuration + Files.readString(Path.of("README.md"));
        List<String> keys = new ArrayList<>();
        ConfigurationTest.runner(
                        ConfigurationTest.yaml(new ByteArrayResource(configuration.getBytes(UTF_8))),
                        ConfigurationTest.yaml(ConfigurationTest.PACKED))
                .withPropertyValues(
                        RouteFiles.PATTERN + "=file:routes/**/*.camel.yaml", "pasar.accounts-dir=" + accountsDir)
                .withPropertyValues(VARIABLE.matcher(all)
                        .results()
                        .map(found -> found.group(1) + "=0123456789abcdef0123456789abcdef")
                        .toArray(String[]::new))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    context.getBean(Accounts.class).all().forEach(account -> keys.add(account.key()));
                });
        return keys;
    }
}
