package io.pasar;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.pasar.kafka.EmbeddedBroker;
import io.pasar.kafka.KafkaClients;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Configuration;

/** Arrows between packages go one way. */
@AnalyzeClasses(packages = "io.pasar", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule ACCOUNT_KNOWS_NO_OTHER = knowsOnly("account");

    @ArchTest
    static final ArchRule KAFKA_KNOWS_NO_OTHER = knowsOnly("kafka");

    @ArchTest
    static final ArchRule OBSERVATION_KNOWS_ACCOUNTS_AND_KAFKA = knowsOnly("observation", "account", "kafka");

    @ArchTest
    static final ArchRule MARKETPLACE_KNOWS_ACCOUNT = knowsOnly("marketplace", "account");

    @ArchTest
    static final ArchRule INBOUND_KNOWS_NOTHING_OF_REGISTRATION =
            knowsOnly("inbound", "account", "kafka", "observation");

    @ArchTest
    static final ArchRule REGISTRATION_KNOWS_NOTHING_OF_INBOUND =
            knowsOnly("registration", "account", "marketplace", "kafka", "observation");

    @ArchTest
    static final ArchRule API_ASKS_AND_DOES_NOTHING_ITSELF =
            knowsOnly("api", "registration", "observation", "kafka", "replay");

    @ArchTest
    static final ArchRule REPLAY_KNOWS_KAFKA_AND_INBOUND = knowsOnly("replay", "kafka", "inbound");

    @ArchTest
    static final ArchRule CONFIGURATION_KNOWS_WHAT_IS_CONFIGURED =
            knowsOnly("configuration", "account", "marketplace", "inbound", "kafka", "registration", "api");

    @ArchTest
    static final ArchRule CLI_IS_A_CLIENT_AND_KNOWS_NO_OTHER = knowsOnly("cli");

    @ArchTest
    static final ArchRule SANDBOX_REACHES_THE_GATEWAY_ONLY_OVER_HTTP = knowsOnly("sandbox");

    @ArchTest
    static final ArchRule MARKETPLACES_KNOW_NOTHING_OF_EACH_OTHER =
            slices().matching("io.pasar.marketplace.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.pasar.(*)..").should().beFreeOfCycles();

    /** So that pasar.kafka.properties reaches every client. The embedded broker asks itself whether it is up. */
    @ArchTest
    static final ArchRule ONLY_KAFKA_CLIENTS_MAKES_KAFKA_CLIENTS = noClasses()
            .that()
            .doNotBelongToAnyOf(KafkaClients.class, EmbeddedBroker.class)
            .should()
            .accessTargetWhere(makesAKafkaClient());

    @ArchTest
    static final ArchRule NOTHING_IS_CALLED_BY_WHAT_IT_IS_NOT = noClasses()
            .should()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Impl");

    @ArchTest
    static final ArchRule CONFIGURATION_CLASSES_ARE_PACKAGE_PRIVATE =
            classes().that().areAnnotatedWith(Configuration.class).should().bePackagePrivate();

    @ArchTest
    static final ArchRule EVERYTHING_IS_GIVEN_TO_THE_CONSTRUCTOR =
            noFields().should().beAnnotatedWith(Autowired.class);

    private static DescribedPredicate<JavaAccess<?>> makesAKafkaClient() {
        return DescribedPredicate.describe("makes a Kafka client", access -> {
            JavaClass target = access.getTargetOwner();
            boolean client = target.isAssignableTo(Producer.class)
                    || target.isAssignableTo(Consumer.class)
                    || target.isAssignableTo(Admin.class);
            String name = access.getTarget().getName();
            boolean makes = name.equals(JavaConstructor.CONSTRUCTOR_NAME) || name.equals("create");
            // What extends a client makes none: somebody has to make that one
            return client && makes && !access.getOriginOwner().isAssignableTo(target.getName());
        });
    }

    private static ArchRule knowsOnly(String name, String... others) {
        String[] allowed = Stream.concat(Stream.of(name), Arrays.stream(others))
                .map(each -> "io.pasar." + each + "..")
                .toArray(String[]::new);
        DescribedPredicate<JavaClass> ours = JavaClass.Predicates.resideInAPackage("io.pasar..");
        DescribedPredicate<JavaClass> unknown = ours.and(JavaClass.Predicates.resideOutsideOfPackages(allowed))
                .as("of Pasar but not in %s", String.join(", ", allowed));
        return noClasses()
                .that()
                .resideInAPackage("io.pasar." + name + "..")
                .should()
                .dependOnClassesThat(unknown);
    }
}
