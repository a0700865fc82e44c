package io.pasar.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Sends whole requests made beforehand and reads answers, on one thread and with as little work per request as Java
 * allows, since it shares the machine with what it measures. At the end nothing is left open: every request that was
 * sent is answered, broken or given up, and is counted as one of them.
 */
final class Generator {

    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final long HIGHEST_MICROS = Duration.ofMinutes(1).toNanos() / 1000;

    /** How late the open loop may send: it polls at this pace, since a busy wait would take the gateway's cores. */
    private static final long POLL_NANOS = 100_000;

    /** Connections are made from many loopback addresses: one has too few ports for one per delivery. */
    private static final int SOURCES = 200;

    private final int port;
    private final ByteBuffer[] requests;
    private final boolean keepAlive;
    private final SplittableRandom random = new SplittableRandom(42);
    private final Histogram micros = new Histogram(HIGHEST_MICROS, 3);
    private final List<Connection> connections = new ArrayList<>();
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final Queue<Long> waiting = new ArrayDeque<>();

    private Selector selector;
    private boolean open;
    private long end;
    private int next;
    private int source;
    private int outstanding;
    private long sent;
    private long ok;
    private long okInTime;
    private long refused;
    private long broken;

    Generator(int port, ByteBuffer[] requests, boolean keepAlive) {
        this.port = port;
        this.requests = requests;
        this.keepAlive = keepAlive;
    }

    /** Each connection sends the next request when it has its answer: how much goes through. */
    Run closed(int connectionCount, Duration time) throws IOException {
        start(connectionCount);
        long begin = System.nanoTime();
        end = begin + time.toNanos();
        for (Connection connection : connections) {
            connection.begin(begin);
        }
        idle.clear();
        while (outstanding > 0 && System.nanoTime() < end + GRACE.toNanos()) {
            selector.select(this::ready, 100);
        }
        return finish(time);
    }

    /**
     * Requests come as they come (Poisson), whether or not earlier ones are answered. Latency counts from the moment a
     * request was meant to be sent, so that one that had to wait for a connection, or for this thread, counts as slow.
     */
    Run open(int connectionCount, double perSecond, Duration time) throws IOException {
        open = true;
        start(connectionCount);
        idle.addAll(connections);
        long now = System.nanoTime();
        long arrival = now;
        end = now + time.toNanos();
        while (now < end || ((outstanding > 0 || !waiting.isEmpty()) && now < end + GRACE.toNanos())) {
            for (; arrival <= now && arrival < end; arrival += untilNext(perSecond)) {
                waiting.add(arrival);
            }
            while (!waiting.isEmpty() && !idle.isEmpty()) {
                idle.pop().begin(waiting.poll());
            }
            if (selector.selectNow(this::ready) == 0) {
                LockSupport.parkNanos(POLL_NANOS);
            }
            now = System.nanoTime();
        }
        return finish(time);
    }

    private long untilNext(double perSecond) {
        return (long) (-Math.log(1 - random.nextDouble()) / perSecond * 1e9);
    }

    private void start(int connectionCount) throws IOException {
        selector = Selector.open();
        for (int i = 0; i < connectionCount; i++) {
            connections.add(new Connection());
        }
    }

    private Run finish(Duration time) throws IOException {
        for (Connection connection : connections) {
            connection.close();
        }
        selector.close();
        return new Run(time, sent, ok, okInTime, refused, broken, outstanding + waiting.size(), micros, Duration.ZERO);
    }

    private void ready(SelectionKey key) {
        ((Connection) key.attachment()).ready(key);
    }

    /** What is done with a connection that has its answer, or will get none. */
    private void free(Connection connection) {
        if (open) {
            idle.push(connection);
        } else if (System.nanoTime() < end) {
            connection.begin(System.nanoTime());
        }
    }

    private final class Connection {

        private final Response response = new Response();
        private SocketChannel channel;
        private SelectionKey key;
        private ByteBuffer request;
        private long since;
        private boolean busy;

        private void begin(long at) {
            since = at;
            request = requests[next].duplicate();
            next = next + 1 == requests.length ? 0 : next + 1;
            response.reset();
            busy = true;
            outstanding++;
            sent++;
            try {
                if (channel == null) {
                    connect();
                } else {
                    write();
                }
            } catch (IOException e) {
                fail();
            }
        }

        private void connect() throws IOException {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (!keepAlive) {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                source = (source + 1) % SOURCES;
                channel.bind(new InetSocketAddress(
                        InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) (source + 1)}), 0));
            }
            boolean connected = channel.connect(new InetSocketAddress("127.0.0.1", port));
            key = channel.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
            if (connected) {
                write();
            }
        }

        private void ready(SelectionKey ready) {
            try {
                if (ready.isConnectable()) {
                    channel.finishConnect();
                    write();
                } else if (ready.isWritable()) {
                    write();
                }
                if (channel != null && ready.isValid() && ready.isReadable()) {
                    read();
                }
            } catch (IOException e) {
                fail();
            }
        }

        private void write() throws IOException {
            channel.write(request);
            int interest = SelectionKey.OP_READ | (request.hasRemaining() ? SelectionKey.OP_WRITE : 0);
            if (key.interestOps() != interest) {
                key.interestOps(interest);
            }
        }

        private void read() throws IOException {
            boolean ended = response.read(channel);
            if (busy && response.isWhole()) {
                answered(ended);
            } else if (ended) {
                fail();
            }
        }

        private void answered(boolean ended) {
            long now = System.nanoTime();
            busy = false;
            outstanding--;
            micros.recordValue(Math.min(HIGHEST_MICROS, Math.max(0, (now - since) / 1000)));
            if (response.status() == 200) {
                ok++;
                okInTime += now <= end ? 1 : 0;
            } else {
                refused++;
            }
            if (ended || !keepAlive || response.isLast()) {
                close();
            }
            free(this);
        }

        /** The other side has closed, or never was there. */
        private void fail() {
            close();
            if (busy) {
                busy = false;
                outstanding--;
                broken++;
                free(this);
            }
        }

        private void close() {
            if (channel != null) {
                try {
                    channel.close();
                } catch (IOException e) {
                    // It is gone either way
                }
                channel = null;
            }
        }
    }
}
