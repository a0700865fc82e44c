package io.pasar;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A plain TCP balancer: round robin, and knows nothing of what it passes on, of which it repeats nothing. It asks every
 * replica whether it is ready, as often as real ones do at most, and passes by who is not, or who refuses a connect.
 */
final class TcpBalancer implements AutoCloseable {

    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final ServerSocket listening = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Collection<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Integer> out = ConcurrentHashMap.newKeySet();
    private final AtomicInteger turn = new AtomicInteger();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();
    private final List<GatewayProcess> replicas;

    /** @param replicas that are ready */
    TcpBalancer(List<GatewayProcess> replicas) throws IOException {
        this.replicas = replicas;
        threads.execute(this::accept);
        looking.scheduleWithFixedDelay(
                () -> replicas.forEach(this::look), 0, LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Whether it passes connections on to it. */
    boolean isIn(GatewayProcess replica) {
        return !out.contains(replica.ingest());
    }

    private void look(GatewayProcess replica) {
        if (replica.isReady()) {
            out.remove(replica.ingest());
        } else {
            out.add(replica.ingest());
        }
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
        for (int attempt = 0; attempt < 2 * replicas.size(); attempt++) {
            GatewayProcess next = replicas.get(Math.floorMod(turn.getAndIncrement(), replicas.size()));
            if (!isIn(next)) {
                continue;
            }
            try {
                Socket replica = new Socket();
                replica.setTcpNoDelay(true);
                replica.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), next.ingest()));
                return replica;
            } catch (IOException refused) {
                out.add(next.ingest());
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
        looking.shutdownNow();
        listening.close();
        sockets.forEach(this::end);
        threads.shutdownNow();
    }
}
