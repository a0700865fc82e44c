package io.pasar.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.account.Account.TokenAuth;
import io.pasar.account.Accounts;
import io.pasar.account.EventKinds;
import io.pasar.account.Mistake;
import io.pasar.account.PublicUrl;
import io.pasar.account.Secret;
import io.pasar.api.ApiConfiguration;
import io.pasar.inbound.IngestConfiguration;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.marketplace.AccountRules;
import io.pasar.registration.RegistrationConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.yaml.snakeyaml.Yaml;

@ExtendWith(OutputCaptureExtension.class)
class ConfigurationTest {

    static final Resource PACKED = new FileSystemResource("application.yaml");
    static final Resource GOOD = new ClassPathResource("configuration/good.yaml");

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void refusesWithOneLinePerMistake(Refusal refusal, CapturedOutput output) {
        // Given
        List<PropertySource<?>> sources = new ArrayList<>();
        sources.add(yaml(refusal.configuration()));
        if (refusal.good()) {
            sources.add(yaml(GOOD));
        }
        if (refusal.packed()) {
            sources.add(yaml(PACKED));
        }

        // When
        runner(sources.toArray(PropertySource<?>[]::new)).run(context -> {
            // Then
            assertThat(mistakes(context)).containsExactlyInAnyOrderElementsOf(refusal.mistakes());
            StringWriter trace = new StringWriter();
            context.getStartupFailure().printStackTrace(new PrintWriter(trace));
            assertThat(trace.toString()).doesNotContain("s3cr3t");
            assertThat(mistakes(context)).noneMatch(line -> line.contains("s3cr3t") || line.contains("\n"));
            assertThat(output.getAll()).doesNotContain("s3cr3t");
        });
    }

    @Test
    void refusesEverythingAtOnce() {
        // Given
        List<Refusal> refusals = refusals()
                .filter(refusal -> refusal.packed() && !refusal.good())
                .filter(refusal -> Stream.of("wrong type", "out of range", "nobody reads", "text in place", "Tiki")
                        .anyMatch(refusal.name()::contains))
                .toList();
        List<PropertySource<?>> sources = new ArrayList<>();
        refusals.forEach(refusal -> sources.add(yaml(refusal.configuration())));
        sources.add(yaml(PACKED));

        // When
        runner(sources.toArray(PropertySource<?>[]::new)).run(context -> {
            // Then
            assertThat(mistakes(context))
                    .hasSizeGreaterThan(20)
                    .anyMatch(line -> line.startsWith("pasar.ingest.port: \"abc\""))
                    .anyMatch(line -> line.startsWith("pasar.ingest.max-in-flight: must be at least 1"))
                    .anyMatch(line -> line.startsWith("pasar.shoes: is not known"))
                    .anyMatch(line -> line.startsWith("pasar.registration.every: must be at least"))
                    .anyMatch(line -> line.startsWith("pasar.accounts[0].warehouses: is empty"))
                    .extracting(line -> line.substring(0, line.indexOf(": ")))
                    .doesNotHaveDuplicates();
        });
    }

    @Test
    void takesAGoodConfigurationAndHandsEachPackageItsPart() {
        runner(yaml(GOOD), yaml(PACKED)).run(context -> {
            // Then
            List<Account> accounts = context.getBean(Accounts.class).all();
            assertThat(accounts).extracting(Account::key).containsExactly("tiki/41235121321", "tokopedia/13004");
            assertThat(accounts.get(0).tokenAuth()).isEqualTo(TokenAuth.BODY);
            assertThat(accounts.get(0).registeredSecret()).isEqualTo(new Secret("s3cr3t-789abcdef0123456789ABCDEF"));
            assertThat(accounts.get(1).webhookSecrets()).containsExactly(new Secret("any s3cr3t, of any length"));
            assertThat(accounts.get(1).onDrift()).isEqualTo(OnDrift.REPORT);
            assertThat(accounts.get(1).expectEvery())
                    .containsExactly(Map.entry("order-status", Duration.ofMinutes(90)));
            assertThat(accounts.get(1).carryOver())
                    .containsExactly(Map.entry("order_actions_url", "https://someone.else.example/hook"));
            assertThat(context.getBean(PublicUrl.class).webhook(accounts.get(1), "order-status"))
                    .isEqualTo("https://gateway.shop.example/pasar/webhooks/tokopedia/13004/order-status");
            assertThat(context.getBean(PasarConfiguration.class)
                            .marketplaces()
                            .get("tokopedia")
                            .apiUrl())
                    .isEqualTo(URI.create("https://fs.tokopedia.net"));
            assertThat(context.getBean(EventKinds.class).of("tiki")).containsExactly("order", "stock");
            assertThat(context.getBean(IngestConfiguration.class).port()).isEqualTo(8080);
            assertThat(context.getBean(KafkaConfiguration.class).useEmbedded()).isTrue();
            assertThat(context.getBean(ApiConfiguration.class).tokens()).hasSize(1);
            assertThat(context.getBean(RegistrationConfiguration.class).every()).isEqualTo(Duration.ofMinutes(15));
        });
    }

