package io.streamwire.bridge;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The ports that the configuration names; each counts as there while its path exists. */
final class FixedPorts implements Ports {

    private final List<String> paths;

    FixedPorts(List<String> paths) {
        this.paths = List.copyOf(paths);
    }

    @Override
    public List<Found> list() {
        return paths.stream()
                .filter(path -> Files.exists(Path.of(path)))
                .map(path -> new Found(path, List.of(), "configured", true))
                .toList();
    }

    @Override
    public void forget() {
        // Each list is a new one.
    }
}
