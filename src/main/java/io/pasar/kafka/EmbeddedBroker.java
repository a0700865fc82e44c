package io.pasar.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker in this process: one node, KRaft, on the loopback address, its records under
 * {@code <data-dir>/kafka}. The only class that touches Kafka's internal API, which may change with every release.
 *
 * <p>One broker has no replica: what its disk loses is lost. Safe for use by many threads.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedBroker.class);

    private static final String HOST = "127.0.0.1";
    private static final int NODE = 1;
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(15);

    /** A free port may be taken by others before the broker listens on it. */
    private static final int MOST_TRIES = 3;

    /** Of the whole process, as Kafka's own way to end it. */
    private static volatile boolean failed;

    private final int port;
    private final DirectoryLock lock;
    private final KafkaRaftServer server;

    private EmbeddedBroker(int port, DirectoryLock lock, KafkaRaftServer server) {
        this.port = port;
        this.lock = lock;
        this.server = server;
    }

    /**
     * Starts a broker; takes about three seconds.
     *
     * @param dataDir its records go to {@code kafka} below this
     * @param port TCP port on the loopback address; 0 takes any free one
     * @throws KafkaStartException if the port is taken, or the directory cannot be used or another process uses it
     */
    public static EmbeddedBroker start(Path dataDir, int port) {
        return start(dataDir, port, Map.of());
    }

    /** As {@link #start(Path, int)}, with broker properties that win over ours. The listener is named {@code CLIENT}. */
    public static EmbeddedBroker start(Path dataDir, int port, Map<String, String> brokerProperties) {
        return start(dataDir, port, brokerProperties, () -> freePort(0));
    }

    /** @param freePorts of which any may be taken by others before the broker listens there */
    static EmbeddedBroker start(Path dataDir, int port, Map<String, String> brokerProperties, IntSupplier freePorts) {
        Path directory = dataDir.resolve("kafka").toAbsolutePath().normalize();
        for (int tries = 1; ; tries++) {
            int listenerPort = port == 0 ? freePorts.getAsInt() : freePort(port);
            try {
                return start(directory, listenerPort, freePorts.getAsInt(), brokerProperties);
            } catch (KafkaStartException e) {
                throw e;
            } catch (Exception e) {
                if (!isPortTaken(e) || tries == MOST_TRIES) {
                    throw refused(directory, listenerPort, e);
                }
                LOGGER.atInfo().addKeyValue("reason", e.getMessage()).log("Embedded Kafka broker takes other ports");
            }
        }
    }

    private static EmbeddedBroker start(
            Path directory, int port, int controllerPort, Map<String, String> brokerProperties) throws Exception {
        keepTheProcess();
        DirectoryLock lock = DirectoryLock.take(directory);
        KafkaRaftServer server = null;
        try {
            Map<String, String> properties = properties(directory, port, controllerPort);
            properties.putAll(brokerProperties);
            format(directory);
            server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
            server.startup();
        } catch (Exception e) {
            if (server != null) {
                server.shutdown();
            }
            lock.release();
            throw e;
        }
        LOGGER.atInfo().addKeyValue("port", port).log("Embedded Kafka broker started");
        return new EmbeddedBroker(port, lock, server);
    }

    /** {@code host:port}, for any Kafka client on this machine. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    public int port() {
        return port;
    }

    /** Whether the broker in this process wanted to end it. It may go on answering, but takes no records any more. */
    static boolean hasFailed() {
        return failed;
    }

    /** Stops the broker and keeps its records; gives up waiting after 15 seconds. */
    @Override
    public void close() {
        Thread stopping = new Thread(server::shutdown, "embedded-broker-stop");
        stopping.setDaemon(true);
        stopping.start();
        try {
            stopping.join(CLOSE_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (stopping.isAlive()) {
            // The lock stays: the broker still writes, and another one must not begin in the same directory
            LOGGER.atWarn().addKeyValue("port", port).log("Embedded Kafka broker did not stop in time");
            return;
        }
        lock.release();
    }

    /**
     * Kafka ends the whole process when its disk fails. Without a broker the gateway still has an answer to give
     * (503, so that the marketplace sends again), so a fault of the broker is logged and shown by the health check.
     */
    private static void keepTheProcess() {
        failed = false;
        Exit.Procedure stay = (status, message) -> {
            failed = true;
            LOGGER.atError()
                    .addKeyValue("status", status)
                    .log("Embedded Kafka broker failed; look at the disk of pasar.data-dir, then restart the gateway");
        };
        Exit.setExitProcedure(stay);
        Exit.setHaltProcedure(stay);
    }

    private static int freePort(int wanted) {
        try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw portTaken(wanted, e);
        }
    }

    private static KafkaStartException refused(Path directory, int port, Exception e) {
        return isPortTaken(e)
                ? portTaken(port, e)
                : new KafkaStartException(
                        "The embedded Kafka broker cannot start with the records in " + directory + ": "
                                + e.getMessage(),
                        e);
    }

    private static boolean isPortTaken(Throwable e) {
        return e != null && (e instanceof BindException || isPortTaken(e.getCause()));
    }

    private static KafkaStartException portTaken(int port, Exception e) {
        return new KafkaStartException(
                "pasar.kafka.embedded.port: the embedded Kafka broker cannot listen on " + HOST + ":" + port + " ("
                        + e.getMessage() + "). Free the port, set another one (0 takes any), or use a Kafka cluster"
                        + " with PASAR_KAFKA_BOOTSTRAP_SERVERS.",
                e);
    }

    private static void format(Path directory) throws Exception {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(NODE)
                .setClusterId(Uuid.randomUuid().toString())
                .setControllerListenerName("CONTROLLER")
                .addDirectory(directory.toString())
                .setMetadataLogDirectory(directory.toString())
                .run();
    }

    private static Map<String, String> properties(Path directory, int port, int controllerPort) {
        Map<String, String> properties = new HashMap<>();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", String.valueOf(NODE));
        properties.put("listeners", "CLIENT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
        properties.put("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.put("inter.broker.listener.name", "CLIENT");
        properties.put("controller.listener.names", "CONTROLLER");
        // Voters from here, not from the stored log: only so may the controller's port change with every start
        properties.put("controller.quorum.voters", NODE + "@" + HOST + ":" + controllerPort);
        properties.put("log.dirs", directory.toString());

        // Topics are created on purpose, with their limits checked; a misspelt one must not appear by itself
        properties.put("auto.create.topics.enable", "false");
        properties.put("default.replication.factor", "1");
        properties.put("min.insync.replicas", "1");
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("offsets.topic.num.partitions", "4");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("transaction.state.log.num.partitions", "2");
        properties.put("group.initial.rebalance.delay.ms", "0");
        // After a crash the controller lets the broker in again only when its old session is over
        properties.put("broker.session.timeout.ms", "3000");
        properties.put("broker.heartbeat.interval.ms", "1000");

        // Sized for a share of a small machine: by default the cleaner alone takes 128 MB of heap
        properties.put("num.network.threads", "2");
        properties.put("num.io.threads", "4");
        properties.put("background.threads", "2");
        properties.put("num.recovery.threads.per.data.dir", "2");
        properties.put("log.cleaner.dedupe.buffer.size", "4194304");
        properties.put("log.index.size.max.bytes", "1048576");
        properties.put("log.segment.bytes", "134217728");
        properties.put("auto.include.jmx.reporter", "false");
        return properties;
    }

    /** Keeps a second broker out of the directory before either of them has touched anything in it. */
    private record DirectoryLock(FileChannel channel, FileLock lock) {

        static DirectoryLock take(Path directory) {
            FileChannel channel = null;
            try {
                Files.createDirectories(directory);
                channel = FileChannel.open(
                        directory.resolve("pasar.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return new DirectoryLock(channel, lock);
                }
                throw inUse(channel, directory);
            } catch (OverlappingFileLockException e) {
                throw inUse(channel, directory);
            } catch (IOException e) {
                throw new KafkaStartException(
                        "pasar.data-dir: the embedded Kafka broker cannot write to " + directory + " (" + e
                                + "). Make it writable for this user or set another directory.",
                        e);
            }
        }

        private static KafkaStartException inUse(FileChannel channel, Path directory) {
            close(channel);
            return new KafkaStartException("pasar.data-dir: another process already runs an embedded Kafka broker in "
                    + directory + ". Stop it or set another directory.");
        }

        void release() {
            close(channel);
        }

        private static void close(FileChannel channel) {
            try {
                channel.close();
            } catch (IOException e) {
                LOGGER.atDebug().setCause(e).log("Lock of the data directory not released");
            }
        }
    }
}
