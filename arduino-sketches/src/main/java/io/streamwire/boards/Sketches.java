package io.streamwire.boards;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The folder of the sketches, and make in it. One make runs at a time, also over processes. */
public final class Sketches {

    /** Where the tests of every module look for it, upwards from where they run. */
    private static final Path MAKEFILE = Path.of("arduino-sketches", "Makefile");

    private static final int LINES_OF_FAILURE = 30;

    private Sketches() {}

    /** The folder arduino-sketches. */
    public static Path directory() {
        var here = Path.of("").toAbsolutePath();
        return Stream.iterate(here, Objects::nonNull, Path::getParent)
                .map(at -> at.resolve(MAKEFILE))
                .filter(Files::exists)
                .findFirst()
                .map(makefile -> makefile.resolveSibling(""))
                .orElseThrow(() ->
                        new IllegalStateException("no " + MAKEFILE + " upwards from " + here));
    }

    /** Something that was built. */
    static Path built(String name) {
        return directory().resolve("target").resolve(name);
    }

    /**
     * Runs make, and returns what it has printed.
     *
     * @throws AssertionError when it fails, with the last lines; when the toolchain is not
     *     complete, they say what to install
     */
    public static List<String> make(String... words) {
        var result = tryMake(words);
        if (result.exit() != 0) {
            var lines = result.lines();
            throw new AssertionError(
                    "make %s failed:%n%s"
                            .formatted(
                                    String.join(" ", words),
                                    String.join(
                                            "\n",
                                            lines.subList(
                                                    Math.max(0, lines.size() - LINES_OF_FAILURE),
                                                    lines.size()))));
        }
        return result.lines();
    }

    /** Runs make, and returns how it went. */
    static Result tryMake(String... words) {
        var command =
                new ArrayList<>(
                        List.of("make", "--no-print-directory", "--jobs=2", "--output-sync"));
        command.addAll(List.of(words));
        var directory = directory();
        try {
            var target = Files.createDirectories(directory.resolve("target"));
            // A lock of a file holds between processes only, that of the class within this one.
            synchronized (Sketches.class) {
                try (var file =
                                FileChannel.open(
                                        target.resolve("make.lock"),
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.WRITE);
                        var _ = file.lock()) {
                    return run(command, directory);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Result run(List<String> command, Path directory) throws IOException {
        var process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        try (var output = process.inputReader()) {
            process.getOutputStream().close();
            var lines = output.lines().toList();
            return new Result(process.waitFor(), lines);
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while make runs", e);
        }
    }

    /** How make ended, and what it has printed. */
    record Result(int exit, List<String> lines) {}
}
