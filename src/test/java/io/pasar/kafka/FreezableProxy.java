package io.pasar.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Stands between a client and a broker, and can leave the client without any answer while connections stay open. */
final class FreezableProxy implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    private final Collection<Socket> sockets = new ConcurrentLinkedQueue<>();

    private volatile int brokerPort;
    private boolean frozen;

    FreezableProxy() throws IOException {
        start("proxy-accept", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void forwardTo(int port) {
        brokerPort = port;
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
        for (Socket socket : sockets) {
            socket.close();
        }
        thaw();
    }

    private void accept() throws IOException {
        while (!server.isClosed()) {
            Socket client = server.accept();
            sockets.add(client);
            start("proxy-up", () -> connect(client));
        }
    }

    private void connect(Socket client) throws IOException {
        try (client) {
            Socket broker = new Socket("127.0.0.1", brokerPort);
            sockets.add(broker);
            start("proxy-down", () -> pump(broker, client));
            pump(client, broker);
        }
    }

    private void pump(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitThaw();
                out.write(buffer, 0, read);
            }
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

    private static void start(String name, Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // The other side is gone: so is this connection
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private interface Task {
        void run() throws IOException;
    }
}
