package io.pasar.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Starts the processes of a run, each with the same heap and options, and ends every one of them. */
final class Machine implements AutoCloseable {

    private static final List<String> OPTIONS =
            List.of("-Xms512m", "-Xmx512m", "-XX:+UseG1GC", "-Djava.net.preferIPv4Stack=true");
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final String CLASSES = Path.of("target", "classes").toString();

    private final Settings settings;
    private final List<Process> processes = new CopyOnWriteArrayList<>();

    Machine(Settings settings) throws IOException, InterruptedException {
        this.settings = settings;
        Files.createDirectories(settings.directory());
        if (settings.pinned()) {
            run(List.of(
                    "taskset",
                    "-acp",
                    othersCores(),
                    String.valueOf(ProcessHandle.current().pid())));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> processes.forEach(Process::destroyForcibly)));
    }

    /** Without Pasar's own classes: its configuration and start-up hooks are on them. */
    Process rival(Class<?> main, List<String> options, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(options);
        command.addAll(List.of("-cp", classPath(false), main.getName()));
        command.addAll(arguments);
        return java(main.getSimpleName(), gatewayCores(), command);
    }

    Process pasar(String name, List<String> options, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(options);
        command.addAll(List.of("-jar", settings.jar().toString()));
        command.addAll(arguments);
        return java(name, gatewayCores(), command);
    }

    Process broker(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("-cp", classPath(true), Broker.class.getName()));
        command.addAll(arguments);
        return java("broker", othersCores(), command);
    }

    private static String classPath(boolean withPasar) {
        List<String> entries = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
        return String.join(
                File.pathSeparator,
                entries.stream()
                        .filter(entry -> withPasar || !entry.endsWith(CLASSES))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }

    private Process java(String name, String cores, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (settings.pinned()) {
            command.addAll(List.of("taskset", "-c", cores));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .directory(settings.directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()))
                .start();
        processes.add(process);
        return process;
    }

    Path log(String name) {
        return settings.directory().resolve(name + ".log");
    }

    private static String gatewayCores() {
        return "0-" + Math.max(0, CORES / 2 - 1);
    }

    private static String othersCores() {
        return Math.min(CORES - 1, CORES / 2) + "-" + (CORES - 1);
    }

    /** @return what it printed */
    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    /** Gives it a while to stop by itself. */
    void end(Process process) {
        process.destroy();
        try {
            process.waitFor(15, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        processes.remove(process);
    }

    @Override
    public void close() {
        for (Process process : processes) {
            end(process);
        }
    }
}
