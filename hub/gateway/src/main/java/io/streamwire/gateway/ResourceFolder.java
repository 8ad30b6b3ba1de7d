package io.streamwire.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A folder of the classpath, in a directory or in a jar. */
final class ResourceFolder {

    private final String path;

    /**
     * @param path without a slash at its ends
     */
    ResourceFolder(String path) {
        this.path = path;
    }

    /** The files whose path, below this folder, is wanted; by that path. */
    Map<String, byte[]> files(Predicate<String> wanted) {
        var url =
                Objects.requireNonNull(
                        ResourceFolder.class.getClassLoader().getResource(path),
                        "not on the classpath: " + path);
        try {
            var uri = url.toURI();
            if (uri.getScheme().equals("file")) {
                return read(Path.of(uri), wanted);
            }
            return inJar(uri, wanted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, byte[]> inJar(URI uri, Predicate<String> wanted) throws IOException {
        try {
            // Somebody else's, who closes it.
            return read(FileSystems.getFileSystem(uri).provider().getPath(uri), wanted);
        } catch (FileSystemNotFoundException _) {
            try (var jar = FileSystems.newFileSystem(uri, Map.of())) {
                return read(jar.provider().getPath(uri), wanted);
            }
        }
    }

    private static Map<String, byte[]> read(Path root, Predicate<String> wanted)
            throws IOException {
        var found = new TreeMap<String, byte[]>();
        try (var all = Files.walk(root)) {
            for (var file : all.filter(Files::isRegularFile).toList()) {
                var name = root.relativize(file).toString().replace('\\', '/');
                if (wanted.test(name)) {
                    found.put(name, Files.readAllBytes(file));
                }
            }
        }
        return found;
    }
}
