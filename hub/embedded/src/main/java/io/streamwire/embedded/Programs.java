package io.streamwire.embedded;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/**
 * The servers' programs, unpacked from Maven's jars.
 *
 * <p>Each version has a directory named by its digest that appears whole by one rename, so several
 * processes may unpack into the same place at once.
 */
final class Programs {

    private static final int OWNER_EXECUTES = 0b001_000_000;

    private final Path directory;

    Programs(Path directory) {
        this.directory = directory;
    }

    /** The directory with bin/postgres and bin/initdb. */
    Path postgres() {
        String resource = "/postgres-%s-%s.txz".formatted(operatingSystem(), processor());
        return unpacked("postgres", resource, Programs::untar);
    }

    /** The file redis-server. */
    Path redis() {
        OsArchitecture here = OsArchitecture.detectOSandArchitecture();
        String resource = ExecutableProvider.newProvidedVersionsMap().get(here);
        if (resource == null) {
            throw missing("Redis");
        }
        return unpacked("redis", resource, Programs::copyRedis).resolve("redis-server");
    }

    private Path unpacked(String name, String resource, Unpacker unpacker) {
        byte[] packed = read(name, resource);
        Path target = directory.resolve(name + "-" + digest(packed));
        if (Files.isDirectory(target)) {
            return target;
        }
        try {
            Files.createDirectories(directory);
            Path draft = Files.createTempDirectory(directory, name);
            unpacker.unpack(packed, draft);
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
            publish(draft, target);
            return target;
        } catch (IOException e) {
            throw new EmbeddedException(
                    "cannot unpack %s into %s: %s".formatted(name, directory, e.getMessage()), e);
        }
    }

    private static void publish(Path draft, Path target) throws IOException {
        try {
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            DataDirectory.delete(draft);
            if (!Files.isDirectory(target)) { // nobody else was faster
                throw e;
            }
        }
    }

    private static byte[] read(String name, String resource) {
        try (InputStream in = ExecutableProvider.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw missing(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new EmbeddedException("cannot read " + resource + " from its jar", e);
        }
    }

    private static void copyRedis(byte[] program, Path target) throws IOException {
        Path file = target.resolve("redis-server");
        Files.write(file, program);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void untar(byte[] txz, Path target) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(
                        new BufferedInputStream(
                                new XZInputStream(new ByteArrayInputStream(txz))))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                untar(tar, entry, target);
            }
        }
    }

    private static void untar(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
            throws IOException {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
            throw new IOException("archive entry outside of its directory: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Path parent = path.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, path);
        boolean program = (entry.getMode() & OWNER_EXECUTES) != 0;
        Files.setPosixFilePermissions(
                path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(sha, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static String operatingSystem() {
        String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        return name.startsWith("mac") ? "darwin" : name;
    }

    private static String processor() {
        return switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            case String other -> other;
        };
    }

    private static EmbeddedException missing(String name) {
        return new EmbeddedException(
                "no embedded %s for %s on %s; it comes for Linux on amd64 and aarch64"
                        .formatted(
                                name,
                                System.getProperty("os.name"),
                                System.getProperty("os.arch")));
    }

    /** Unpacks a resource into an empty directory. */
    private interface Unpacker {
        void unpack(byte[] packed, Path target) throws IOException;
    }
}
