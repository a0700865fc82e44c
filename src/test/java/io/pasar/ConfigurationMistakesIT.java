package io.pasar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationMistakesIT {

    @Test
    void theProcessEndsWithTheListOfMistakesAndNoStackTrace(@TempDir Path folder) throws Exception {
        // Given
        Process process = start(
                folder,
                "--pasar.ingest.port=abc",
                "--pasar.shoes=1",
                "--pasar.accounts[0].marketplace=tiki",
                "--pasar.accounts[0].client-secret=s3cr3t",
                "--pasar.data-dir=" + folder.resolve("data"));

        // When
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean ended = process.waitFor(1, TimeUnit.MINUTES);

        // Then
        assertThat(ended).isTrue();
        assertThat(process.exitValue()).isNotZero();
        assertThat(output)
                .contains("\n    pasar.ingest.port: \"abc\" is not understood; write a whole number\n")
                .contains("\n    pasar.shoes: is not known; pasar takes accounts, ")
                .contains("\n    pasar.accounts[0].id: is missing or empty\n")
                .contains("application.yaml")
                .doesNotContain("s3cr3t", "\tat ", "Tomcat");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    private static Process start(Path folder, String... arguments) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String[] command = {
            java.toString(), "-cp", System.getProperty("java.class.path"), PasarApplication.class.getName()
        };
        String[] all = Stream.of(command, arguments).flatMap(Stream::of).toArray(String[]::new);
        File directory = Files.createDirectory(folder.resolve("work")).toFile();
        return new ProcessBuilder(all)
                .directory(directory)
                .redirectErrorStream(true)
                .start();
    }
}
