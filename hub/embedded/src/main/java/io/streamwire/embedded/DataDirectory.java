package io.streamwire.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory that one run at a time owns, and the generated secrets in it. */
final class DataDirectory implements AutoCloseable {

    // A second channel on the lock file would release the first one's lock when it is closed
    // (POSIX), so a second run in the same process must not even open it.
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private static final int SECRET_BYTES = 24;
    private static final int LONGEST_PID = 20; // digits

    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    static DataDirectory open(Path path) {
        Path real = create(path);
        if (!HELD_HERE.add(real)) {
            throw new EmbeddedException(
                    "data directory " + path + " is in use by this process (setting data-dir)");
        }
        try {
            return new DataDirectory(real, lock(real));
        } catch (RuntimeException e) {
            HELD_HERE.remove(real);
            throw e;
        }
    }

    private static Path create(Path path) {
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectories(
                        path,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
            return path.toRealPath();
        } catch (IOException e) {
            throw notWritable(path, e);
        }
    }

    private static FileChannel lock(Path directory) {
        Path file = directory.resolve("lock");
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                String holder = read(channel);
                channel.close();
                throw new EmbeddedException(
                        "data directory %s is in use by process %s (setting data-dir)"
                                .formatted(directory, holder));
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.US_ASCII.encode(Long.toString(ProcessHandle.current().pid())));
            return channel;
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw notWritable(directory, e);
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel, IOException cause) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST_PID);
        channel.read(bytes, 0);
        return StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
    }

    private static EmbeddedException notWritable(Path path, IOException cause) {
        return new EmbeddedException(
                "data directory %s is not writable: %s (setting data-dir)"
                        .formatted(path, reason(cause)),
                cause);
    }

    private static String reason(IOException e) {
        if (e instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        return e.getClass().getSimpleName().replace("Exception", "");
    }

    Path path() {
        return path;
    }

    /** A generated password of hexadecimal digits, kept in a file that only we may read. */
    String secret(String name) {
        try {
            Path file = secretFile(name);
            if (Files.exists(file)) {
                return Files.readString(file, StandardCharsets.US_ASCII).strip();
            }
            byte[] random = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(random);
            String secret = HexFormat.of().formatHex(random);
            Path draft = Files.createTempFile(file.getParent(), name, ".draft"); // its mode is 0600
            Files.writeString(draft, secret, StandardCharsets.US_ASCII);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            return secret;
        } catch (IOException e) {
            throw notWritable(path, e);
        }
    }

    Path secretFile(String name) {
        return directory("secrets").resolve(name);
    }

    /** A subdirectory that only we may enter; made when missing. */
    Path directory(String name) {
        return create(path.resolve(name));
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new EmbeddedException("cannot unlock " + path, e);
        } finally {
            HELD_HERE.remove(path);
        }
    }

    /** Deletes a directory and all in it; a missing one is fine. */
    static void delete(Path directory) {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (NoSuchFileException e) {
            delete(directory); // a dying server removed one of its files under our feet
        } catch (IOException | UncheckedIOException e) {
            throw new EmbeddedException("cannot delete " + directory, e);
        }
    }
}
