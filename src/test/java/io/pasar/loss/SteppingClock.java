package io.pasar.loss;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.bytebuddy.jar.asm.ClassReader;

/** The wall clock of one Java process, which can be set. See {@link ClockAgent}. */
final class SteppingClock {

    /** No class path of a gateway holds it by this name. */
    private static final String ASM = ClassReader.class.getPackageName().replace('.', '/') + "/";

    private final Path agent;
    private final Path error;

    SteppingClock(Path directory) throws IOException {
        agent = directory.resolve("clock-agent.jar");
        error = directory.resolve("clock-error");
        writeAgent();
        set(Duration.ZERO);
    }

    /** For the process, whenever it is started. */
    String jvmOption() {
        return "-javaagent:" + agent + "=" + error;
    }

    /** @param error by which the clock is ahead from now on; negative if it is behind */
    void set(Duration error) throws IOException {
        // In one piece: it is read at any time
        Path fresh = Files.writeString(this.error.resolveSibling("clock-error.new"), String.valueOf(error.toMillis()));
        Files.move(fresh, this.error, StandardCopyOption.ATOMIC_MOVE);
    }

    private void writeAgent() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", ClockAgent.class.getName());
        manifest.getMainAttributes().putValue("Can-Retransform-Classes", "true");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(agent), manifest);
                JarFile asm = new JarFile(asm().toFile())) {
            for (Class<?> own : List.of(
                    ClockAgent.class, ClockAgent.ErrorAdded.class, ClockAgent.Methods.class, ClockAgent.Calls.class)) {
                String name = own.getName().replace('.', '/') + ".class";
                add(jar, name, own.getClassLoader().getResourceAsStream(name));
            }
            for (JarEntry entry : asm.stream()
                    .filter(entry -> entry.getName().startsWith(ASM) && !entry.isDirectory())
                    .toList()) {
                add(jar, entry.getName(), asm.getInputStream(entry));
            }
        }
    }

    private static void add(JarOutputStream jar, String name, InputStream content) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        try (content) {
            content.transferTo(jar);
        }
        jar.closeEntry();
    }

    private static Path asm() throws IOException {
        try {
            return Path.of(ClassReader.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
