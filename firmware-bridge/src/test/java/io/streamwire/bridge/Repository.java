package io.streamwire.bridge;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the repository is checked out. */
final class Repository {

    static final Path ROOT = root();

    private Repository() {}

    private static Path root() {
        for (var path = Path.of("").toAbsolutePath(); path != null; path = path.getParent()) {
            if (Files.exists(path.resolve("arduino-sketches"))
                    && Files.exists(path.resolve("docs"))) {
                return path;
            }
        }
        throw new IllegalStateException("not below the repository");
    }
}
