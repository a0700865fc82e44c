package io.pasar.inbound;

import io.pasar.inbound.IngestConfiguration.Tls;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate that has signed itself, and a client that trusts it. */
record Certificate(Tls tls, SSLContext client) {

    private static final String ALIAS = "gateway";
    private static final String PASSWORD = "changeit";

    static Certificate in(Path directory) throws Exception {
        KeyStore store = store(directory.resolve("store.p12"));
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

    private static KeyStore store(Path file) throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "RSA",
                "-dname",
                "CN=localhost",
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
