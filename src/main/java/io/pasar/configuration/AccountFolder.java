package io.pasar.configuration;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which account files lie in a folder and below it. Names with a dot in front are passed over, links are followed. */
final class AccountFolder {

    /** The change time is what nobody can set: a copy that keeps its modification time is still seen. */
    private static final String ATTRIBUTES = "unix:isDirectory,isRegularFile,size,lastModifiedTime,ctime,fileKey";

    private static final String PORTABLE_ATTRIBUTES = "isDirectory,isRegularFile,size,lastModifiedTime,fileKey";

    private final Path root;
    private final String attributes;

    AccountFolder(Path root) {
        this.root = root;
        this.attributes =
                root.getFileSystem().supportedFileAttributeViews().contains("unix") ? ATTRIBUTES : PORTABLE_ATTRIBUTES;
    }

    Path root() {
        return root;
    }

    /**
     * What is there now.
     *
     * @throws NoSuchFileException if the folder is not there
     * @throws IOException if any part of it cannot be looked at, so that nothing is taken for gone that is only hidden
     */
    Listing list() throws IOException {
        Listing listing = new Listing(new TreeMap<>(), new TreeMap<>());
        Map<String, Object> found = Files.readAttributes(root, attributes);
        list(root, found.get("fileKey"), listing, new HashSet<>());
        return listing;
    }

    private void list(Path folder, Object identity, Listing listing, Set<Object> above) throws IOException {
        if (identity != null && !above.add(identity)) {
            return; // a link to a folder above it
        }
        listing.folders.put(folder, String.valueOf(identity));
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (!entry.getFileName().toString().startsWith(".")) {
                    add(entry, listing, above);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        above.remove(identity);
    }

    private void add(Path entry, Listing listing, Set<Object> above) throws IOException {
        Map<String, Object> found;
        try {
            found = Files.readAttributes(entry, attributes);
        } catch (NoSuchFileException e) {
            boolean danglingLink = Files.exists(entry, LinkOption.NOFOLLOW_LINKS);
            if (danglingLink && isYaml(entry)) {
                listing.files.put(entry, Stamp.NONE);
            }
            return;
        }
        if (Boolean.TRUE.equals(found.get("isDirectory"))) {
            try {
                list(entry, found.get("fileKey"), listing, above);
            } catch (NoSuchFileException e) {
                listing.folders.remove(entry); // it went while it was looked at
            }
        } else if (isYaml(entry) && Boolean.TRUE.equals(found.get("isRegularFile"))) {
            listing.files.put(entry, Stamp.of(found));
        }
    }

    private static boolean isYaml(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".yaml") || name.endsWith(".yml");
    }

    /**
     * @param files in the order of their names
     * @param folders which folder it is that has this name: another one after something was mounted or replaced
     */
    record Listing(SortedMap<Path, Stamp> files, SortedMap<Path, String> folders) {

        boolean hasFilesBelow(Path folder) {
            return files.keySet().stream().anyMatch(file -> file.startsWith(folder));
        }
    }

    /** What changes when a file is written or replaced; the parts are null where the file system does not tell. */
    record Stamp(List<Object> parts, FileTime youngest) {

        static final Stamp NONE = new Stamp(List.of(), FileTime.fromMillis(0));

        static Stamp of(Map<String, Object> found) {
            FileTime modified = (FileTime) found.get("lastModifiedTime");
            FileTime changed = (FileTime) found.getOrDefault("ctime", modified);
            return new Stamp(
                    List.of(String.valueOf(found.get("fileKey")), found.get("size"), modified, changed),
                    modified.compareTo(changed) < 0 ? changed : modified);
        }
    }
}
