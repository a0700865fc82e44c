package io.pasar.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/** Hands on what clients send at once and what the broker answers later, so that acknowledgements are slow, not few. */
final class DelayingProxy {

    private static final byte[] END = new byte[0];
    private static final int BUFFER = 64 * 1024;

    private final int port;
    private final int brokerPort;
    private final long delayNanos;

    DelayingProxy(int port, int brokerPort, long delayMillis) {
        this.port = port;
        this.brokerPort = brokerPort;
        this.delayNanos = delayMillis * 1_000_000;
    }

    /** Accepts clients until the process ends. */
    void run() throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (ServerSocket server = new ServerSocket(port, 50, loopback)) {
            while (true) {
                Socket client = server.accept();
                Socket broker = new Socket(loopback, brokerPort);
                client.setTcpNoDelay(true);
                broker.setTcpNoDelay(true);
                BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
                start("up", () -> handOn(client, broker));
                start("read", () -> read(broker, pieces));
                start("down", () -> writeLater(client, pieces));
            }
        }
    }

    private static void handOn(Socket client, Socket broker) throws IOException {
        try (client;
                broker) {
            client.getInputStream().transferTo(broker.getOutputStream());
        }
    }

    private void read(Socket broker, BlockingQueue<Piece> pieces) throws IOException {
        try (broker) {
            InputStream in = broker.getInputStream();
            byte[] buffer = new byte[BUFFER];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                pieces.add(new Piece(System.nanoTime() + delayNanos, Arrays.copyOf(buffer, length)));
            }
        } finally {
            pieces.add(new Piece(0, END));
        }
    }

    private static void writeLater(Socket client, BlockingQueue<Piece> pieces) throws IOException {
        try (client) {
            OutputStream out = client.getOutputStream();
            for (Piece piece = take(pieces); piece.bytes != END; piece = take(pieces)) {
                for (long left = piece.due - System.nanoTime(); left > 0; left = piece.due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                out.write(piece.bytes);
            }
        }
    }

    private static Piece take(BlockingQueue<Piece> pieces) throws IOException {
        try {
            return pieces.take();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void start(String name, Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // One side is gone, and so is this connection
                    }
                },
                "proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private interface Task {
        void run() throws IOException;
    }

    /** @param due of {@link System#nanoTime} */
    private record Piece(long due, byte[] bytes) {}
}
