package io.pasar.inbound;

import io.pasar.account.Mistake;
import io.pasar.inbound.IngestConfiguration.Tls;
import io.vertx.core.net.KeyCertOptions;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of the ingest port: a renewed one is shown from the next handshake on, connections that are open stay.
 * Safe for use by many threads.
 */
final class CertificateWatch {

    private static final Logger LOGGER = LoggerFactory.getLogger(CertificateWatch.class);

    private static final Duration TELL_AHEAD = Duration.ofDays(14);

    /** Of its time, where it is valid for weeks or days only. */
    private static final int TELL_IN_LAST = 4;

    private static final Duration TELL_EVERY = Duration.ofDays(1);

    private final Tls files;
    private final Clock clock;
    private volatile Shown shown;

    /** For a handshake that has chosen it just before. */
    private volatile Shown before;

    private volatile List<Mistake> mistakes = List.of();
    private ServerCertificate seen;
    private int shownSoFar;
    private Instant nextTold;

    /** @throws IngestStartException if the files cannot be taken */
    CertificateWatch(Tls files, Clock clock) {
        this.files = files;
        this.clock = clock;
        this.seen = new ServerCertificate(files);
        if (!seen.mistakes().isEmpty()) {
            throw new IngestStartException(text(seen.mistakes()), null);
        }
        show(seen);
        tellEnd();
    }

    /** For all servers of the port. Updating their options instead would have Vert.x drop who connects meanwhile. */
    KeyCertOptions options() {
        return KeyCertOptions.wrap(new KeyManager());
    }

    /** Takes what is in the files when two looks have found the same: before that it may be half written. Reads files. */
    synchronized void look() {
        ServerCertificate now = new ServerCertificate(files);
        if (now.isSameAs(seen)) {
            take(now);
        }
        seen = now;
        tellEnd();
    }

    Status status() {
        ServerCertificate certificate = shown.certificate;
        Instant now = clock.instant();
        return new Status(
                certificate.subject(),
                certificate.names(),
                certificate.end(),
                certificate.isValidAt(now),
                now.isAfter(nearEnd(certificate)),
                mistakes.stream().map(Mistake::toString).toList());
    }

    /** @param notTaken why what is in the files is not in effect; empty where it is */
    record Status(
            String subject,
            List<String> names,
            Instant notAfter,
            boolean valid,
            boolean nearEnd,
            List<String> notTaken) {}

    private void take(ServerCertificate now) {
        boolean inEffect = now.isSameAs(shown.certificate);
        List<Mistake> found = inEffect ? List.of() : mistakes(now);
        if (!found.isEmpty() && !found.equals(mistakes)) {
            LOGGER.atWarn()
                    .addKeyValue("mistakes", text(found))
                    .addKeyValue("notAfter", shown.certificate.end())
                    .log("The certificate of the ingest port cannot be renewed; the one before stays in effect");
        }
        mistakes = found;
        if (!inEffect && found.isEmpty()) {
            show(now);
        }
    }

    private List<Mistake> mistakes(ServerCertificate now) {
        if (now.mistakes().isEmpty() && !now.isValidAt(clock.instant())) {
            return List.of(new Mistake(
                    ServerCertificate.CERTIFICATE, "is valid from " + now.begin() + " to " + now.end() + " only"));
        }
        return now.mistakes();
    }

    private void show(ServerCertificate certificate) {
        before = shown;
        shown = new Shown(String.valueOf(++shownSoFar), certificate);
        nextTold = certificate.isValidAt(clock.instant()) ? nearEnd(certificate) : Instant.MIN;
        LOGGER.atInfo()
                .addKeyValue("subject", certificate.subject())
                .addKeyValue("names", String.join(", ", certificate.names()))
                .addKeyValue("notAfter", certificate.end())
                .log("The certificate of the ingest port is in effect");
    }

    private static Instant nearEnd(ServerCertificate certificate) {
        Duration last = Duration.between(certificate.begin(), certificate.end()).dividedBy(TELL_IN_LAST);
        return certificate.end().minus(last.compareTo(TELL_AHEAD) < 0 ? last : TELL_AHEAD);
    }

    private void tellEnd() {
        ServerCertificate certificate = shown.certificate;
        Instant now = clock.instant();
        if (now.isBefore(nextTold)) {
            return;
        }
        nextTold = now.plus(TELL_EVERY);
        if (!certificate.isValidAt(now)) {
            LOGGER.atError()
                    .addKeyValue("notBefore", certificate.begin())
                    .addKeyValue("notAfter", certificate.end())
                    .log("The certificate of the ingest port is not valid now: marketplaces cannot deliver");
            return;
        }
        if (now.isBefore(nearEnd(certificate))) {
            // It was not valid yet when it was looked at last
            nextTold = nearEnd(certificate);
            return;
        }
        if (nextTold.isAfter(certificate.end())) {
            nextTold = certificate.end();
        }
        LOGGER.atWarn()
                .addKeyValue("notAfter", certificate.end())
                .log("The certificate of the ingest port ends soon: renew it");
    }

    private static String text(List<Mistake> mistakes) {
        return mistakes.stream().map(Mistake::toString).collect(Collectors.joining(" | "));
    }

    /** @param alias of no other one, so that a handshake never mixes the key of one with the chain of another */
    private record Shown(String alias, ServerCertificate certificate) {}

    private final class KeyManager extends X509ExtendedKeyManager {

        @Override
        public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
            return chooseServerAlias(keyType, issuers, null);
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            Shown now = shown;
            return now.certificate.key().getAlgorithm().equals(keyType) ? now.alias : null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return of(alias).chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return of(alias).key();
        }

        private ServerCertificate of(String alias) {
            Shown now = shown;
            return now.alias.equals(alias) ? now.certificate : before.certificate;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}
