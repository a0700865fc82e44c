package io.pasar.loss;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP link between two processes that can be cut, or go silent while its connections stay open. */
final class Link implements AutoCloseable {

    private static final InetAddress HOST = InetAddress.getLoopbackAddress();

    private final ServerSocket server = new ServerSocket(0, 200, HOST);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final int target;
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
            run(() -> pump(other, client));
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

    private interface Task {
        void run() throws IOException;
    }
}
