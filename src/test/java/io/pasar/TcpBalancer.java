package io.pasar;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A plain TCP balancer: round robin, and knows nothing of HTTP or of readiness. A port that refuses a connect is out
 * until {@link #in}. What it has passed on it does not repeat.
 */
final class TcpBalancer implements AutoCloseable {

    private final ServerSocket listening = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Collection<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Integer> out = ConcurrentHashMap.newKeySet();
    private final AtomicInteger turn = new AtomicInteger();
    private final List<Integer> ports;

    TcpBalancer(List<Integer> ports) throws IOException {
        this.ports = ports;
        threads.execute(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    boolean isOut(int port) {
        return out.contains(port);
    }

    void in(int port) {
        out.remove(port);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket sender = listening.accept();
                threads.execute(() -> join(sender));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void join(Socket sender) {
        sockets.add(sender);
        Socket replica = connect();
        if (replica == null) {
            end(sender);
            return;
        }
        sockets.add(replica);
        threads.execute(() -> pass(replica, sender));
        pass(sender, replica);
    }

    private Socket connect() {
        for (int attempt = 0; attempt < 2 * ports.size(); attempt++) {
            int port = ports.get(Math.floorMod(turn.getAndIncrement(), ports.size()));
            if (isOut(port)) {
                continue;
            }
            try {
                Socket replica = new Socket();
                replica.setTcpNoDelay(true);
                replica.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return replica;
            } catch (IOException refused) {
                out.add(port);
            }
        }
        return null;
    }

    private void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            end(from);
            end(to);
        }
        if (from.isOutputShutdown() && to.isOutputShutdown()) {
            end(from);
            end(to);
        }
    }

    private void end(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        sockets.forEach(this::end);
        threads.shutdownNow();
    }
}
