package io.pasar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process holds on to: its heap after a full collection. */
final class Heap {

    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    private Heap() {}

    static long usedBytes(Process process) throws IOException, InterruptedException {
        String pid = String.valueOf(process.pid());
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Machine.run(List.of(jcmd, pid, "GC.run"));
        Matcher used = USED.matcher(Machine.run(List.of(jcmd, pid, "GC.heap_info")));
        if (!used.find()) {
            throw new IOException("jcmd does not say how much heap is used");
        }
        return Long.parseLong(used.group(1)) * 1024;
    }
}
