package io.pasar.kafka;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Stands between a client and a broker, and can leave the client without any answer, or without those to one kind of
 * request, while connections stay open.
 */
public final class FreezableProxy implements AutoCloseable {

    static final int NOTHING = -1;

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    private final Collection<Socket> sockets = new ConcurrentLinkedQueue<>();

    private volatile int brokerPort;
    private volatile int swallowed = NOTHING;
    private boolean frozen;

    public FreezableProxy() throws IOException {
        start("proxy-accept", this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    public void forwardTo(int port) {
        brokerPort = port;
    }

    /** @param apiKey of the requests that the broker shall not get, or {@link #NOTHING} */
    void swallow(int apiKey) {
        swallowed = apiKey;
    }

    public synchronized void freeze() {
        frozen = true;
    }

    public synchronized void thaw() {
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
            pumpRequests(client, broker);
        }
    }

    private void pumpRequests(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
            while (true) {
                byte[] request = new byte[in.readInt()];
                in.readFully(request);
                awaitThaw();
                ByteBuffer framed = ByteBuffer.allocate(Integer.BYTES + request.length);
                framed.putInt(request.length).put(request);
                if (framed.getShort(Integer.BYTES) != swallowed) {
                    to.getOutputStream().write(framed.array());
                }
            }
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
