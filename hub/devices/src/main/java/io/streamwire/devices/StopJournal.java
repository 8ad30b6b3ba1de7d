package io.streamwire.devices;

import io.streamwire.contract.Json;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * The stops that Redis does not have yet, in a file, so that a restart does not forget them. It
 * exists only while there are any. Guarded by its own lock.
 */
final class StopJournal {

    private static final Logger LOG = System.getLogger(StopJournal.class.getName());

    private final Path file;

    StopJournal(Path file) {
        this.file = file;
    }

    /**
     * A stop.
     *
     * @param devices empty = the whole workspace
     */
    record Entry(UUID workspaceId, List<UUID> devices, long epoch, Cause cause) {
        Entry {
            devices = List.copyOf(devices);
        }
    }

    /** What an earlier run has left. */
    synchronized List<Entry> read() {
        var entries = new ArrayList<Entry>();
        try {
            for (var line : Files.readAllLines(file)) {
                entries.add(Json.read(line, Entry.class));
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "journal={0} read={1} reason={2}",
                    file,
                    entries.size(),
                    e.getMessage());
        }
        return entries;
    }

    /** Keeps exactly these. A stop holds without it, so it only complains when it cannot. */
    synchronized void keep(Collection<Entry> entries) {
        try {
            if (entries.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            var directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            var next = file.resolveSibling(file.getFileName() + ".next");
            Files.write(next, entries.stream().map(Json::write).toList());
            try (var channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "journal={0} written=no reason={1}", file, e.getMessage());
        }
    }
}
