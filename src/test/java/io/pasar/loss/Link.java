package io.pasar.loss;

import io.pasar.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A TCP link between two processes that can be cut, refuse connections, be slow, or go silent with its connections open. */
final class Link implements AutoCloseable {

    private static final InetAddress HOST = InetAddress.getLoopbackAddress();

    private volatile ServerSocket server = new ServerSocket(Ports.free(), 200, HOST);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Random random = new Random();
    private final int target;
    private volatile Duration leastDelay = Duration.ZERO;
    private volatile Duration mostDelay = Duration.ZERO;
    private boolean frozen;

    Link(int target) throws IOException {
        this.target = target;
        run(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Every connection of now ends, with what is under way on it; new ones can be made. */
    void cut() {
        sockets.forEach(Link::close);
    }

    /** Every connection of now ends, and new ones are refused. */
    void shut() throws IOException {
        server.close();
        cut();
    }

    /** After {@link #shut}: on the same port. */
    void open() throws IOException {
        server = new ServerSocket(port(), 200, HOST);
        run(this::accept);
    }

    /** Each piece that comes from the target is held back for another time between these two, in order. */
    void delay(Duration least, Duration most) {
        leastDelay = least;
        mostDelay = most;
    }

    synchronized void freeze() {
        frozen = true;
    }

    synchronized void thaw() {
        frozen = false;
        notifyAll();
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
        thaw();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = server.accept();
            sockets.add(client);
            run(() -> connect(client));
        }
    }

    private void connect(Socket client) throws IOException {
        try {
            awaitThaw();
            Socket other = new Socket(HOST, target);
            sockets.add(other);
            run(() -> pumpLate(other, client));
            pump(client, other);
        } finally {
            close(client);
            sockets.remove(client);
        }
    }

    private void pump(Socket from, Socket to) throws IOException {
        try {
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitThaw();
                out.write(buffer, 0, read);
            }
        } finally {
            close(from);
            close(to);
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private void pumpLate(Socket from, Socket to) throws IOException {
        BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
        run(() -> forward(pieces, from, to));
        try {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[8192];
            long due = System.nanoTime();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                due = Math.max(due, System.nanoTime() + delay());
                pieces.add(new Piece(due, Arrays.copyOf(buffer, read)));
            }
        } finally {
            pieces.add(new Piece(System.nanoTime(), new byte[0]));
        }
    }

    private void forward(BlockingQueue<Piece> pieces, Socket from, Socket to) throws IOException {
        try {
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            for (Piece piece = pieces.take(); piece.bytes.length > 0; piece = pieces.take()) {
                TimeUnit.NANOSECONDS.sleep(piece.due - System.nanoTime());
                awaitThaw();
                to.getOutputStream().write(piece.bytes);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            close(from);
            close(to);
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private long delay() {
        long least = leastDelay.toNanos();
        return least + (long) (random.nextDouble() * (mostDelay.toNanos() - least));
    }

    private synchronized void awaitThaw() throws IOException {
        try {
            while (frozen) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone already
        }
    }

    private static void run(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // One side is gone: so is this connection
                    }
                },
                "link");
        thread.setDaemon(true);
        thread.start();
    }

    /** @param bytes none at the end */
    private record Piece(long due, byte[] bytes) {}

    private interface Task {
        void run() throws IOException;
    }
}
