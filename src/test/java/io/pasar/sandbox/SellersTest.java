package io.pasar.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.env.MockEnvironment;

class SellersTest {

    @TempDir
    private Path directory;

    private Path folder;
    private MockEnvironment environment;

    @BeforeEach
    void setUp() {
        folder = directory.resolve("accounts");
        environment = new MockEnvironment()
                .withProperty("pasar.accounts-dir", folder.toString())
                .withProperty("pasar.accounts[0].marketplace", "tiki")
                .withProperty("pasar.accounts[0].id", "1")
                .withProperty("pasar.accounts[0].client-id", "app")
                .withProperty("SECRET", "from-outside");
    }

    @Test
    void findsWhoeverIsInAFileByNow() throws IOException {
        // Given
        Sellers sellers = Sellers.from(environment);
        assertThat(sellers.find("tiki", "007")).isEmpty();

        // When
        write(
                "a.yaml",
                """
                x-app: &app {client_id: app, token-auth: body}
                accounts:
                  - {<<: *app, marketplace: tiki, id: 007, clientSecret: "${SECRET}"}
                """);
        write("b/c.yml", "{marketplace: tokopedia, id: 13004, client-id: on, client-secret: 1.10}");
        write("b/.d.yaml", "{marketplace: tokopedia, id: 13005}");

        // Then
        Seller tiki = sellers.find("tiki", "007").orElseThrow();
        assertThat(tiki).isEqualTo(new Seller("tiki", "007", "app", "from-outside", Seller.TokenAuth.BODY));
        assertThat(sellers.ofClient("tiki", "app")).extracting(Seller::id).containsExactly("1", "007");
        assertThat(sellers.of("tokopedia"))
                .containsExactly(new Seller("tokopedia", "13004", "on", "1.10", Seller.TokenAuth.BASIC));
    }

    @Test
    void keepsWhatAFileSaidThatCannotBeReadNow() throws IOException {
        // Given
        write("a.yaml", "{marketplace: tiki, id: 2, client-id: app, client-secret: old}");
        Sellers sellers = Sellers.from(environment);

        // When
        write("a.yaml", "{marketplace: tiki, id: 2, client-id: app, client-secr");
        sellers.readAgain();
        // Then
        assertThat(sellers.find("tiki", "2").orElseThrow().clientSecret()).isEqualTo("old");

        // When
        write("a.yaml", "{marketplace: tiki, id: 2, client-id: app, client-secret: changed}");
        sellers.readAgain();
        // Then
        assertThat(sellers.find("tiki", "2").orElseThrow().clientSecret()).isEqualTo("changed");

        // When
        Files.delete(folder.resolve("a.yaml"));
        // Then
        assertThat(sellers.find("tiki", "3")).isEmpty();
        assertThat(sellers.find("tiki", "2")).isEmpty();
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
