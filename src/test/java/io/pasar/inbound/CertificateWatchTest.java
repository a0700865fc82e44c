package io.pasar.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pasar.SettableClock;
import io.pasar.account.Mistake;
import io.pasar.inbound.IngestConfiguration.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class CertificateWatchTest {

    private static final String NOT_RENEWED = "cannot be renewed";

    /** Of the object identifier and lengths around an RSA key in PKCS#8; what is inside is PKCS#1. */
    private static final int AROUND_PKCS1 = 26;

    private static Certificate first;
    private static Certificate renewed;

    private final SettableClock clock = new SettableClock();
    private Tls files;

    @BeforeAll
    static void make(@TempDir Path folder) throws Exception {
        first = Certificate.in(Files.createDirectory(folder.resolve("first")), "RSA");
        renewed = Certificate.in(Files.createDirectory(folder.resolve("renewed")), "EC");
    }

    @BeforeEach
    void write(@TempDir Path folder) throws IOException {
        files = new Tls(folder.resolve("tls.crt"), folder.resolve("tls.key"));
        first.replaceCertificate(files);
        first.replaceKey(files);
        clock.set(new ServerCertificate(first.tls()).end().minus(Duration.ofDays(30)));
    }

    @Test
    void keepsTheOneBeforeWhileOnlyHalfOfTheNextIsThereAndSaysSoOnce(CapturedOutput output) throws IOException {
        // Given
        CertificateWatch watch = new CertificateWatch(files, clock);

        // When
        renewed.replaceCertificate(files);
        look(watch, 4);
        // Then
        assertThat(watch.status().names()).containsExactly("rsa.example");
        assertThat(watch.status().notTaken())
                .singleElement()
                .asString()
                .startsWith("pasar.ingest.tls.key: is not the key of the first certificate");
        assertThat(output).containsOnlyOnce(NOT_RENEWED);

        // When
        renewed.replaceKey(files);
        look(watch, 2);
        // Then
        assertThat(watch.status().names()).containsExactly("ec.example");
        assertThat(watch.status().notTaken()).isEmpty();
    }

    @Test
    void waitsForFilesThatAreJustBeingWritten(CapturedOutput output) throws IOException {
        // Given
        CertificateWatch watch = new CertificateWatch(files, clock);

        // When
        renewed.replaceCertificate(files);
        look(watch, 1);
        renewed.replaceKey(files);
        look(watch, 1);
        // Then
        assertThat(watch.status().names()).containsExactly("rsa.example");
        assertThat(output).doesNotContain(NOT_RENEWED);

        // When
        look(watch, 1);
        // Then
        assertThat(watch.status().names()).containsExactly("ec.example");
        assertThat(output).contains("names=\"ec.example\"");
    }

    @Test
    void takesWhatIsSwappedInByALink(@TempDir Path folder) throws IOException {
        // Given: as Kubernetes mounts a secret
        Path data = folder.resolve("..data");
        Files.createSymbolicLink(data, first.tls().key().getParent());
        Tls linked = new Tls(
                Files.createSymbolicLink(
                        folder.resolve("tls.crt"),
                        Path.of("..data").resolve(first.tls().certificate().getFileName())),
                Files.createSymbolicLink(
                        folder.resolve("tls.key"),
                        Path.of("..data").resolve(first.tls().key().getFileName())));
        CertificateWatch watch = new CertificateWatch(linked, clock);

        // When
        Path next = Files.createSymbolicLink(
                folder.resolve("..data_tmp"), renewed.tls().key().getParent());
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
        look(watch, 2);

        // Then
        assertThat(watch.status().names()).containsExactly("ec.example");
    }

    @Test
    void keepsTheOneBeforeUntilTheNextIsValid() throws IOException {
        // Given
        CertificateWatch watch = new CertificateWatch(files, clock);
        clock.set(new ServerCertificate(renewed.tls()).begin().minus(Duration.ofHours(1)));
        renewed.replaceCertificate(files);
        renewed.replaceKey(files);

        // When
        look(watch, 2);
        // Then
        assertThat(watch.status().names()).containsExactly("rsa.example");
        assertThat(watch.status().notTaken()).singleElement().asString().contains("is valid from");

        // When
        clock.forward(Duration.ofHours(2));
        look(watch, 1);
        // Then
        assertThat(watch.status().names()).containsExactly("ec.example");
    }

    @Test
    void tellsOfTheEndAheadOnceADayAndWhenItHasCome(CapturedOutput output) {
        // Given
        CertificateWatch watch = new CertificateWatch(files, clock);
        IngestHealthIndicator health = new IngestHealthIndicator(watch);
        Instant end = watch.status().notAfter();

        // When
        clock.set(end.minus(Duration.ofDays(15)));
        look(watch, 1);
        // Then
        assertThat(watch.status().nearEnd()).isFalse();
        assertThat(output).doesNotContain("ends soon");

        // When
        clock.set(end.minus(Duration.ofDays(13)));
        look(watch, 2);
        // Then
        assertThat(watch.status().nearEnd()).isTrue();
        assertThat(output).containsOnlyOnce("ends soon");
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);

        // When
        clock.forward(Duration.ofDays(1));
        look(watch, 2);
        // Then
        assertThat(output.getAll().split("ends soon", -1)).hasSize(3);

        // When
        clock.set(end.minusSeconds(1));
        look(watch, 1);
        clock.set(end.plusSeconds(1));
        look(watch, 2);
        // Then
        assertThat(output).containsOnlyOnce("is not valid now");
        assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void tellsAtTheStartOfOneThatHasEnded(CapturedOutput output) {
        // Given
        clock.set(new ServerCertificate(files).end().plusSeconds(1));

        // When
        new CertificateWatch(files, clock);

        // Then
        assertThat(output).containsOnlyOnce("is not valid now");
    }

    @Test
    void warnsOfNoEndWhenOneThatWasNotValidYetHasBecomeSo(CapturedOutput output) {
        // Given
        clock.set(new ServerCertificate(files).begin().minus(Duration.ofHours(1)));
        CertificateWatch watch = new CertificateWatch(files, clock);
        look(watch, 1);

        // When
        clock.forward(Duration.ofDays(2));
        look(watch, 1);

        // Then
        assertThat(output).contains("is not valid now").doesNotContain("ends soon");
    }

    @Test
    void doesNotStartWithWhatIsNone() throws IOException {
        // Given
        Files.writeString(files.key(), "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n");

        // Then
        assertThatThrownBy(() -> new CertificateWatch(files, clock))
                .isInstanceOf(IngestStartException.class)
                .hasMessageStartingWith("pasar.ingest.tls.key: holds no private key");
    }

    @Test
    void refusesAChainOfCertificatesThatAreNotEachOthersIssuers() throws IOException {
        // Given
        Files.writeString(
                files.certificate(), Files.readString(renewed.tls().certificate()), StandardOpenOption.APPEND);

        // Then
        assertThat(new ServerCertificate(files).mistakes())
                .singleElement()
                .asString()
                .startsWith("pasar.ingest.tls.certificate: holds a broken chain");
    }

    @Test
    void takesKeysInPkcs1Too() throws IOException {
        // Given
        String pkcs8 = Files.readString(files.key()).replaceAll("-----.*-----|\\s", "");
        byte[] inside = Base64.getDecoder().decode(pkcs8);
        String pkcs1 = Base64.getMimeEncoder().encodeToString(Arrays.copyOfRange(inside, AROUND_PKCS1, inside.length));

        // When
        Files.writeString(
                files.key(), "-----BEGIN RSA PRIVATE KEY-----\n" + pkcs1 + "\n-----END RSA PRIVATE KEY-----\n");

        // Then
        assertThat(new ServerCertificate(files).mistakes())
                .extracting(Mistake::toString)
                .isEmpty();
    }

    private static void look(CertificateWatch watch, int times) {
        for (int i = 0; i < times; i++) {
            watch.look();
        }
    }
}
