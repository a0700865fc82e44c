package io.pasar.loss;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A process that is killed, frozen and started again, always with the same command in the same directory. */
final class Victim implements AutoCloseable {

    private final List<String> command;
    private final Path directory;
    private final Path log;
    private Process process;

    /** @param log of all its lives */
    Victim(List<String> command, Path directory, Path log) {
        this.command = command;
        this.directory = directory;
        this.log = log;
    }

    void start() throws IOException {
        process = new ProcessBuilder(command)
                .directory(Files.createDirectories(directory).toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** As {@code kill -9} does. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    /** Of what is still in use; collects all garbage first. */
    long heapBytes() throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        List<String> lines = run(jcmd, String.valueOf(process.pid()), "GC.class_histogram");
        String total = lines.get(lines.size() - 1);
        return Long.parseLong(total.trim().split(" +")[2]);
    }

    List<String> log() throws IOException {
        return Files.readAllLines(log);
    }

    /**
     * No file of it can grow beyond this from now on, as on a disk that is full; negative lifts the limit. Every write that
     * would go further is cut there. Needs {@code prlimit} (util-linux), and no privilege.
     */
    void limitFiles(long bytes) throws IOException, InterruptedException {
        // The soft limit alone: who has lowered the hard one cannot lift it again
        run("prlimit", "--pid", String.valueOf(process.pid()), "--fsize=" + (bytes < 0 ? "unlimited" : bytes) + ":");
    }

    /** For whoever wonders why it is not alive. */
    String lastLines() {
        try {
            List<String> lines = log();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return "no log";
        }
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }

    private void signal(String signal) throws IOException, InterruptedException {
        run("kill", signal, String.valueOf(process.pid()));
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = tool.inputReader().lines().toList();
        if (tool.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " has failed: " + lines);
        }
        return lines;
    }
}