    @Test
    void startsWithWhatIsPackedAndWithNothingButAPublicUrl() {
        runner(yaml(PACKED)).run(context -> assertThat(context).hasNotFailed());
        runner(yaml("pasar.public-url: https://gateway.shop.example"))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void takesAKeyWithNothingBelowItForItsDefaults() {
        runner(yaml("pasar: {public-url: 'https://a.example', ingest: , kafka: {properties: }, marketplaces: }"))
                .run(context -> assertThat(
                                context.getBean(IngestConfiguration.class).port())
                        .isEqualTo(8080));
    }

    @Test
    void takesAPublicUrlOfThisMachineInTheSandbox() {
        runner(yaml("pasar.public-url: http://localhost:8080"), yaml(GOOD), yaml(PACKED))
                .withPropertyValues("spring.profiles.active=sandbox")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"kafka-1:9092", "localhost:9092,10.0.0.7:9092", "SASL_SSL://kafka-1:9092", "[2001:db8::1]:9092"})
    void keepsTheSandboxOutOfAKafkaThatIsNotOnThisMachine(String servers) {
        // Given
        Map<String, Object> variables = Map.of("PASAR_KAFKA_BOOTSTRAP_SERVERS", servers);

        // When
        runner(environment(variables), yaml(GOOD), yaml(PACKED))
                .withPropertyValues("spring.profiles.active=sandbox")
                .run(context -> {
                    // Then
                    assertThat(mistakes(context)).singleElement().satisfies(line -> assertThat(line)
                            .startsWith("pasar.kafka.bootstrap-servers: must be on this machine in the sandbox, such as"
                                    + " localhost:9092; leave it empty, and PASAR_KAFKA_BOOTSTRAP_SERVERS unset"));
                });
        runner(environment(variables), yaml(GOOD), yaml(PACKED))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost:9092", "127.0.0.1:19092, PLAINTEXT://[::1]:9092"})
    void letsTheSandboxUseAKafkaOfThisMachine(String servers) {
        runner(environment(Map.of("PASAR_KAFKA_BOOTSTRAP_SERVERS", servers)), yaml(GOOD), yaml(PACKED))
                .withPropertyValues("spring.profiles.active=sandbox")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void warnsOfAMarketplaceInTheClearButNotInTheSandbox(CapturedOutput output) {
        // Given
        ApplicationContextRunner runner =
                runner(yaml("pasar.marketplaces.tiki.token-url: http://tiki.example/token"), yaml(PACKED));

        // When
        runner.withPropertyValues("spring.profiles.active=sandbox")
                .run(context -> assertThat(context).hasNotFailed());
        // Then
        assertThat(output).doesNotContain("plain HTTP");

        // When
        runner.run(context -> assertThat(context).hasNotFailed());
        // Then
        assertThat(output).containsOnlyOnce("plain HTTP");
    }

    @Test
    void warnsWhenNoAccountIsConfiguredAtAllButNotInTheSandbox(@TempDir Path folder, CapturedOutput output)
            throws IOException {
        // Given
        ApplicationContextRunner runner = runner(yaml("pasar.public-url: https://gateway.shop.example"), yaml(PACKED))
                .withPropertyValues("pasar.accounts-dir=" + folder);

        // When
        runner.withPropertyValues("spring.profiles.active=sandbox")
                .run(context -> assertThat(context).hasNotFailed());
        runner(yaml(GOOD), yaml(PACKED)).run(context -> assertThat(context).hasNotFailed());
        Path file = Files.writeString(
                folder.resolve("shop.yaml"),
                "{marketplace: tokopedia, id: 1, client-id: me, client-secret: s, events: [order-status],"
                        + " webhook-secrets: [s]}");
        runner.run(context -> assertThat(context).hasNotFailed());
        // Then
        assertThat(output).doesNotContain("No account is configured");

        // When
        Files.delete(file);
        runner.run(context -> assertThat(context).hasNotFailed());
        // Then
        assertThat(output).containsOnlyOnce("No account is configured").contains("accountsDir=\"" + folder + "\"");
    }

    @Test
    void takesListElementsThatAnotherSourceHidesForWhatTheyAre() {
        // Given
        String hidden = "pasar.api.tokens: [{name: ops, rol: write}, {name: dev, webhook-secrets: [a]}]";

        // When
        runner(yaml("pasar.api.tokens: []"), yaml(hidden), yaml(PACKED)).run(context -> {
            // Then
            assertThat(context.getBean(ApiConfiguration.class).tokens()).isEmpty();
        });
        runner(yaml("pasar.api.tokens: [{name: me, role: read}]"), yaml(hidden), yaml(PACKED))
                .run(context -> assertThat(
                                context.getBean(ApiConfiguration.class).tokens())
                        .hasSize(1));
        runner(yaml(PACKED), yaml(hidden)).run(context -> assertThat(context).hasNotFailed());
        runner(yaml(hidden), yaml(PACKED))
                .run(context -> assertThat(mistakes(context)).hasSize(4));
    }

    @Test
    void takesEnvironmentVariablesInTheirRelaxedFormAndRefusesNone() {
        // Given
        Map<String, Object> variables = Map.of(
                "PASAR_SERVICE_HOST", "10.0.0.1",
                "PASAR_PORT", "tcp://10.0.0.1:8080",
                "PASAR_INGEST_SERVICE_PORT", "8080",
                "PASAR_API_TOKEN", "s3cr3t-of-16-or-more",
                "PASAR_PUBLICURL", "https://gateway.shop.example",
                "PASAR_INGEST_MAXINFLIGHT", "7",
                "PASAR_API_TOKENS_0_NAME", "env",
                "PASAR_API_TOKENS_0_ROLE", "read",
                "PASAR_API_TOKENS_0_TOKEN", "${PASAR_API_TOKEN}");

        // When
        runner(environment(variables), yaml(PACKED)).run(context -> {
            // Then
            assertThat(context.getBean(PublicUrl.class).value()).isEqualTo(URI.create("https://gateway.shop.example"));
            assertThat(context.getBean(IngestConfiguration.class).maxInFlight()).isEqualTo(7);
            assertThat(context.getBean(ApiConfiguration.class).tokens())
                    .containsExactly(
                            new ApiConfiguration.Token("env", ApiConfiguration.Role.READ, "s3cr3t-of-16-or-more"));
        });
    }

    @Test
    void namesTheEnvironmentVariableThatIsWrong() {
        // Given: what Kubernetes sets for a service named pasar-ingest
        Map<String, Object> variables = Map.of("PASAR_INGEST_PORT", "tcp://10.0.0.1:8080");

        // When
        runner(environment(variables), yaml(PACKED)).run(context -> {
            // Then
            assertThat(mistakes(context)).singleElement().satisfies(line -> assertThat(line)
                    .startsWith("pasar.ingest.port: \"tcp://10.0.0.1:8080\" is not understood; write a whole number")
                    .contains("PASAR_INGEST_PORT"));
        });
    }

    @Test
    void takesSecretsFromAConfigTree(@TempDir Path folder) throws IOException {
        // Given
        Files.writeString(folder.resolve("client-secret"), "s3cr3t-from-a-file\n");
        Files.writeString(folder.resolve("pasar.data-dir"), "elsewhere\n");
        Files.writeString(
                folder.resolve("pasar.kafka.properties.sasl.jaas.config"), "s3cr3t required c=\"${as it is}\";");
        String account = "pasar.accounts: [{marketplace: tokopedia, id: 1, client-id: me, events: [order-status],"
                + " client-secret: '${client-secret}', webhook-secrets: ['${client-secret}']}]";

        // When
        runner(yaml(account), yaml("pasar.public-url: https://gateway.shop.example"))
                .withPropertyValues("spring.config.import=configtree:" + folder + "/")
                .withInitializer(new ConfigDataApplicationContextInitializer())
                .run(context -> {
                    // Then
                    Secret secret = new Secret("s3cr3t-from-a-file");
                    Account found = context.getBean(Accounts.class).all().get(0);
                    assertThat(found.clientSecret()).isEqualTo(secret);
                    assertThat(found.webhookSecrets()).containsExactly(secret);
                    assertThat(context.getBean(KafkaConfiguration.class).properties())
                            .containsEntry("sasl.jaas.config", "s3cr3t required c=\"${as it is}\";");
                    assertThat(context.getBean(PasarConfiguration.class).dataDir())
                            .isEqualTo(Path.of("elsewhere"));
                });
    }

    @Test
    void handsKafkaPropertiesOnAsTheyAreWritten() {
        runner(
                        yaml(
                                "pasar.kafka.properties: {security.protocol: SASL_SSL, sasl: {jaas.config: a.B required c=\"d\";}}"),
                        yaml(PACKED))
                .run(context -> assertThat(
                                context.getBean(KafkaConfiguration.class).properties())
                        .containsOnly(
                                Map.entry("security.protocol", "SASL_SSL"),
                                Map.entry("sasl.jaas.config", "a.B required c=\"d\";")));
    }

    @Test
    void tellsOfMistakesInRouteFilesWithTheOthers(@TempDir Path folder) throws IOException {
        // Given
        Files.writeString(folder.resolve("broken.camel.yaml"), "- [");

        // When
        runner(yaml("pasar.shoes: 1"), yaml(PACKED))
                .withPropertyValues(RouteFiles.PATTERN + "=file:" + folder + "/**/*.camel.yaml")
                .run(context -> {
                    // Then
                    assertThat(mistakes(context))
                            .hasSize(2)
                            .anyMatch(line -> line.startsWith("broken.camel.yaml: is not YAML"));
                });
    }

    /** Sources in order of precedence, under none but the properties of the test. */
    static ApplicationContextRunner runner(PropertySource<?>... sources) {
        return new ApplicationContextRunner()
                .withUserConfiguration(ConfigurationBeans.class, Rules.class)
                .withPropertyValues(RouteFiles.PATTERN + "=classpath:configuration/routes/**/*.camel.yaml")
                .withInitializer(context -> {
                    MutablePropertySources all = context.getEnvironment().getPropertySources();
                    all.remove(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
                    Stream.of(sources).forEach(all::addLast);
                });
    }

    private static PropertySource<?> environment(Map<String, Object> variables) {
        return new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables);
    }

    private static PropertySource<?> yaml(String text) {
        return yaml(new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)));
    }

