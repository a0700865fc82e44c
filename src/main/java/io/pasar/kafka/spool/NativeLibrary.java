package io.pasar.kafka.spool;

import io.pasar.kafka.KafkaStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocksDB's native part. By default it goes to a new file in the temporary directory with every start, which a killed
 * process leaves behind, and which containers often let nobody write to or execute.
 */
final class NativeLibrary {

    private static final Logger LOGGER = LoggerFactory.getLogger(NativeLibrary.class);

    private NativeLibrary() {}

    /**
     * @param directory tried first; the temporary directory is next
     * @throws KafkaStartException if it can be loaded from neither
     */
    static synchronized void load(Path directory) {
        try {
            Files.createDirectories(directory);
            NativeLibraryLoader.getInstance()
                    .loadLibrary(directory.toAbsolutePath().toString());
        } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
            LOGGER.atWarn()
                    .addKeyValue("directory", directory)
                    .addKeyValue("reason", e.getMessage())
                    .log("RocksDB cannot be loaded from here; trying the temporary directory");
        }
        try {
            RocksDB.loadLibrary();
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            throw new KafkaStartException(
                    ("RocksDB's library can be loaded neither from %s nor from the temporary directory %s (%s): one of them"
                                    + " must be writable and allow executing (mounted without noexec). Or set the environment"
                                    + " variable ROCKSDB_SHAREDLIB_DIR to a directory that is.")
                            .formatted(directory, System.getProperty("java.io.tmpdir"), root(e).getMessage()),
                    e);
        }
    }

    private static Throwable root(Throwable e) {
        return e.getCause() == null ? e : root(e.getCause());
    }
}
