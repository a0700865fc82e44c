package io.pasar.configuration;

import io.pasar.account.Account;
import io.pasar.account.Mistake;
import io.pasar.configuration.AccountFileReader.Content;
import io.pasar.configuration.AccountFileReader.Entry;
import io.pasar.configuration.AccountFolder.Listing;
import io.pasar.configuration.AccountFolder.Stamp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The accounts of application.yaml and of the files beside it. A file counts as a whole: what it says is taken when all
 * of it is right, and what it said last stays while something is wrong. Reading and {@link #look} are for one thread at
 * a time; what they found may be asked for by any.
 */
final class AccountFiles {

    /** So long after a file was written, one that is written again may look the same: clocks of file systems tick. */
    private static final Duration TICK = Duration.ofSeconds(3);

    /** Room for tens of thousands of accounts; something else by mistake must not fill the memory. */
    private static final int LARGEST = 32 << 20;

    private static final byte[] UNREADABLE = {};
    private static final byte[] TOO_LARGE = {};

    private final PasarConfiguration configuration;
    private final AccountFolder folder;
    private final AccountFileReader reader;
    private final Clock clock;
    private final SortedMap<Path, Known> files = new TreeMap<>();
    private SortedMap<Path, String> folders = new TreeMap<>();

    private volatile int count;
    private volatile List<Account> accounts;
    private volatile Map<String, List<Mistake>> broken = Map.of();

    AccountFiles(PasarConfiguration configuration, AccountFileReader reader, Clock clock) {
        this.configuration = configuration;
        this.folder = new AccountFolder(configuration.accountsDir());
        this.reader = reader;
        this.clock = clock;
        this.accounts = configuration.accounts();
    }

    /** Every account that is to be served, those of application.yaml first. */
    List<Account> accounts() {
        return accounts;
    }

    /** What is wrong with each file, or the folder, that is not taken as it is now. */
    Map<String, List<Mistake>> broken() {
        return broken;
    }

    /** How many files there are. */
    int count() {
        return count;
    }

    /** Reads all files as they are, for the start. Returns everything that is wrong. */
    List<Mistake> readAll() {
        try {
            Listing listing = folder.list();
            folders = listing.folders();
            listing.files().forEach((path, stamp) -> {
                Known file = new Known(path);
                files.put(path, file);
                byte[] bytes = file.read(stamp);
                file.settle(bytes);
            });
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            return List.of(new Mistake("pasar.accounts-dir", unreadable(e)));
        }
        take();
        return broken.values().stream().flatMap(List::stream).toList();
    }

    /**
     * Looks for what has changed since it looked last. What is not the same twice is still being written, and waits.
     *
     * @return whether there is anything new to tell: {@link #accounts} or {@link #broken}
     */
    boolean look() {
        try {
            Listing listing = folder.list();
            String emptied = emptied(listing);
            if (emptied != null) {
                return hold(emptied);
            }
            folders = listing.folders();
            boolean held = broken.containsKey(folder.root().toString());
            return (lookAt(listing.files()) || held) && take();
        } catch (NoSuchFileException e) {
            return !files.isEmpty() && hold("is not there any more; its accounts stay as they were");
        } catch (IOException e) {
            return hold(unreadable(e) + "; its accounts stay as they were");
        }
    }

    private boolean lookAt(SortedMap<Path, Stamp> now) {
        boolean changed = false;
        for (Map.Entry<Path, Stamp> entry : now.entrySet()) {
            changed |= files.computeIfAbsent(entry.getKey(), Known::new).look(entry.getValue());
        }
        List<Known> gone = files.values().stream()
                .filter(file -> !now.containsKey(file.path))
                .toList();
        for (Known file : gone) {
            // An editor that saves may put a file aside before the new one is there
            if (file.missed) {
                files.remove(file.path);
                changed = true;
            }
            file.missed = true;
        }
        return changed;
    }

    /** An empty folder that is not the one that had files is the place where a volume was mounted. */
    private String emptied(Listing now) {
        for (Map.Entry<Path, String> before : folders.entrySet()) {
            Path path = before.getKey();
            String identity = now.folders().get(path);
            if (identity != null
                    && !identity.equals(before.getValue())
                    && !now.hasFilesBelow(path)
                    && files.keySet().stream().anyMatch(file -> file.startsWith(path))) {
                return (path.equals(folder.root()) ? "" : "has " + path + ", which ")
                        + "is another folder than before, and empty; its accounts stay as they were. If they are to go,"
                        + " put in a file that says []";
            }
        }
        return null;
    }

    private boolean hold(String reason) {
        String name = folder.root().toString();
        Map<String, List<Mistake>> now = new LinkedHashMap<>(broken);
        now.put(name, List.of(new Mistake(name, reason)));
        boolean news = !now.equals(broken);
        broken = now;
        return news;
    }

    /** A part of it may be what cannot be read: a link to itself, a folder of somebody else. */
    private static String unreadable(IOException e) {
        String part = e instanceof FileSystemException place && place.getFile() != null ? place.getFile() + " " : "";
        return part + "cannot be read (" + e.getClass().getSimpleName()
                + "); write a folder that this process may read";
    }

    /**
     * Puts together what all files say now. An account may be claimed once: whoever had it keeps it, and a file that
     * claims it beside is refused whole, and says what it said before.
     */
    private boolean take() {
        files.values().forEach(Known::propose);
        Map<String, String> claims = claims();
        while (refuseSecondClaims(claims)) {
            claims = claims();
        }
        Map<String, List<Mistake>> nowBroken = new LinkedHashMap<>();
        List<Account> now = new ArrayList<>(configuration.accounts());
        files.values().forEach(file -> {
            file.take();
            file.taken.forEach(entry -> now.add(entry.account()));
            if (!file.mistakes().isEmpty()) {
                nowBroken.put(file.path.toString(), file.mistakes());
            }
        });
        boolean news = !now.equals(accounts) || !nowBroken.equals(broken);
        accounts = now.equals(accounts) ? accounts : List.copyOf(now);
        count = files.size();
        broken = nowBroken;
        return news;
    }

    /** Where each account is while nobody new has a say. */
    private Map<String, String> claims() {
        Map<String, String> claims = new HashMap<>();
        for (int i = 0; i < configuration.accounts().size(); i++) {
            claims.put(configuration.accounts().get(i).key(), "pasar.accounts[" + i + "]");
        }
        files.values().stream().filter(file -> !file.proposes).forEach(file -> file.claim(file.taken, claims));
        return claims;
    }

    /** @return whether any file was refused: what it said before counts again, and may be claimed by others too */
    private boolean refuseSecondClaims(Map<String, String> claims) {
        boolean refused = false;
        for (Known file : files.values()) {
            if (!file.proposes) {
                continue;
            }
            for (Entry entry : file.content.entries()) {
                String earlier = claims.get(entry.account().key());
                if (earlier != null) {
                    file.second.add(new Mistake(entry.place() + " id", AccountFileReader.again(earlier)));
                }
            }
            if (file.second.isEmpty()) {
                file.claim(file.content.entries(), claims);
            } else {
                file.proposes = false;
                refused = true;
            }
        }
        return refused;
    }

    /** One file: what it says now, and what it said when all of it was last right. */
    private final class Known {

        private final Path path;
        private Stamp stamp;
        private boolean young;
        private boolean missed;
        private byte[] digest;
        private byte[] unsettled;
        private Content content;
        private List<Entry> taken = List.of();

        /** Of the accounts that others have. */
        private final List<Mistake> second = new ArrayList<>();

        private boolean proposes;

        Known(Path path) {
            this.path = path;
        }

        /** Whether what it says has changed, and has stayed so since the last look. */
        boolean look(Stamp now) {
            missed = false;
            if (young || !now.equals(stamp)) {
                byte[] bytes = read(now);
                byte[] before = digest;
                digest = digest(bytes);
                if (!Arrays.equals(before, digest)) {
                    unsettled = bytes;
                    return false;
                }
            }
            if (unsettled == null) {
                return false;
            }
            settle(unsettled);
            return true;
        }

        byte[] read(Stamp now) {
            stamp = now;
            young = Duration.between(now.youngest().toInstant(), clock.instant())
                            .compareTo(TICK)
                    < 0;
            try (InputStream file = Files.newInputStream(path)) {
                byte[] bytes = file.readNBytes(LARGEST + 1);
                return bytes.length > LARGEST ? TOO_LARGE : bytes;
            } catch (IOException e) {
                // Perhaps only for now, and it will look no different then
                young = true;
                return UNREADABLE;
            }
        }

        void settle(byte[] bytes) {
            unsettled = null;
            digest = digest(bytes);
            if (bytes == UNREADABLE) {
                content = broken("cannot be read; make it readable or delete it");
            } else if (bytes == TOO_LARGE) {
                content = broken("is larger than " + (LARGEST >> 20) + " MB; divide it into several files");
            } else {
                content = reader.read(path.toString(), bytes);
            }
        }

        private Content broken(String text) {
            return Content.broken(new Mistake(path.toString(), text));
        }

        void propose() {
            second.clear();
            proposes = content != null && content.mistakes().isEmpty() && content.entries() != taken;
        }

        void claim(List<Entry> entries, Map<String, String> claims) {
            entries.forEach(entry -> claims.put(entry.account().key(), entry.place()));
        }

        void take() {
            if (proposes) {
                taken = content.entries();
            }
        }

        List<Mistake> mistakes() {
            if (content == null) {
                return List.of();
            }
            return content.mistakes().isEmpty() ? List.copyOf(second) : content.mistakes();
        }

        private static byte[] digest(byte[] bytes) {
            try {
                MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
                // What cannot be read, or not whole, is something else than what is empty
                sha256.update((byte) (bytes == UNREADABLE ? 1 : bytes == TOO_LARGE ? 2 : 0));
                return sha256.digest(bytes);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("This Java runtime has no SHA-256", e);
            }
        }
    }
}
