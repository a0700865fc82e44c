package io.pasar;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * TCP ports that were free a moment ago, outside those that outgoing connections and listeners on any port take: what is
 * stopped or killed comes back to its own, however much runs beside it. Safe for use by many threads.
 */
public final class Ports {

    private static final int LOWEST = 10_000;
    private static final int COUNT = 20_000;

    /** None twice, and others than another process of the same build gives. */
    private static final AtomicInteger NEXT = new AtomicInteger(new Random().nextInt(COUNT));

    private Ports() {}

    public static int free() {
        while (true) {
            int port = LOWEST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // The next one then
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
