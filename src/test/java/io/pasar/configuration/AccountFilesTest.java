package io.pasar.configuration;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.Account.TokenAuth;
import io.pasar.account.Accounts;
import io.pasar.account.Mistake;
import io.pasar.account.Secret;
import io.pasar.registration.Registrations;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.ClassPathResource;
import org.yaml.snakeyaml.Yaml;

class AccountFilesTest {

    @TempDir
    private Path directory;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(directory.resolve("accounts"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void refusesWithOneLinePerMistake(Refusal refusal) throws IOException {
        // Given
        for (Map.Entry<String, String> file : refusal.files().entrySet()) {
            write(file.getKey(), file.getValue());
        }

        // When
        runner().run(context -> {
            // Then
            assertThat(mistakes(context)).containsExactlyInAnyOrderElementsOf(refusal.mistakes());
            assertThat(mistakes(context)).noneMatch(line -> line.contains("s3cr3t") || line.contains("\n"));
        });
    }

    @Test
    void tellsOfThemWithTheMistakesOfApplicationYaml() throws IOException {
        // Given
        write("a.yaml", "nonsense: 1");

        // When
        runner().withPropertyValues("pasar.shoes=1").run(context -> {
            // Then
            assertThat(mistakes(context))
                    .anyMatch(line -> line.startsWith("pasar.shoes: is not known"))
                    .anyMatch(line -> line.startsWith("accounts/a.yaml:1 nonsense: is not known"));
        });
    }

    @Test
    void takesEveryFormAndEveryWayToWriteAValue() throws IOException {
        // Given
        Files.writeString(Files.createDirectory(directory.resolve("tree")).resolve("from-tree"), "s3cr3t-tree\n");
        write(
                "b/list.yml",
                """
                x-defaults: &defaults
                  clientSecret: ${from-tree}
                  webhook_secrets: "${FIRST},second"
                accounts:
                  - <<: *defaults
                    marketplace: tokopedia
                    id: 1_000
                    client-id: on
                    events: [order-status]
                    on-drift: REPORT
                    token-auth:
                    carry-over:
                      order_actions_url: https://someone.else.example/hook
                """
                        .replace("id: 1_000", "id: 1000"));
        write(
                "a.yaml",
                """
                ---
                marketplace: tiki
                id: 007
                client-id: "null"
                client-secret: 1.10
                token-auth: body
                webhook-secrets: [s3cr3t-789abcdef0123456789ABCDEF]
                events:
                  - order
                warehouses: sgn3, tbn1
                ---
                []
                """);
        write(".hidden.yaml", "nonsense");
        write("readme.txt", "nonsense");

        // When
        runner().withPropertyValues("FIRST=first", "spring.config.import=configtree:" + directory + "/tree/")
                .withInitializer(new ConfigDataApplicationContextInitializer())
                .run(context -> {
                    // Then
                    Accounts accounts = context.getBean(Accounts.class);
                    Account tiki = accounts.find("tiki", "007").orElseThrow();
                    assertThat(tiki.clientId()).isEqualTo("null");
                    assertThat(tiki.clientSecret()).isEqualTo(new Secret("1.10"));
                    assertThat(tiki.tokenAuth()).isEqualTo(TokenAuth.BODY);
                    assertThat(tiki.warehouses()).containsExactly("sgn3", "tbn1");
                    Account tokopedia = accounts.find("tokopedia", "1000").orElseThrow();
                    assertThat(tokopedia.clientId()).isEqualTo("on");
                    assertThat(tokopedia.clientSecret()).isEqualTo(new Secret("s3cr3t-tree"));
                    assertThat(tokopedia.webhookSecrets()).containsExactly(new Secret("first"), new Secret("second"));
                    assertThat(tokopedia.onDrift()).isEqualTo(OnDrift.REPORT);
                    assertThat(tokopedia.tokenAuth()).isEqualTo(TokenAuth.BASIC);
                    assertThat(tokopedia.carryOver())
                            .containsExactly(Map.entry("order_actions_url", "https://someone.else.example/hook"));
                    assertThat(accounts.all())
                            .extracting(Account::key)
                            .containsExactlyInAnyOrder(
                                    "tiki/41235121321", "tiki/007", "tokopedia/13004", "tokopedia/1000");
                });
    }

    @Test
    void refusesTheExampleAsPublicUrlOnceThereAreAccountsInFiles() throws IOException {
        // Given
        write("a.yaml", shop(1));
        write("b.yaml", shop(2));

        // When
        ConfigurationTest.runner(ConfigurationTest.yaml(ConfigurationTest.PACKED))
                .withPropertyValues("pasar.accounts-dir=" + folder)
                .run(context -> {
                    // Then
                    assertThat(mistakes(context))
                            .containsExactly("pasar.public-url: is still the example; write the host that marketplaces"
                                    + " send to");
                });
    }

    @Test
    void takesWhatIsAddedChangedAndRemoved() {
        running(files -> {
            // When
            write("a.yaml", shop(1));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1");

            // When
            write("deep/er/b.yaml", "[" + shop(2) + ", " + shop(3) + "]");
            write("a.yaml", shop(4));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/4", "tokopedia/2", "tokopedia/3");

            // When
            Files.delete(folder.resolve("a.yaml"));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/2", "tokopedia/3");

            // When
            write("deep/er/b.yaml", "[]");
            // Then
            assertThat(settled(files)).isEmpty();
            assertThat(files.broken()).isEmpty();
        });
    }

    @Test
    void waitsUntilAFileIsTheSameTwice() {
        running(files -> {
            // Given
            write("a.yaml", "[" + shop(1) + ", " + shop(2) + "]");
            settled(files);

            // When: it is written anew, bit by bit
            write("a.yaml", "");
            files.look();
            write("a.yaml", "- " + shop(1));
            files.look();
            write("a.yaml", "- " + shop(1) + "\n- " + shop(2));
            files.look();
            // Then
            assertThat(keys(files)).containsExactly("tokopedia/1", "tokopedia/2");

            // When
            write("a.yaml", "- " + shop(1) + "\n- " + shop(2) + "\n- " + shop(3));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1", "tokopedia/2", "tokopedia/3");

            // When: an editor puts the old one aside for a moment
            Files.move(folder.resolve("a.yaml"), folder.resolve("a.yaml~"));
            files.look();
            Files.move(folder.resolve("a.yaml~"), folder.resolve("a.yaml"));
            files.look();
            // Then
            assertThat(settled(files)).hasSize(3);
        });
    }

    @Test
    void keepsWhatABrokenFileSaidLastAndTakesTheOthers() {
        running(files -> {
            // Given
            write("a.yaml", shop(1));
            write("b.yaml", shop(2));
            settled(files);

            // When
            write("a.yaml", shop(1).replace("order-status", "order-statis"));
            write("b.yaml", shop(3));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1", "tokopedia/3");
            assertThat(files.accounts().get(2).events()).containsExactly("order-status");
            assertThat(files.broken()).containsOnlyKeys(folder + "/a.yaml");
            assertThat(files.look()).isFalse();

            // When
            write("a.yaml", "");
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1", "tokopedia/3");
            assertThat(files.broken()).containsOnlyKeys(folder + "/a.yaml");

            // When
            write("a.yaml", shop(4));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/4", "tokopedia/3");
            assertThat(files.broken()).isEmpty();
        });
    }

    @Test
    void refusesAFileThatClaimsTheAccountOfAnotherUntilThatOneGivesItUp() {
        running(files -> {
            // Given
            write("z.yaml", shop(1));
            settled(files);

            // When
            write("a.yaml", "[" + shop(1) + ", " + shop(2) + "]");
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1");
            assertThat(files.broken().get(folder + "/a.yaml"))
                    .extracting(Mistake::toString)
                    .containsExactly(folder + "/a.yaml:1 id: is the account of " + folder
                            + "/z.yaml:1 again; give each account once");

            // When
            write("z.yaml", shop(3));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1", "tokopedia/2", "tokopedia/3");
            assertThat(files.broken()).isEmpty();

            // When: two files change their accounts at once
            write("z.yaml", shop(1));
            write("a.yaml", shop(3));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/3", "tokopedia/1");
            assertThat(files.broken()).isEmpty();
        });
    }

    @Test
    void seesAChangeThatKeepsSizeAndTime() {
        running(files -> {
            // Given
            write("a.yaml", shop(1));
            FileTime longAgo = FileTime.fromMillis(1_700_000_000_000L);
            Files.setLastModifiedTime(folder.resolve("a.yaml"), longAgo);
            settled(files);

            // When
            write("a.yaml", shop(2));
            Files.setLastModifiedTime(folder.resolve("a.yaml"), longAgo);
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/2");
        });
    }

    @Test
    void followsTheLinksThatKubernetesSwaps() {
        running(files -> {
            // Given: a ConfigMap as the kubelet mounts it
            Path first = Files.createDirectory(folder.resolve("..2024_01"));
            Files.writeString(first.resolve("a.yaml"), shop(1));
            Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2024_01"));
            Files.createSymbolicLink(folder.resolve("a.yaml"), Path.of("..data/a.yaml"));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1");

            // When
            Path second = Files.createDirectory(folder.resolve("..2024_02"));
            Files.writeString(second.resolve("a.yaml"), shop(2));
            Files.setLastModifiedTime(second.resolve("a.yaml"), Files.getLastModifiedTime(first.resolve("a.yaml")));
            Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2024_02"));
            Files.move(folder.resolve("..data_tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/2");

            // When: nothing is behind the link any more
            Files.delete(second.resolve("a.yaml"));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/2");
            assertThat(files.broken()).containsOnlyKeys(folder + "/a.yaml");
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsAllAccountsOfAFolderThatVanishes(boolean mountPointStays) {
        running(files -> {
            // Given
            write("a.yaml", shop(1));
            settled(files);
            Path aside = directory.resolve("aside");

            // When
            Files.move(folder, aside);
            if (mountPointStays) {
                Files.createDirectory(folder);
            }
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1");
            assertThat(files.broken()).containsOnlyKeys(folder.toString());
            assertThat(files.look()).isFalse();

            // When
            if (mountPointStays) {
                Files.delete(folder);
            }
            Files.move(aside, folder);
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1");
            assertThat(files.broken()).isEmpty();
        });
    }

    @Test
    void removesTheLastFileOfAFolderThatStays() {
        running(files -> {
            // Given
            write("a.yaml", shop(1));
            settled(files);

            // When
            Files.delete(folder.resolve("a.yaml"));
            // Then
            assertThat(settled(files)).isEmpty();
            assertThat(files.broken()).isEmpty();
        });
    }

    @Test
    void keepsAllAccountsWhileAPartOfTheFolderCannotBeRead() {
        running(files -> {
            // Given
            write("team/a.yaml", shop(1));
            write("b.yaml", shop(2));
            settled(files);

            // When
            Files.createSymbolicLink(folder.resolve("team2"), Path.of("team2"));
            Files.delete(folder.resolve("b.yaml"));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/2", "tokopedia/1");
            assertThat(files.broken()).containsOnlyKeys(folder.toString());
            assertThat(files.broken().values().toString()).contains(folder.resolve("team2") + " cannot be read");

            // When
            Files.delete(folder.resolve("team2"));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1");
            assertThat(files.broken()).isEmpty();
        });
    }

    @Test
    void refusesAFileThatWouldFillTheMemory() {
        running(files -> {
            // Given
            write("a.yaml", shop(1));
            settled(files);

            // When: more than an array of bytes can be
            try (RandomAccessFile file =
                    new RandomAccessFile(folder.resolve("a.yaml").toFile(), "rw")) {
                file.setLength(3L << 30);
            }
            write("b.yaml", shop(2));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1", "tokopedia/2");
            assertThat(files.broken().values().toString()).contains("a.yaml: is larger than 32 MB");

            // When
            write("a.yaml", shop(3));
            // Then
            assertThat(settled(files)).containsExactly("tokopedia/3", "tokopedia/2");
            assertThat(files.broken()).isEmpty();
        });
    }

    @Test
    void doesNotFollowALinkToAFolderAboveForEver() {
        running(files -> {
            // Given
            Files.createSymbolicLink(folder.resolve("loop"), folder);
            write("a.yaml", shop(1));

            // Then
            assertThat(settled(files)).containsExactly("tokopedia/1");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10_000})
    @Timeout(120)
    void takesTenThousandAccounts(int inOneFile) throws IOException {
        // Given
        List<String> all = IntStream.rangeClosed(1, 10_000)
                .mapToObj(id -> shop(1_000_000 + id))
                .toList();
        for (int i = 0; i < all.size(); i += inOneFile) {
            write(
                    i / 100 + "/" + i + ".yaml",
                    all.subList(i, i + inOneFile).stream().collect(Collectors.joining("\n- ", "- ", "\n")));
        }

        // When
        runner().run(context -> {
            // Then
            assertThat(context.getBean(Accounts.class).all()).hasSize(10_002);
            assertThat(context.getBean(AccountFiles.class).look()).isFalse();
        });
    }

    /** With the accounts of good.yaml, and the gateway's thread played by the test. */
    private void running(Steps steps) {
        runner().run(context -> steps.take(context.getBean(AccountFiles.class)));
    }

    @Test
    void saysOfAFileInAnotherEncodingThatItMustBeUtf8() throws IOException {
        // Given
        Files.writeString(folder.resolve("latin.yaml"), "id: caf\u00e9", ISO_8859_1);

        // When
        runner().run(context -> {
            // Then
            assertThat(mistakes(context)).containsExactly("accounts/latin.yaml: is not text in UTF-8; save it as such");
        });
    }

    @Test
    void healthStaysUpAndNamesTheFirstAccountsThatAreConfiguredNowhere() {
        // Given
        Registrations registrations = mock();
        when(registrations.notConfigured())
                .thenReturn(IntStream.range(10, 30)
                        .mapToObj(number -> "tiki/" + number)
                        .toList());

        // When
        runner().run(context -> {
            Health health =
                    new AccountFilesHealthIndicator(context.getBean(AccountFiles.class), registrations).health();

            // Then
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails()).containsEntry("notConfigured", 20);
            assertThat(health.getDetails().get("notConfiguredFirst"))
                    .asInstanceOf(LIST)
                    .hasSize(10)
                    .startsWith("tiki/10");
        });
    }

    private ApplicationContextRunner runner() {
        return ConfigurationTest.runner(
                        ConfigurationTest.yaml(ConfigurationTest.GOOD),
                        ConfigurationTest.yaml(ConfigurationTest.PACKED))
                .withPropertyValues("pasar.accounts-dir=" + folder);
    }

    /** The accounts of files after every change had its second look. */
    private static List<String> settled(AccountFiles files) {
        files.look();
        files.look();
        files.look();
        return keys(files);
    }

    private static List<String> keys(AccountFiles files) {
        return files.accounts().stream().skip(2).map(Account::key).toList();
    }

    private static String shop(int id) {
        return "{marketplace: tokopedia, id: " + id
                + ", client-id: me, client-secret: s3cr3t, webhook-secrets: [s3cr3t], events: [order-status]}";
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** Without the folders above, which are others at every run. */
    private List<String> mistakes(AssertableApplicationContext context) {
        return ConfigurationTest.mistakes(context).stream()
                .map(line -> line.replace(directory + "/", ""))
                .toList();
    }

    static Stream<Refusal> refusals() {
        try (InputStream file = new ClassPathResource("configuration/account-files.yaml").getInputStream()) {
            List<Map<String, Object>> cases = new Yaml().load(file);
            return cases.stream().map(Refusal::of);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    record Refusal(String name, Map<String, String> files, List<String> mistakes) {

        @SuppressWarnings("unchecked")
        static Refusal of(Map<String, Object> entry) {
            return new Refusal((String) entry.get("name"), (Map<String, String>) entry.get("files"), (List<String>)
                    entry.get("mistakes"));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** What a test does with the files; may fail. */
    private interface Steps {
        void take(AccountFiles files) throws Exception;
    }
}
