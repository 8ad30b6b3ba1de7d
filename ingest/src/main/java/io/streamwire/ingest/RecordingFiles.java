package io.streamwire.ingest;

import io.streamwire.ingest.recording.RecordingBusyException;
import io.streamwire.ingest.recording.RecordingException;
import io.streamwire.ingest.recording.RecordingHeader;
import io.streamwire.ingest.recording.RecordingLimits;
import io.streamwire.ingest.recording.RecordingReader;
import io.streamwire.ingest.recording.RecordingSummary;
import io.streamwire.ingest.recording.RecordingWriter;
import io.streamwire.service.Paths;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** The files of recordings that lie on this machine, named by id only. */
final class RecordingFiles {

    /** How a file's name ends. */
    static final String ENDING = ".swrec";

    private static final Logger LOG = System.getLogger(RecordingFiles.class.getName());
    private static final String PART = ".part";
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int TRIES = 50;

    /** A file that young may belong to a row that is just being written. */
    private static final Duration YOUNG = Duration.ofHours(1);

    private final Path directory;
    private final RecordingLimits limits;

    /** Held while a file and its row do not say the same. */
    private final ReentrantLock changing = new ReentrantLock();

    RecordingFiles(Path directory, RecordingLimits limits) {
        this.directory = directory;
        this.limits = limits;
    }

    Path of(UUID id) {
        return directory.resolve(id + ENDING);
    }

    boolean has(UUID id) {
        return Files.exists(of(id));
    }

    /** Makes the directory; nobody else on the machine may look into it. */
    void prepare() throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** Where an upload goes until it is known to be good. */
    Path part(UUID id) throws IOException {
        prepare();
        return Files.createTempFile(directory, id.toString(), PART);
    }

    /** Bytes that the disk has left. */
    long free() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /**
     * Makes a file whole that nobody writes any more.
     *
     * @throws IOException when somebody does, or it cannot be written
     */
    RecordingSummary finish(UUID id) throws IOException {
        try {
            return RecordingReader.summary(of(id), limits);
        } catch (RecordingException e) {
            try (var writer = RecordingWriter.resume(of(id), limits)) {
                return writer.finish();
            }
        }
    }

    /**
     * Begins the file of a recording, or goes on with it; waits a while for who still writes it.
     *
     * @param begun whether some instance has begun it
     */
    RecordingWriter write(UUID id, RecordingHeader header, boolean begun)
            throws IOException, InterruptedException {
        prepare();
        if (!has(id)) {
            if (begun) {
                throw new Tape.MovedException();
            }
            return RecordingWriter.create(of(id), header);
        }
        for (int tries = 1; true; tries++) {
            try {
                return RecordingWriter.resume(of(id), limits);
            } catch (RecordingBusyException e) {
                if (tries == TRIES) {
                    throw e;
                }
                Thread.sleep(PAUSE);
            }
        }
    }

    RecordingReader open(UUID id) throws IOException {
        return RecordingReader.open(of(id), limits);
    }

    RecordingLimits limits() {
        return limits;
    }

    /** What writes the row of a file. */
    interface Row<T> {
        T write() throws IOException;
    }

    /** Puts an upload where it belongs, and has its row written. */
    <T> T place(Path part, UUID id, Row<T> row) throws IOException {
        changing.lock();
        try {
            Files.move(part, of(id), StandardCopyOption.REPLACE_EXISTING);
            return row.write();
        } finally {
            changing.unlock();
        }
    }

    /**
     * Deletes the file of a recording that is no more; the same one may have been uploaded again
     * meanwhile.
     */
    void deleteUnless(UUID id, Predicate<UUID> known) {
        changing.lock();
        try {
            if (!known.test(id)) {
                delete(of(id));
            }
        } finally {
            changing.unlock();
        }
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "file={0} deleted=no reason=\"{1}\"", file, e.getMessage());
        }
    }

    /** Deletes the files of recordings that are no more. */
    void sweep(Predicate<UUID> known) {
        for (var file : old()) {
            var name = file.getFileName().toString();
            if (name.endsWith(PART)) {
                delete(file);
            } else if (name.endsWith(ENDING)) {
                Paths.uuid(name.substring(0, name.length() - ENDING.length()))
                        .ifPresent(id -> deleteUnless(id, known));
            }
        }
    }

    private List<Path> old() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        var limit = Instant.now().minus(YOUNG);
        try (var files = Files.list(directory)) {
            return files.filter(file -> changed(file).isBefore(limit)).toList();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "recordings=unlisted reason=\"{0}\"", e.getMessage());
            return List.of();
        }
    }

    private static Instant changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            return Instant.MAX; // somebody deletes it too
        }
    }
}
