package io.streamwire.ingest;

import io.streamwire.ingest.webcast.wire.Message;
import io.streamwire.service.ConfigurationException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the first messages of each type that is not known as files, {@code Type.0.bin} and so on,
 * for who wants to learn what is in them. They are few and small, also over several starts.
 * Thread-safe; guarded by this object's lock.
 */
final class UnknownMessages {

    /** Keeps nothing. */
    static final UnknownMessages NONE = new UnknownMessages(null);

    /** Types that have files of their own; the others share some. */
    static final int TYPES = 100;

    static final int OF_A_TYPE = 10;

    /** Bytes of a message; a larger one is not kept. */
    static final int LARGEST = 1 << 16;

    private static final Logger LOG = System.getLogger(UnknownMessages.class.getName());
    private static final Pattern FILE_NAME = Pattern.compile("[a-zA-Z0-9]{1,60}");
    private static final String OTHERS = "others";

    private final @Nullable Path directory;
    private final Map<String, Integer> kept = new HashMap<>();

    private UnknownMessages(@Nullable Path directory) {
        this.directory = directory;
    }

    /**
     * Keeps them in a directory, which is made when it is not there.
     *
     * @param directory empty to keep nothing
     * @throws ConfigurationException when it cannot be made
     */
    static UnknownMessages in(Optional<Path> directory) {
        if (directory.isEmpty()) {
            return NONE;
        }
        var path = directory.get();
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectories(
                        path,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
            if (!Files.isWritable(path)) {
                throw new IOException("not writable");
            }
        } catch (IOException e) {
            throw new ConfigurationException(
                    "ingest.keep-unknown: %s cannot be used: %s"
                            .formatted(path, e.getClass().getSimpleName()));
        }
        return new UnknownMessages(path);
    }

    void keep(Message message) {
        if (directory != null && message.getPayload().size() <= LARGEST) {
            keep(directory, message);
        }
    }

    private synchronized void keep(Path in, Message message) {
        boolean proper = FILE_NAME.matcher(message.getMethod()).matches();
        var type = proper ? message.getMethod() : OTHERS;
        if (!kept.containsKey(type) && kept.size() >= TYPES) {
            type = OTHERS;
        }
        for (int number = kept.getOrDefault(type, 0); number < OF_A_TYPE; number++) {
            kept.put(type, number + 1);
            if (write(in.resolve(type + "." + number + ".bin"), message)) {
                return;
            }
        }
    }

    /** False when an earlier start wrote that file. */
    private static boolean write(Path file, Message message) {
        try (var out =
                Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            var bytes = message.getPayload().asReadOnlyByteBuffer();
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            LOG.log(Level.INFO, "unknown_message={0} kept=yes", file.getFileName());
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "unknown_message={0} kept=no reason={1}",
                    file.getFileName(),
                    e.getClass().getSimpleName());
            return true;
        }
    }
}
