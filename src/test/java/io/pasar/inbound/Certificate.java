package io.pasar.inbound;

import io.pasar.inbound.IngestConfiguration.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate that has signed itself, and a client that trusts it. */
record Certificate(Tls tls, SSLContext client) {

    private static final String ALIAS = "gateway";
    private static final String PASSWORD = "changeit";

    static Certificate in(Path directory) throws Exception {
        return in(directory, "RSA");
    }

    static Certificate in(Path directory, String keyAlgorithm) throws Exception {
        KeyStore store = store(directory.resolve("store.p12"), keyAlgorithm);
        Key key = store.getKey(ALIAS, PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext client = SSLContext.getInstance("TLS");
        client.init(null, trust.getTrustManagers(), null);
        return new Certificate(
                new Tls(
                        pem(
                                directory,
                                "CERTIFICATE",
                                store.getCertificate(ALIAS).getEncoded()),
                        pem(directory, "PRIVATE KEY", key.getEncoded())),
                client);
    }

    /** As a renewal does; the key alone or the certificate alone is half of it. */
    void replaceCertificate(Tls files) throws IOException {
        Files.copy(tls.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
    }

    void replaceKey(Tls files) throws IOException {
        Files.copy(tls.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
    }

    private static KeyStore store(Path file, String keyAlgorithm) throws Exception {
        String name = keyAlgorithm.toLowerCase(Locale.ROOT) + ".example";
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                keyAlgorithm,
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=dns:" + name,
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString());
        int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException("keytool: " + exit);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        // As a trusted one too: a store of keys alone trusts nobody
        store.setCertificateEntry("trusted", store.getCertificate(ALIAS));
        return store;
    }

    private static Path pem(Path directory, String type, byte[] content) throws Exception {
        String text = "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                + type + "-----\n";
        return Files.writeString(directory.resolve(type.replace(' ', '-') + ".pem"), text);
    }
}
