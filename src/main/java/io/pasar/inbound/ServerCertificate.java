package io.pasar.inbound;

import io.pasar.account.Mistake;
import io.pasar.inbound.IngestConfiguration.Tls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.springframework.boot.ssl.pem.PemContent;

/** The chain of certificates and the private key that two PEM files held when they were read. Immutable. */
final class ServerCertificate {

    static final String CERTIFICATE = "pasar.ingest.tls.certificate";
    private static final String KEY = "pasar.ingest.tls.key";

    /** By the kinds of key that are taken. */
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

    private final List<Mistake> mistakes = new ArrayList<>();
    private final String certificateText;
    private final String keyText;
    private final List<X509Certificate> chain;
    private final PrivateKey key;

    /**
     * Reads the files. What is wrong with them is no error but told by {@link #mistakes}.
     *
     * @param files one that is null is passed over: others tell that it is missing
     */
    ServerCertificate(Tls files) {
        certificateText = text(CERTIFICATE, files.certificate());
        keyText = text(KEY, files.key());
        chain = parse(
                CERTIFICATE,
                certificateText,
                PemContent::getCertificates,
                "holds no certificate that can be read; write a PEM file with the whole chain, the server's own first");
        key = parse(
                KEY,
                keyText,
                ServerCertificate::rsaOrEc,
                "holds no private key that can be read; write a PEM file with an RSA or EC key, not encrypted");
        if (chain != null && !isWhole()) {
            mistakes.add(new Mistake(
                    CERTIFICATE, "holds a broken chain; write behind each certificate that of its issuer, no other"));
        }
        if (chain != null && key != null && !belongTogether()) {
            mistakes.add(
                    new Mistake(KEY, "is not the key of the first certificate in " + CERTIFICATE + "; write that one"));
        }
    }

    /** What is wrong with the files; without any, there is a chain and its key. */
    List<Mistake> mistakes() {
        return List.copyOf(mistakes);
    }

    /** Whether the files held the same then. */
    boolean isSameAs(ServerCertificate other) {
        return Objects.equals(certificateText, other.certificateText) && Objects.equals(keyText, other.keyText);
    }

    /** The server's own first. */
    List<X509Certificate> chain() {
        return chain;
    }

    PrivateKey key() {
        return key;
    }

    boolean isValidAt(Instant time) {
        return !time.isBefore(begin()) && !time.isAfter(end());
    }

    Instant begin() {
        return own().getNotBefore().toInstant();
    }

    Instant end() {
        return own().getNotAfter().toInstant();
    }

    String subject() {
        return own().getSubjectX500Principal().getName();
    }

    /** Those that it is for: names of hosts, and addresses. */
    List<String> names() {
        try {
            return Objects.requireNonNullElse(own().getSubjectAlternativeNames(), List.<List<?>>of()).stream()
                    .map(name -> name.get(1))
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    private X509Certificate own() {
        return chain.get(0);
    }

    private String text(String name, Path file) {
        if (file == null) {
            return null;
        }
        try {
            // Around the PEM anything may stand, in any encoding
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            mistakes.add(new Mistake(name, "must be a PEM file that this process can read"));
            return null;
        }
    }

    private <T> T parse(String name, String text, Function<PemContent, T> parser, String mistake) {
        if (text == null) {
            return null;
        }
        try {
            return parser.apply(PemContent.of(text));
        } catch (RuntimeException e) {
            // Its message may hold a part of the key
            mistakes.add(new Mistake(name, mistake));
            return null;
        }
    }

    private static PrivateKey rsaOrEc(PemContent content) {
        PrivateKey key = content.getPrivateKey();
        if (!SIGNATURES.containsKey(key.getAlgorithm())) {
            throw new IllegalArgumentException(key.getAlgorithm());
        }
        return key;
    }

    private boolean isWhole() {
        return IntStream.range(1, chain.size()).allMatch(next -> chain.get(next - 1)
                .getIssuerX500Principal()
                .equals(chain.get(next).getSubjectX500Principal()));
    }

    private boolean belongTogether() {
        try {
            Signature signature = Signature.getInstance(SIGNATURES.get(key.getAlgorithm()));
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(own().getPublicKey());
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