    static PropertySource<?> yaml(Resource resource) {
        try {
            // Of two sources with the same name the later would take the place of the earlier
            String name = "yaml " + System.identityHashCode(resource);
            return new YamlPropertySourceLoader().load(name, resource).get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> mistakes(AssertableApplicationContext context) {
        assertThat(context).hasFailed();
        Throwable failure = context.getStartupFailure();
        while (!(failure instanceof InvalidConfigurationException)) {
            failure = failure.getCause();
        }
        return ((InvalidConfigurationException) failure)
                .mistakes().stream().map(Mistake::toString).toList();
    }

    static Stream<Refusal> refusals() {
        try (InputStream file = new ClassPathResource("configuration/mistakes.yaml").getInputStream()) {
            List<Map<String, Object>> cases = new Yaml().load(file);
            return cases.stream().map(Refusal::of);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param packed whether it stands on the packed application.yaml
     * @param good whether it stands on accounts that are as they should be
     */
    record Refusal(String name, boolean packed, boolean good, String configuration, List<String> mistakes) {

        @SuppressWarnings("unchecked")
        static Refusal of(Map<String, Object> entry) {
            return new Refusal(
                    (String) entry.get("name"),
                    (Boolean) entry.getOrDefault("packed", true),
                    (Boolean) entry.getOrDefault("good", false),
                    (String) entry.get("configuration"),
                    Collections.unmodifiableList((List<String>) entry.get("mistakes")));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** The rules of every marketplace, found as the application finds them. */
    @ComponentScan(
            basePackages = "io.pasar.marketplace",
            useDefaultFilters = false,
            includeFilters = @ComponentScan.Filter(type = FilterType.ASSIGNABLE_TYPE, classes = AccountRules.class))
    static class Rules {}
}
